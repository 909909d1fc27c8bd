// Generated from schema/subgraph.graphql by `npm run codegen`.

/** Entities, with the fields that identify them. */
export const entityKeys = {
  "ContactCenter": [
    "accountId"
  ],
  "Agent": [
    "accountId",
    "id"
  ],
  "AgentGroup": [
    "accountId",
    "id"
  ],
  "Skill": [
    "accountId",
    "id"
  ],
  "Conversation": [
    "accountId",
    "id"
  ]
} as const;

/**
 * Types that have no identity. measured: a metric object, true of the moment `asOf`; connection: a page of a list; part: what belongs to
 * the object that holds it.
 */
export const valueTypes = {
  "MetricDefinition": "part",
  "AgentConnection": "connection",
  "AgentEdge": "part",
  "PageInfo": "part",
  "AgentSegments": "measured",
  "MetricWindow": "part",
  "AgentSegmentsInterval": "part",
  "AgentSkillSegments": "measured",
  "SkillSegments": "measured",
  "SkillSegmentsInterval": "part",
  "KeyMetrics": "measured",
  "CurrentMetrics": "measured",
  "IntervalConnection": "measured",
  "Interval": "part",
  "ConversationHandling": "measured",
  "IntervalEdge": "part",
  "SkillConnection": "connection",
  "SkillEdge": "part",
  "AgentGroupConnection": "connection",
  "AgentGroupEdge": "part",
  "ConversationConnection": "connection",
  "ConversationEdge": "part"
} as const;

/** The object types of each interface. */
export const possibleTypes: Record<string, string[]> = {
  "NamedEntity": [
    "Agent",
    "AgentGroup",
    "Skill"
  ],
  "Measured": [
    "AgentSegments",
    "AgentSkillSegments",
    "SkillSegments",
    "KeyMetrics",
    "CurrentMetrics",
    "IntervalConnection",
    "ConversationHandling"
  ],
  "AgentSegmentMetrics": [
    "AgentSegments",
    "AgentSegmentsInterval",
    "AgentSkillSegments"
  ],
  "SkillSegmentMetrics": [
    "SkillSegments",
    "SkillSegmentsInterval"
  ]
};
