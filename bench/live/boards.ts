/** What people watch in this benchmark. All times to live are as long as `everySeconds`, so that each state is a new one. */
export const everySeconds = 2;

export const settings = {
  TTL_CURRENT_SECONDS: String(everySeconds),
  TTL_KEY_METRICS_SECONDS: String(everySeconds),
  TTL_SEGMENTS_SECONDS: String(everySeconds),
  MAX_SOCKETS_PER_CALLER: "5000",
  LOG_LEVEL: "silent",
};

/** Every skill of the account, what is going on and how the last hour went. */
export const wallboard = `subscription Wallboard { contactCenter(everySeconds: ${everySeconds}) {
  current { asOf unassignedConversations overdueConversationsTotal humanAgentLoad }
  skills(first: 100) { nodes { id name
    current { asOf unassignedConversations assignedConversations overdueConversationsTotal queueWaitTime90thPercentile humanAgentLoad onlineAgents availableSlots }
    keyMetrics { asOf avgWaitTime avgTimeToResponse closedConversations csat }
    segments { asOf totalSkillConversationSegments interactiveSkillSegments skillSegmentsAbandonedByConsumersInQueue }
  } } } }`;

const skill = `subscription Skill($id: ID!) { contactCenter(everySeconds: ${everySeconds}) { skill(id: $id) { name
  current { asOf unassignedConversations onlineAgents } keyMetrics { asOf avgWaitTime } } } }`;
const agent = `subscription Agent($id: ID!) { contactCenter(everySeconds: ${everySeconds}) { agent(id: $id) { name
  segments { asOf totalAgentConversationSegments avgAgentSegmentDuration } } } }`;
const total = (fields: string) => `subscription Total { contactCenter(everySeconds: ${everySeconds}) { current { asOf ${fields} } } }`;

export interface Watched {
  query: string;
  variables?: Record<string, unknown>;
}

/** Fifty boards, each of somebody else: of 25 skills, of 20 agents, and of the account in five ways. */
export const others = (skills: readonly string[], agents: readonly string[]): Watched[] => [
  ...skills.slice(0, 25).map((id) => ({ query: skill, variables: { id } })),
  ...agents.slice(0, 20).map((id) => ({ query: agent, variables: { id } })),
  ...["onlineAgents", "awayAgents", "agentLoad", "availableSlots", "openConversations"].map((field) => ({ query: total(field) })),
];

/** Of two hundred kilobytes, so that a client who does not read fills the buffers of the system. */
export const large: Watched = {
  query: `subscription Large($ids: [ID!]) { contactCenter(everySeconds: ${everySeconds}) { current { asOf }
    ${Array.from({ length: 8 }, (_, alias) => `a${alias}: agents(ids: $ids) { nodes { id accountId __typename } }`).join(" ")} } }`,
  variables: { ids: Array.from({ length: 500 }, (_, id) => String(1_000_000 + id)) },
};
