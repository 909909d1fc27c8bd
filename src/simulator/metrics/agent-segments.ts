import type { AgentSegment, Began } from "../model/records.js";
import { count, cutAverage, noData, rounded, sum } from "./figure.js";

type Measure = (ended: readonly AgentSegment[]) => number;

const unsent = (segment: AgentSegment): boolean => !segment.sent;

function averageFirstMessage(segments: readonly AgentSegment[], began: readonly Began[]): number {
  const counting = segments.filter((segment) => segment.firstMessageMs >= 0 && began.includes(segment.began));
  return cutAverage(
    sum(counting, (segment) => segment.firstMessageMs),
    counting.length,
  );
}

/**
 * The metrics of the page msgagentsegments, over segments that have ended. Interactive, abandoned and both kinds of
 * non-responsive segments add up to the total. The page has the descriptions of the two non-responsive ones shifted by
 * a row; they are taken as the page of the skill segments has them.
 */
export const agentSegmentMeasures: Record<string, Measure> = {
  totalAgentConversationSegments: (segments) => segments.length,
  avgAgentMessagesinAgentSegment: (segments) =>
    segments.length === 0 ? noData : rounded(sum(segments, (segment) => segment.messages) / segments.length, 2),
  avgAgentSegmentDuration: (segments) =>
    cutAverage(
      sum(segments, (segment) => segment.end - segment.start),
      segments.length,
    ),
  interactiveAgentSegments: (segments) => count(segments, (segment) => segment.sent && segment.answered),
  agentSegmentsAbandonedByConsumers: (segments) => count(segments, (segment) => unsent(segment) && segment.ended === "consumer"),
  agentSegmentsWithNonResponsiveConsumers: (segments) => count(segments, (segment) => segment.sent && !segment.answered),
  agentSegmentsWithNonResponsiveAgents: (segments) => count(segments, (segment) => unsent(segment) && segment.ended !== "consumer"),
  avgTimetoFirstAgentMessageFromAgentAssignment: (segments) => averageFirstMessage(segments, ["new", "transfer"]),
  avgTimetoFirstAgentMessageFromAgentAssignment_AfterTransfer: (segments) => averageFirstMessage(segments, ["transfer"]),
  avgTimetoFirstAgentMessageFromAgentAssignment_NewConversation: (segments) => averageFirstMessage(segments, ["new"]),
  avgTimeToResponseFromAgentAssignment: (segments) =>
    cutAverage(
      sum(segments, (segment) => segment.responseMs),
      sum(segments, (segment) => segment.responses),
    ),
};
