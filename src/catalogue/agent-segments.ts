import { quotient } from "./derived.js";
import { metricGroup } from "./metric.js";

const none = "Null when no segment in the window counts for it.";
const outcomes = "It and the three other rates add up to 1.";
const counted = "Adds up over agents, skills and intervals, and HUMAN and BOT to ALL.";

/** Messaging Operations API, method msgagentsegments. */
export const agentSegmentMetrics = metricGroup(
  { api: "AGENT_SEGMENTS", type: "AgentSegments", source: "Messaging Operations API, msgagentsegments" },
  {
    totalAgentConversationSegments: {
      upstream: "totalAgentConversationSegments",
      unit: "COUNT",
      description: "How often a conversation was assigned to the agent; one conversation counts again each time it comes back.",
      sum: counted,
    },
    avgAgentMessagesInAgentSegment: {
      upstream: "avgAgentMessagesinAgentSegment",
      unit: "MESSAGES",
      average: true,
      description: `Average number of responses that the agent gave during one segment. ${none}`,
    },
    avgAgentSegmentDuration: {
      upstream: "avgAgentSegmentDuration",
      unit: "MILLISECONDS",
      average: true,
      description: `Average time from the assignment to the agent until the conversation was closed or transferred. ${none}`,
    },
    interactiveAgentSegments: {
      upstream: "interactiveAgentSegments",
      unit: "COUNT",
      description: "Segments, ended by a transfer or a close, in which the consumer answered a message of the agent at least once.",
      sum: counted,
    },
    agentSegmentsAbandonedByConsumers: {
      upstream: "agentSegmentsAbandonedByConsumers",
      unit: "COUNT",
      description: "Last segments of conversations that the consumer closed before the agent had sent any message in them.",
      sum: counted,
    },
    agentSegmentsWithNonResponsiveConsumers: {
      upstream: "agentSegmentsWithNonResponsiveConsumers",
      unit: "COUNT",
      description: "Segments, ended by a transfer or a close, in which the consumer never answered the agent's messages.",
      sum: counted,
    },
    agentSegmentsWithNonResponsiveAgents: {
      upstream: "agentSegmentsWithNonResponsiveAgents",
      unit: "COUNT",
      description: "Segments, ended by a transfer or closed by the agent or the system, in which the agent sent no message at all.",
      sum: counted,
    },
    avgTimeToFirstAgentMessageFromAgentAssignment: {
      upstream: "avgTimetoFirstAgentMessageFromAgentAssignment",
      unit: "MILLISECONDS",
      average: true,
      description: `Average time from the assignment to the agent's first message, in new and in transferred conversations; segments after a takeover or a resume are left out. ${none}`,
    },
    avgTimeToFirstAgentMessageFromAgentAssignmentAfterTransfer: {
      upstream: "avgTimetoFirstAgentMessageFromAgentAssignment_AfterTransfer",
      unit: "MILLISECONDS",
      average: true,
      description: `Average time from the assignment to the agent's first message, in segments that began with a transfer; takeovers are left out. ${none}`,
    },
    avgTimeToFirstAgentMessageFromAgentAssignmentNewConversation: {
      upstream: "avgTimetoFirstAgentMessageFromAgentAssignment_NewConversation",
      unit: "MILLISECONDS",
      average: true,
      description: `Average time from the assignment to the agent's first message, in first segments of new conversations; resumed conversations are left out. ${none}`,
    },
    avgTimeToResponseFromAgentAssignment: {
      upstream: "avgTimeToResponseFromAgentAssignment",
      unit: "MILLISECONDS",
      average: true,
      description: `Average time in which the agent responded to the consumer, counted from the assignment for the first response; first responses after a takeover or a resume are left out. ${none}`,
    },
  },
  {
    interactiveRate: {
      formula: quotient("interactiveAgentSegments", "totalAgentConversationSegments"),
      unit: "RATIO",
      description: `Share of the segments in which the consumer answered the agent. ${outcomes}`,
    },
    abandonmentRate: {
      formula: quotient("agentSegmentsAbandonedByConsumers", "totalAgentConversationSegments"),
      unit: "RATIO",
      description: `Share of the segments that the consumer closed before the agent had sent any message. ${outcomes}`,
    },
    nonResponsiveConsumersRate: {
      formula: quotient("agentSegmentsWithNonResponsiveConsumers", "totalAgentConversationSegments"),
      unit: "RATIO",
      description: `Share of the segments in which the consumer never answered the agent. ${outcomes}`,
    },
    nonResponsiveAgentsRate: {
      formula: quotient("agentSegmentsWithNonResponsiveAgents", "totalAgentConversationSegments"),
      unit: "RATIO",
      description: `Share of the segments that ended without any message of the agent, other than by the consumer. ${outcomes}`,
    },
  },
);
