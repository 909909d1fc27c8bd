import { metricGroup } from "./metric.js";

const human = "Null for an interval without activity of a human agent.";
const skillOnly =
  "Only rows grouped by skill alone carry it, null in all others; complete only when bot skills are included, because the platform otherwise drops intervals without handling.";
const underReview = "The platform has this metric under review and advises against using it.";

/** Interval Metrics API. */
export const intervalMetrics = metricGroup(
  { api: "INTERVAL_METRICS", type: "Interval", source: "Interval Metrics API" },
  {
    handleTime: {
      upstream: "handleTime",
      unit: "MILLISECONDS",
      seconds: true,
      description: `Time that human agents spent on conversations within the interval, by the handle time model asked for. ${human}`,
    },
    workTime: {
      upstream: "workTime",
      unit: "MILLISECONDS",
      seconds: true,
      description: `Time that agents worked within the interval. The platform states no unit for it; seconds are assumed. ${human}`,
    },
    handledConversations: {
      upstream: "handledConversations",
      unit: "COUNT",
      description: `Conversations that were handled within the interval. ${human}`,
    },
    repliedConversations: {
      upstream: "repliedConversations",
      unit: "COUNT",
      description: `Conversations in which an agent replied within the interval. ${human}`,
    },
    consumerMessages: {
      upstream: "consumerMessages",
      unit: "COUNT",
      deprecated: underReview,
      description: "Messages that consumers sent within the interval. Null when rows are grouped by conversation.",
    },
    agentMessages: {
      upstream: "agentMessages",
      unit: "COUNT",
      deprecated: underReview,
      description: `Messages that agents sent within the interval. Null when rows are grouped by conversation. ${human}`,
    },
    arrivals: {
      upstream: "arrivals",
      unit: "COUNT",
      description: `Conversations that arrived within the interval. ${skillOnly}`,
    },
    closedConversations: {
      upstream: "closedConversations",
      unit: "COUNT",
      description: `Conversations that were closed within the interval. ${skillOnly}`,
    },
  },
);
