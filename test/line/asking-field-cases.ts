import type { AskingField } from "../../src/graphql/field.js";
import type { fields } from "../../src/graphql/fields.js";
import type { ApiName } from "../../src/upstream/question.js";

/** Who and what is asked about in the cases: an agent, a skill, a group and a conversation of the account. */
export interface Known {
  agent: string;
  skill: string;
  group: string;
  conversation: string;
}

/** One field that can ask the platform, and the API that answers it. */
export interface AskingCase {
  api: ApiName;
  /** What to select below the field; empty for a scalar. */
  below: string;
  /** A selection on the contact centre that ends in the field. */
  selection: (known: Known, below: string) => string;
  /** Response keys from the contact centre down to the field. */
  path: readonly string[];
  /** True: from the directory, which knows a null without error when the account has no interval metrics. */
  directory?: true;
}

const ofCenter = (api: ApiName, field: string, below: string): AskingCase => ({
  api,
  below,
  selection: (_, inside) => `${field} ${inside}`,
  path: [field],
});

const ofEntity =
  (entity: "agent" | "skill" | "agentGroup" | "conversation", key: keyof Known) =>
  (api: ApiName, field: string, below = ""): AskingCase => ({
    api,
    below,
    selection: (known, inside) => `${entity}(id: "${known[key]}") { ${field} ${inside} }`,
    path: [entity, field.split("(")[0]!],
  });

const agent = ofEntity("agent", "agent");
const skill = ofEntity("skill", "skill");
const group = ofEntity("agentGroup", "group");
const conversation = ofEntity("conversation", "conversation");
const segments = "{ totalAgentConversationSegments }";

type Fields = typeof fields;
type AskingLabel = { [Label in keyof Fields]: Fields[Label] extends AskingField ? Label : never }[keyof Fields];

/** A case for every field that can ask: a field without one does not compile. */
export const askingCases: Record<AskingLabel, AskingCase> = {
  "ContactCenter.agents": ofCenter("agent-segments", "agents", "{ nodes { id } }"),
  "ContactCenter.skills": ofCenter("key-metrics", "skills", "{ nodes { id } }"),
  "ContactCenter.agentGroups": ofCenter("key-metrics", "agentGroups", "{ nodes { id } }"),
  "ContactCenter.conversations": ofCenter("interval-metrics", "conversations", "{ nodes { id } }"),
  "ContactCenter.agentSegments": ofCenter("agent-segments", "agentSegments", segments),
  "ContactCenter.skillSegments": ofCenter("skill-segments", "skillSegments", "{ totalSkillConversationSegments }"),
  "ContactCenter.keyMetrics": ofCenter("key-metrics", "keyMetrics", "{ closedConversations }"),
  "ContactCenter.current": ofCenter("key-metrics", "current", "{ onlineAgents }"),
  "ContactCenter.intervals": ofCenter("interval-metrics", "intervals", "{ nodes { from handleTime } }"),
  "Agent.name": { ...agent("interval-metrics", "name"), directory: true },
  "Agent.login": { ...agent("interval-metrics", "login"), directory: true },
  "Agent.group": { ...agent("interval-metrics", "group", "{ id }"), directory: true },
  "Agent.skills": agent("agent-segments", "skills", "{ id }"),
  "Agent.segments": agent("agent-segments", "segments(lastMinutes: 1440)", segments),
  "Agent.keyMetrics": agent("key-metrics", "keyMetrics", "{ closedConversations }"),
  "Agent.current": agent("key-metrics", "current", "{ assignedConversations }"),
  "Agent.intervals": agent("interval-metrics", "intervals", "{ totalCount }"),
  "Skill.name": skill("key-metrics", "name"),
  "Skill.agents": skill("agent-segments", "agents", "{ totalCount }"),
  "Skill.segments": skill("skill-segments", "segments(lastMinutes: 1440)", "{ totalSkillConversationSegments }"),
  "Skill.segmentsByAgent": skill("agent-segments", "segmentsByAgent", "{ totalAgentConversationSegments }"),
  "Skill.agentSegments": skill("agent-segments", "agentSegments", "{ totalAgentConversationSegments }"),
  "Skill.keyMetrics": skill("key-metrics", "keyMetrics(lastMinutes: 1440)", "{ closedConversations }"),
  "Skill.current": skill("key-metrics", "current", "{ onlineAgents }"),
  "Skill.intervals": skill("interval-metrics", "intervals", "{ totalCount }"),
  "AgentGroup.name": group("key-metrics", "name"),
  "AgentGroup.agents": { ...group("interval-metrics", "agents", "{ totalCount }"), directory: true },
  "AgentGroup.segments": group("agent-segments", "segments", segments),
  "AgentGroup.keyMetrics": group("key-metrics", "keyMetrics(lastMinutes: 1440)", "{ closedConversations }"),
  "AgentGroup.current": group("key-metrics", "current", "{ onlineAgents }"),
  "AgentGroup.intervals": group("interval-metrics", "intervals", "{ totalCount }"),
  "Conversation.handling": conversation("interval-metrics", "handling", "{ handleTime }"),
  "Conversation.intervals": conversation("interval-metrics", "intervals", "{ totalCount }"),
};
