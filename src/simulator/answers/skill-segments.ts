import { skillSegmentMeasures as measures } from "../metrics/skill-segments.js";
import { type Ledger, slice } from "../model/ledger.js";
import type { SkillSegment } from "../model/records.js";
import { type ByIntervals, byIntervals, type Figures, figuresBy, totalOf, type UserType } from "./segments.js";

export interface SkillSegmentsQuery {
  /** Epoch ms; a segment belongs to the window in which it ended: from <= end < to. */
  from: number;
  to: number;
  /** Absent: all. */
  skillIds?: readonly string[] | undefined;
  /** A segment that both humans and bots, or nobody, served counts only for `all`. */
  userType?: UserType | undefined;
}

export interface SkillSegmentsAnswer {
  skillsMetrics: Record<string, Figures>;
  metricsTotal: Figures;
}

function matches(segment: SkillSegment, { skillIds, userType = "all" }: SkillSegmentsQuery): boolean {
  if (skillIds && !skillIds.includes(segment.skill.id)) return false;
  if (userType === "all") return true;
  return userType === "human" ? segment.humans && !segment.bots : segment.bots && !segment.humans;
}

const answer = (segments: readonly SkillSegment[]): SkillSegmentsAnswer => ({
  skillsMetrics: figuresBy(measures, undefined, segments, ({ skill }) => skill.id),
  metricsTotal: totalOf(measures, undefined, segments),
});

const ended = (ledger: Ledger, query: SkillSegmentsQuery): SkillSegment[] =>
  slice(ledger.endedSkillSegments, query.from, query.to, ({ end }) => end).filter((segment) => matches(segment, query));

export const skillSegments = (ledger: Ledger, query: SkillSegmentsQuery): SkillSegmentsAnswer => answer(ended(ledger, query));

export const skillSegmentsByInterval = (
  ledger: Ledger,
  query: SkillSegmentsQuery & { intervalMs: number },
): ByIntervals<SkillSegmentsAnswer> => byIntervals(ended(ledger, query), query, ({ end }) => end, answer);
