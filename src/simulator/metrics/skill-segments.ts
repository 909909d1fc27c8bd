import type { SkillSegment } from "../model/records.js";
import { count, cutAverage, sum } from "./figure.js";

type Measure = (ended: readonly SkillSegment[]) => number;

const abandoned = (segment: SkillSegment): boolean => segment.ended === "consumer" && !segment.sent;

/**
 * The metrics of the page msgskillsegments, over segments that have ended. Interactive, abandoned and both kinds of
 * non-responsive segments add up to the total; those abandoned in the queue are a part of the abandoned ones.
 */
export const skillSegmentMeasures: Record<string, Measure> = {
  totalSkillConversationSegments: (segments) => segments.length,
  skillSegmentsAbandonedByConsumers: (segments) => count(segments, abandoned),
  skillSegmentsAbandonedByConsumersInQueue: (segments) => count(segments, (segment) => abandoned(segment) && segment.endedInQueue),
  skillSegmentsWithNonResponsiveConsumers: (segments) => count(segments, (segment) => segment.sent && !segment.answered),
  skillSegmentsWithNonResponsiveAgents: (segments) => count(segments, (segment) => !segment.sent && segment.ended !== "consumer"),
  interactiveSkillSegments: (segments) => count(segments, (segment) => segment.sent && segment.answered),
  avgTimetoFirstAgentMessageFromAgentAssignment: (segments) =>
    cutAverage(
      sum(segments, (segment) => segment.firstMessageMs),
      sum(segments, (segment) => segment.firstMessages),
    ),
};
