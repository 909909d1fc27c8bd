import type { ApiName, Question } from "../../../../src/upstream/question.js";
import type { Centre } from "./centre.js";

export interface Arrival {
  /** Milliseconds after the first arrival. */
  at: number;
  question: Question;
}

/** Questions to one API over time, and the platform that answers them. */
export interface Sequence {
  api: ApiName;
  /** In order of time. */
  arrivals: readonly Arrival[];
  centre: Centre;
  /** How long each exchange takes. */
  latencyMs: number;
  /** True: an unfiltered answer of another window was seen long before, so that the sizes are known. */
  warm: boolean;
}

/** The moment of the first arrival: noon, so that windows of today begin at midnight and at six. */
export const noon = Date.UTC(2026, 0, 15, 12);

/** How long figures of each kind are fresh. */
export const ttlMs = {
  segments: 15_000,
  keyMetrics: 15_000,
  current: 10_000,
  intervals: 60_000,
  closedIntervals: 86_400_000,
} as const;

/** The longest that a question may wait for others to share its call with, while a call of its scope is in flight. */
export const longestGatherMs = 100;
