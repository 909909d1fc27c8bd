import { registerEnumType } from "type-graphql";
import { agentSegmentMetrics } from "../../catalogue/agent-segments.js";
import { intervalMetrics } from "../../catalogue/interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "../../catalogue/key-metrics.js";
import {
  type AnyMetric,
  describe,
  type Metric,
  type MetricsApi as MetricsApiName,
  type MetricUnit as MetricUnitName,
} from "../../catalogue/metric.js";
import type { Grouping, HandleTimeModel as HandleTimeModelName, UserType } from "../../upstream/question.js";

/** Declares an enum of the schema, whose values stand for themselves: the description of it and of each value. */
function enumOf<V extends string>(name: string, description: string, values: Readonly<Record<V, string>>): { [K in V]: K } {
  const entries = Object.entries<string>(values);
  const itself = Object.fromEntries(entries.map(([value]) => [value, value])) as { [K in V]: K };
  const valuesConfig = Object.fromEntries(entries.map(([value, text]) => [value, { description: text }])) as Record<V, object>;
  registerEnumType(itself, { name, description, valuesConfig });
  return itself;
}

export type AgentUserType = UserType;
export const AgentUserType = enumOf<UserType>("AgentUserType", "Which agents count.", {
  HUMAN: "Human agents only.",
  BOT: "Bots only.",
  ALL: "Human agents and bots.",
});

export type HandleTimeModel = HandleTimeModelName;
export const HandleTimeModel = enumOf<HandleTimeModelName>(
  "HandleTimeModel",
  "How the platform measures the time that agents spend on conversations.",
  {
    IFT: "In-focus time: the agent has the conversation open and in view.",
    EHT: "Engaged handle time: in focus while a response is due or being sent.",
  },
);

export type IntervalGrouping = Grouping;
export const IntervalGrouping = enumOf<Grouping>("IntervalGrouping", "What the rows of the interval metrics are kept apart by.", {
  SKILL: "One row per skill and interval. Alone, the only grouping with arrivals and closed conversations.",
  AGENT_GROUP: "One row per agent group and interval.",
  AGENT: "One row per agent and interval.",
  CONVERSATION: "One row per conversation and interval; message counts are null.",
});

export type MetricUnit = MetricUnitName;
export const MetricUnit = enumOf<MetricUnitName>("MetricUnit", "The unit in which a metric leaves the gateway.", {
  COUNT: "A whole number of things; a difference of two can be negative.",
  MILLISECONDS: "A duration in milliseconds.",
  RATIO: "A share of a whole: 1 is 100 %, and loads can pass it.",
  MESSAGES: "An average number of messages, with a fraction.",
});

export type MetricsApi = MetricsApiName;
export const MetricsApi = enumOf<MetricsApiName>("MetricsApi", "The four metrics APIs of the platform.", {
  AGENT_SEGMENTS: "Messaging Operations API, msgagentsegments.",
  SKILL_SEGMENTS: "Messaging Operations API, msgskillsegments.",
  KEY_METRICS: "Key Messaging Metrics API.",
  INTERVAL_METRICS: "Interval Metrics API.",
});

export type MetricSortDirection = "ASC" | "DESC";
export const MetricSortDirection = enumOf<MetricSortDirection>(
  "MetricSortDirection",
  "The order of a list by a metric. Entities without a value come last in both.",
  { ASC: "Lowest first.", DESC: "Highest first." },
);

const described = <V extends string>(metrics: Readonly<Record<V, AnyMetric>>) =>
  Object.fromEntries(Object.entries<AnyMetric>(metrics).map(([value, metric]) => [value, describe(metric)])) as Record<V, string>;

const { metrics: segments, derived: rates } = agentSegmentMetrics;

/** The metrics by which the gateway itself sorts agents. */
export const agentSegmentSorts = {
  TOTAL_AGENT_CONVERSATION_SEGMENTS: segments.totalAgentConversationSegments,
  AVG_AGENT_MESSAGES_IN_AGENT_SEGMENT: segments.avgAgentMessagesInAgentSegment,
  AVG_AGENT_SEGMENT_DURATION: segments.avgAgentSegmentDuration,
  INTERACTIVE_AGENT_SEGMENTS: segments.interactiveAgentSegments,
  AGENT_SEGMENTS_ABANDONED_BY_CONSUMERS: segments.agentSegmentsAbandonedByConsumers,
  AGENT_SEGMENTS_WITH_NON_RESPONSIVE_CONSUMERS: segments.agentSegmentsWithNonResponsiveConsumers,
  AGENT_SEGMENTS_WITH_NON_RESPONSIVE_AGENTS: segments.agentSegmentsWithNonResponsiveAgents,
  AVG_TIME_TO_FIRST_AGENT_MESSAGE_FROM_AGENT_ASSIGNMENT: segments.avgTimeToFirstAgentMessageFromAgentAssignment,
  AVG_TIME_TO_FIRST_AGENT_MESSAGE_FROM_AGENT_ASSIGNMENT_AFTER_TRANSFER: segments.avgTimeToFirstAgentMessageFromAgentAssignmentAfterTransfer,
  AVG_TIME_TO_FIRST_AGENT_MESSAGE_FROM_AGENT_ASSIGNMENT_NEW_CONVERSATION:
    segments.avgTimeToFirstAgentMessageFromAgentAssignmentNewConversation,
  AVG_TIME_TO_RESPONSE_FROM_AGENT_ASSIGNMENT: segments.avgTimeToResponseFromAgentAssignment,
  INTERACTIVE_RATE: rates.interactiveRate,
  ABANDONMENT_RATE: rates.abandonmentRate,
  NON_RESPONSIVE_CONSUMERS_RATE: rates.nonResponsiveConsumersRate,
  NON_RESPONSIVE_AGENTS_RATE: rates.nonResponsiveAgentsRate,
} as const satisfies Record<string, AnyMetric>;

export type AgentSegmentSort = keyof typeof agentSegmentSorts;
export const AgentSegmentSort = enumOf<AgentSegmentSort>(
  "AgentSegmentSort",
  "Agent segment metrics by which agents can be ordered.",
  described(agentSegmentSorts),
);

const { metrics: ofRows, derived: ofParts } = intervalMetrics;

/** The metrics by which the gateway itself sorts rows of the interval metrics. */
export const intervalSorts = {
  HANDLE_TIME: ofRows.handleTime,
  WORK_TIME: ofRows.workTime,
  HANDLED_CONVERSATIONS: ofRows.handledConversations,
  REPLIED_CONVERSATIONS: ofRows.repliedConversations,
  CONSUMER_MESSAGES: ofRows.consumerMessages,
  AGENT_MESSAGES: ofRows.agentMessages,
  ARRIVALS: ofRows.arrivals,
  CLOSED_CONVERSATIONS: ofRows.closedConversations,
  HANDLE_TIME_PER_HANDLED_CONVERSATION: ofParts.handleTimePerHandledConversation,
  HANDLE_TIME_PER_CLOSED_CONVERSATION: ofParts.handleTimePerClosedConversation,
  ARRIVALS_MINUS_CLOSED: ofParts.arrivalsMinusClosed,
} as const satisfies Record<string, AnyMetric>;

export type IntervalSort = keyof typeof intervalSorts;
export const IntervalSort = enumOf<IntervalSort>(
  "IntervalSort",
  "Interval metrics by which rows can be ordered.",
  described(intervalSorts),
);

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
export const KeyMetricSort = enumOf<KeyMetricSort>(
  "KeyMetricSort",
  "Key metrics by which skills and agent groups can be ordered: those that the platform sorts by. What is not here, it cannot.",
  described(keyMetricSorts),
);
