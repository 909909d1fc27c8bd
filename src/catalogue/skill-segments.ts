import { quotient } from "./derived.js";
import { metricGroup } from "./metric.js";

const outcomes = "It and the three other rates add up to 1.";
const counted =
  "Adds up over skills and intervals. HUMAN and BOT do not add up to ALL, because a segment that both served counts in ALL alone.";

/** Messaging Operations API, method msgskillsegments. */
export const skillSegmentMetrics = metricGroup(
  { api: "SKILL_SEGMENTS", type: "SkillSegments", source: "Messaging Operations API, msgskillsegments" },
  {
    totalSkillConversationSegments: {
      upstream: "totalSkillConversationSegments",
      unit: "COUNT",
      description: "How often a conversation was in the skill; one conversation counts again each time it comes back.",
      sum: counted,
    },
    skillSegmentsAbandonedByConsumers: {
      upstream: "skillSegmentsAbandonedByConsumers",
      unit: "COUNT",
      description: "Last segments of conversations that the consumer closed before an agent had responded in them, in the queue or after.",
      sum: counted,
    },
    skillSegmentsAbandonedByConsumersInQueue: {
      upstream: "skillSegmentsAbandonedByConsumersInQueue",
      unit: "COUNT",
      description: "The part of the abandoned segments in which the consumer left while still waiting in the queue.",
      sum: counted,
    },
    skillSegmentsWithNonResponsiveConsumers: {
      upstream: "skillSegmentsWithNonResponsiveConsumers",
      unit: "COUNT",
      description: "Segments, ended by a transfer to another skill or a close, in which the consumer never answered an agent's message.",
      sum: counted,
    },
    skillSegmentsWithNonResponsiveAgents: {
      upstream: "skillSegmentsWithNonResponsiveAgents",
      unit: "COUNT",
      description: "Segments, ended by a transfer to another skill or closed by an agent or the system, without any message of an agent.",
      sum: counted,
    },
    interactiveSkillSegments: {
      upstream: "interactiveSkillSegments",
      unit: "COUNT",
      description:
        "Segments, ended by a transfer to another skill or a close, in which the consumer answered an agent's message at least once.",
      sum: counted,
    },
    avgTimeToFirstAgentMessageFromAgentAssignment: {
      upstream: "avgTimetoFirstAgentMessageFromAgentAssignment",
      unit: "MILLISECONDS",
      average: true,
      description:
        "Average time from the assignment to an agent until that agent's first message. Null when no segment in the window counts for it.",
    },
  },
  {
    interactiveRate: {
      formula: quotient("interactiveSkillSegments", "totalSkillConversationSegments"),
      unit: "RATIO",
      description: `Share of the segments in which the consumer answered an agent. ${outcomes}`,
    },
    abandonmentRate: {
      formula: quotient("skillSegmentsAbandonedByConsumers", "totalSkillConversationSegments"),
      unit: "RATIO",
      description: `Share of the segments that the consumer closed before an agent had responded, in the queue or after. ${outcomes}`,
    },
    nonResponsiveConsumersRate: {
      formula: quotient("skillSegmentsWithNonResponsiveConsumers", "totalSkillConversationSegments"),
      unit: "RATIO",
      description: `Share of the segments in which the consumer never answered an agent. ${outcomes}`,
    },
    nonResponsiveAgentsRate: {
      formula: quotient("skillSegmentsWithNonResponsiveAgents", "totalSkillConversationSegments"),
      unit: "RATIO",
      description: `Share of the segments that ended without any message of an agent, other than by the consumer. ${outcomes}`,
    },
  },
);
