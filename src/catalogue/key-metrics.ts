import { quotient } from "./derived.js";
import { metricGroup } from "./metric.js";

const source = "Key Messaging Metrics API";
const absent = "Null when the platform leaves it out of its answer.";
const counted = "Adds up over skills, and over windows that do not overlap.";
const countedNow = "Adds up over skills.";
const agents = "Does not add up over skills: an agent counts under each skill.";
const recent = "Only conversations that began within the last 30 days count.";

/** Key Messaging Metrics API, metricsToRetrieveByTime. */
export const keyMetricsByTime = metricGroup(
  { api: "KEY_METRICS", type: "KeyMetrics", source },
  {
    avgWaitTime: {
      upstream: "avg_wait_time",
      answer: "avgWaitTime",
      unit: "MILLISECONDS",
      description: `Average time that consumers waited for a response of a human agent, credited to the skill and group at the time of the response. ${absent}`,
    },
    avgWaitTimeFirstResponse: {
      upstream: "avg_wait_time_first_response",
      answer: "avgWaitTimeFirstResponse",
      unit: "MILLISECONDS",
      description: `Average time that consumers waited for the first human response of a conversation. ${absent}`,
    },
    avgTimeToResponse: {
      upstream: "avg_time_to_response",
      answer: "avgTimeToResponse",
      unit: "MILLISECONDS",
      description: `Average time that human agents took to respond, counted from the assignment of the conversation to them. ${absent}`,
    },
    avgTimeToFirstResponseFirstAssignment: {
      upstream: "avg_time_to_first_response_first_assignment",
      answer: "avgTimeToFirstResponseFirstAssignment",
      unit: "MILLISECONDS",
      description: `Average time from a new conversation's first assignment to the first message of a human agent. ${absent}`,
    },
    closedConversations: {
      upstream: "closed_conversations",
      answer: "closedConversations",
      unit: "COUNT",
      description: `Conversations closed in the window, by the agent, the consumer or the system. ${absent}`,
      sum: counted,
    },
    closedByAgent: {
      upstream: "closed_by_agent",
      answer: "closedByAgent",
      unit: "COUNT",
      description: `Conversations closed in the window by the agent. ${absent}`,
      sum: counted,
    },
    closedByConsumer: {
      upstream: "closed_by_consumer",
      answer: "closedByConsumer",
      unit: "COUNT",
      description: `Conversations closed in the window by the consumer. ${absent}`,
      sum: counted,
    },
    autoClosed: {
      upstream: "auto_closed",
      answer: "autoClosed",
      unit: "COUNT",
      description: `Conversations closed in the window by the system. ${absent}`,
      sum: counted,
    },
    concludedConversations: {
      upstream: "concluded_conversations",
      answer: "concludedConversations",
      unit: "COUNT",
      description: `Conversations concluded in the window. The platform lists the metric without describing it. ${absent}`,
    },
    csat: {
      upstream: "csat",
      unit: "RATIO",
      description: `Share of the answers to the satisfaction question, in the window, that gave 4 or 5 of 5. ${absent}`,
    },
  },
  {
    closedByAgentShare: {
      formula: quotient("closedByAgent", "closedConversations"),
      unit: "RATIO",
      description: "Share of the closed conversations that the agent closed.",
    },
    closedByConsumerShare: {
      formula: quotient("closedByConsumer", "closedConversations"),
      unit: "RATIO",
      description: "Share of the closed conversations that the consumer closed.",
    },
    autoClosedShare: {
      formula: quotient("autoClosed", "closedConversations"),
      unit: "RATIO",
      description: "Share of the closed conversations that the system closed.",
    },
  },
);

/** Key Messaging Metrics API, metricsToRetrieveCurrentValue: not influenced by the window. */
export const keyMetricsCurrent = metricGroup(
  { api: "KEY_METRICS", type: "CurrentMetrics", source },
  {
    assignedConversations: {
      upstream: "assigned_conversations",
      answer: "assignedConversations",
      unit: "COUNT",
      description: `Open conversations that are assigned to an agent now. ${recent} ${absent}`,
      sum: countedNow,
    },
    unassignedConversations: {
      upstream: "unassigned_conversations",
      answer: "unassignedConversations",
      unit: "COUNT",
      description: `Conversations that wait in the queue for an agent now. ${absent}`,
      sum: countedNow,
    },
    activeConversations: {
      upstream: "active_conversations",
      answer: "activeConversations",
      unit: "COUNT",
      description: `Open conversations that an agent is handling now. ${recent} ${absent}`,
      sum: countedNow,
    },
    openConversations: {
      upstream: "open_conversations",
      answer: "openConversations",
      unit: "COUNT",
      description: `Conversations that are open now, in the queue or assigned. ${absent}`,
      sum: countedNow,
    },
    overdueConversationsInQueue: {
      upstream: "overdue_conversations_in_queue",
      answer: "overdueConversationsInQueue",
      unit: "COUNT",
      description: `Conversations in the queue that have passed the service level agreement. ${absent}`,
      sum: countedNow,
    },
    overdueConversationsAssigned: {
      upstream: "overdue_conversations_assigned",
      answer: "overdueConversationsAssigned",
      unit: "COUNT",
      description: `Assigned conversations that have passed the service level agreement. ${absent}`,
      sum: countedNow,
    },
    overdueConversationsTotal: {
      upstream: "overdue_conversations_total",
      answer: "overdueConversationsTotal",
      unit: "COUNT",
      description: `Open conversations, in the queue or assigned, that have passed the service level agreement. ${absent}`,
      sum: countedNow,
    },
    queueWaitTime50thPercentile: {
      upstream: "queue_wait_time_50th_percentile",
      answer: "queueWaitTime50thPercentile",
      unit: "MILLISECONDS",
      description: `Half of the consumers in the queue have waited this long or less. ${absent}`,
    },
    queueWaitTime90thPercentile: {
      upstream: "queue_wait_time_90th_percentile",
      answer: "queueWaitTime90thPercentile",
      unit: "MILLISECONDS",
      description: `Nine of ten consumers in the queue have waited this long or less. ${absent}`,
    },
    agentLoad: {
      upstream: "agent_load",
      answer: "agentLoad",
      unit: "RATIO",
      description: `Weight of the assigned conversations as a share of the most that all agents, bots among them, may have at once. ${absent}`,
    },
    humanAgentLoad: {
      upstream: "human_agent_load",
      answer: "humanAgentLoad",
      unit: "RATIO",
      description: `Weight of the assigned conversations as a share of the most that all human agents may have at once. ${absent}`,
    },
    humanOnlineLoad: {
      upstream: "human_online_load",
      answer: "humanOnlineLoad",
      unit: "RATIO",
      description: `Weight of the assigned conversations as a share of the most that the human agents who are online may have at once. ${absent}`,
    },
    humanAwayLoad: {
      upstream: "human_away_load",
      answer: "humanAwayLoad",
      unit: "RATIO",
      description: `Weight of the assigned conversations as a share of the most that the human agents who are away may have at once. ${absent}`,
    },
    availableSlots: {
      upstream: "available_slots",
      answer: "availableSlots",
      unit: "COUNT",
      description: `Free places for conversations from the queue. ${absent}`,
      sum: "Does not add up over skills: a place counts under each skill of its agent.",
    },
    onlineAgents: {
      upstream: "online_agents",
      answer: "onlineAgents",
      unit: "COUNT",
      description: `Agents in the state ONLINE now. ${absent}`,
      sum: agents,
    },
    awayAgents: {
      upstream: "away_agents",
      answer: "awayAgents",
      unit: "COUNT",
      description: `Agents in the state AWAY now. ${absent}`,
      sum: agents,
    },
    backSoonAgents: {
      upstream: "back_soon_agents",
      answer: "backSoonAgents",
      unit: "COUNT",
      description: `Agents in the state BACK SOON now. ${absent}`,
      sum: agents,
    },
  },
  {
    overdueAssignedShare: {
      formula: quotient("overdueConversationsAssigned", "assignedConversations"),
      unit: "RATIO",
      description:
        "Share of the assigned conversations that have passed the service level agreement. It can pass 1: assignedConversations counts conversations of the last 30 days alone, and the platform says no such limit of overdueConversationsAssigned.",
    },
  },
);
