import { difference, quotient } from "./derived.js";
import { metricGroup } from "./metric.js";

const human = "Null for an interval without activity of a human agent.";
const skillOnly =
  "Only rows grouped by skill alone carry it, null in all others; complete only when bot skills are included, because the platform otherwise drops intervals without handling.";
/** No @deprecated: tools hide what bears it, and there is no successor. */
const underReview = "Take care: the platform has this metric under review and advises against using it, because it may be wrong.";

/** Interval Metrics API. */
export const intervalMetrics = metricGroup(
  { api: "INTERVAL_METRICS", type: "Interval", source: "Interval Metrics API" },
  {
    handleTime: {
      upstream: "handleTime",
      unit: "MILLISECONDS",
      seconds: true,
      description: `Time that human agents spent on conversations within the interval, by the handle time model asked for. ${human}`,
      sum: "Adds up over rows of any grouping.",
    },
    workTime: {
      upstream: "workTime",
      unit: "MILLISECONDS",
      seconds: true,
      description: `Time that agents worked within the interval. The platform states no unit for it; seconds are assumed. ${human}`,
      sum: "Adds up over intervals and agents, not over skills or conversations: an agent has several at once.",
    },
    handledConversations: {
      upstream: "handledConversations",
      unit: "COUNT",
      description: `Conversations that were handled within the interval. ${human}`,
      sum: "Does not add up: one conversation counts in each row in which it was handled.",
    },
    repliedConversations: {
      upstream: "repliedConversations",
      unit: "COUNT",
      description: `Conversations in which an agent replied within the interval. ${human}`,
      sum: "Does not add up: one conversation counts in each row in which an agent replied.",
    },
    consumerMessages: {
      upstream: "consumerMessages",
      unit: "COUNT",
      rows: "not-conversations",
      description: `Messages that consumers sent within the interval. Null when rows are grouped by conversation. ${underReview}`,
      sum: "Adds up over intervals.",
    },
    agentMessages: {
      upstream: "agentMessages",
      unit: "COUNT",
      rows: "not-conversations",
      description: `Messages that agents sent within the interval. Null when rows are grouped by conversation. ${human} ${underReview}`,
      sum: "Adds up over intervals.",
    },
    arrivals: {
      upstream: "arrivals",
      unit: "COUNT",
      rows: "skill-alone",
      description: `Conversations that arrived within the interval. No page says whether a transfer counts as an arrival. ${skillOnly}`,
      sum: "Adds up over intervals and skills.",
    },
    closedConversations: {
      upstream: "closedConversations",
      unit: "COUNT",
      rows: "skill-alone",
      description: `Conversations that were closed within the interval, by agents, bots, consumers or the system. ${skillOnly}`,
      sum: "Adds up over intervals and skills; a conversation that is closed again counts again.",
    },
  },
  {
    handleTimePerHandledConversation: {
      formula: quotient("handleTime", "handledConversations"),
      unit: "MILLISECONDS",
      description:
        "Handle time within the interval for each conversation handled in it. A conversation handled in two intervals counts in both: it is no average handle time of whole conversations.",
    },
    handleTimePerClosedConversation: {
      formula: quotient("handleTime", "closedConversations"),
      unit: "MILLISECONDS",
      description:
        "Handle time within the interval for each conversation closed in it. Handle time is that of human agents, and the conversations that bots closed count too. Rows grouped by skill alone carry it.",
    },
    arrivalsMinusClosed: {
      formula: difference("arrivals", "closedConversations"),
      unit: "COUNT",
      description:
        "Arrivals less closed conversations: by how many conversations the skill's backlog grew within the interval, or shrank where it is negative. No page of the platform says whether a transfer counts as an arrival; where it does, a skill that passes conversations on grows by each. Rows grouped by skill alone carry it, complete when bot skills are included.",
      sum: "Adds up over intervals and skills.",
    },
  },
);
