import { registerEnumType } from "type-graphql";
import { agentSegmentMetrics } from "../../catalogue/agent-segments.js";
import { describe, type Metric } from "../../catalogue/metric.js";

const { metrics } = agentSegmentMetrics;

/** The metrics by which the gateway itself sorts agents. */
export const agentSegmentSorts = {
  TOTAL_AGENT_CONVERSATION_SEGMENTS: metrics.totalAgentConversationSegments,
  AVG_AGENT_MESSAGES_IN_AGENT_SEGMENT: metrics.avgAgentMessagesInAgentSegment,
  AVG_AGENT_SEGMENT_DURATION: metrics.avgAgentSegmentDuration,
  INTERACTIVE_AGENT_SEGMENTS: metrics.interactiveAgentSegments,
  AGENT_SEGMENTS_ABANDONED_BY_CONSUMERS: metrics.agentSegmentsAbandonedByConsumers,
  AGENT_SEGMENTS_WITH_NON_RESPONSIVE_CONSUMERS: metrics.agentSegmentsWithNonResponsiveConsumers,
  AGENT_SEGMENTS_WITH_NON_RESPONSIVE_AGENTS: metrics.agentSegmentsWithNonResponsiveAgents,
  AVG_TIME_TO_FIRST_AGENT_MESSAGE_FROM_AGENT_ASSIGNMENT: metrics.avgTimeToFirstAgentMessageFromAgentAssignment,
  AVG_TIME_TO_RESPONSE_FROM_AGENT_ASSIGNMENT: metrics.avgTimeToResponseFromAgentAssignment,
} as const satisfies Record<string, Metric>;

export type AgentSegmentSort = keyof typeof agentSegmentSorts;
export const AgentSegmentSort = Object.fromEntries(Object.keys(agentSegmentSorts).map((name) => [name, name])) as {
  [K in AgentSegmentSort]: K;
};

registerEnumType(AgentSegmentSort, {
  name: "AgentSegmentSort",
  description: "Agent segment metrics by which agents can be ordered.",
  valuesConfig: Object.fromEntries(Object.entries(agentSegmentSorts).map(([name, metric]) => [name, { description: describe(metric) }])),
});
