import { AgentSegments, AgentSegmentsInterval } from "./apis/agent-segments.js";
import { SkillSegments } from "./apis/skill-segments.js";
import { declarationsOf } from "./field.js";
import { agentFields } from "./fields/agent.js";
import { agentGroupFields } from "./fields/agent-group.js";
import { contactCenterFields } from "./fields/contact-center.js";
import { conversationFields } from "./fields/conversation.js";
import { QueryResolver } from "./fields/query.js";
import { segmentFields } from "./fields/segments.js";
import { skillFields } from "./fields/skill.js";
import { SubscriptionResolver } from "./fields/subscription.js";
import { references } from "./references.js";
import { type Behaviour, buildGatewaySchema } from "./schema.js";
import { entities } from "./types/entities.js";

/** Every field that does more than hold a value, by type and name, each declared once: for outline, resolver and schema alike. */
export const fields = {
  ...contactCenterFields,
  ...agentFields,
  ...skillFields,
  ...agentGroupFields,
  ...conversationFields,
  ...segmentFields,
};

const types = Object.values({ ...entities, AgentSegments, AgentSegmentsInterval, SkillSegments });

/** Everything the face does. */
export const behaviour: Behaviour = {
  resolvers: [QueryResolver, SubscriptionResolver, ...types.map((type) => declarationsOf(type, fields))],
  fields,
  references,
};

/** The text of schema/subgraph.graphql: what the code declares, as routers and code generators read it. */
export const emittedSdl = async (): Promise<string> => (await buildGatewaySchema(behaviour)).sdl;
