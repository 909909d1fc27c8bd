import { registerEnumType } from "type-graphql";
import { keyMetricsByTime, keyMetricsCurrent } from "../../catalogue/key-metrics.js";
import { describe, type Metric } from "../../catalogue/metric.js";

const { metrics: byTime } = keyMetricsByTime;
const { metrics: current } = keyMetricsCurrent;

/** The metrics the platform sorts by; its name for each is the metric's `answer`. Source: Key Messaging Metrics API, parameter sort. */
export const keyMetricSorts = {
  AGENT_LOAD: current.agentLoad,
  HUMAN_AGENT_LOAD: current.humanAgentLoad,
  CLOSED_CONVERSATIONS: byTime.closedConversations,
  AVG_TIME_TO_RESPONSE: byTime.avgTimeToResponse,
  AVG_TIME_TO_FIRST_RESPONSE_FIRST_ASSIGNMENT: byTime.avgTimeToFirstResponseFirstAssignment,
  AVG_WAIT_TIME: byTime.avgWaitTime,
  AVG_WAIT_TIME_FIRST_RESPONSE: byTime.avgWaitTimeFirstResponse,
  ASSIGNED_CONVERSATIONS: current.assignedConversations,
  ACTIVE_CONVERSATIONS: current.activeConversations,
  ONLINE_AGENTS: current.onlineAgents,
  AWAY_AGENTS: current.awayAgents,
  BACK_SOON_AGENTS: current.backSoonAgents,
} as const satisfies Record<string, Metric>;

export type KeyMetricSort = keyof typeof keyMetricSorts;
export const KeyMetricSort = Object.fromEntries(Object.keys(keyMetricSorts).map((name) => [name, name])) as { [K in KeyMetricSort]: K };

registerEnumType(KeyMetricSort, {
  name: "KeyMetricSort",
  description:
    "Key metrics by which skills and agent groups can be ordered: those that the platform sorts by. What is not here, it cannot.",
  valuesConfig: Object.fromEntries(Object.entries(keyMetricSorts).map(([name, metric]) => [name, { description: describe(metric) }])),
});
