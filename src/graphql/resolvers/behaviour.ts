import type { GatewayContext } from "../context.js";
import { type Reference, referredAccount, referredEntity } from "../references.js";
import type { Behaviour } from "../schema.js";
import { Agent } from "../types/agent.js";
import { AgentGroup } from "../types/agent-group.js";
import { ContactCenter } from "../types/contact-center.js";
import { Conversation } from "../types/conversation.js";
import { Skill } from "../types/skill.js";
import { AgentResolver } from "./agent.js";
import { AgentGroupResolver } from "./agent-group.js";
import { ContactCenterResolver } from "./contact-center.js";
import { ContactCenterMetricsResolver } from "./contact-center-metrics.js";
import { ConversationResolver } from "./conversation.js";
import { MetricCatalogueResolver } from "./metric-catalogue.js";
import { QueryResolver } from "./query.js";
import { AgentSegmentsIntervalResolver, AgentSegmentsResolver, SkillSegmentsResolver } from "./segments.js";
import { SkillResolver } from "./skill.js";

const entity =
  <E>(Entity: new (account: string, id: string) => E) =>
  (reference: Reference, context: GatewayContext): E => {
    const { account, id } = referredEntity(reference, context);
    return new Entity(account, id);
  };

/** Everything the face does: one resolver class a type, and one reference function an entity, which never asks the platform. */
export const behaviour: Behaviour = {
  resolvers: [
    QueryResolver,
    MetricCatalogueResolver,
    ContactCenterResolver,
    ContactCenterMetricsResolver,
    AgentResolver,
    SkillResolver,
    AgentGroupResolver,
    ConversationResolver,
    AgentSegmentsResolver,
    AgentSegmentsIntervalResolver,
    SkillSegmentsResolver,
  ],
  references: {
    ContactCenter: (reference, context) => new ContactCenter(referredAccount(reference, context)),
    Agent: entity(Agent),
    Skill: entity(Skill),
    AgentGroup: entity(AgentGroup),
    Conversation: entity(Conversation),
  },
};
