import { expect, test } from "vitest";
import { ageAt, freshMs, keepMs, type Moment, type Tolerance, tolerating } from "../../../src/upstream/answers.js";
import type { AnswerRecord, FreshnessKind } from "../../../src/upstream/apis/descriptor.js";
import { directoryKeptMs, type Question } from "../../../src/upstream/question.js";
import { freshness } from "../held-platform.js";
import { intervalRows, keyRows, skillRows } from "../questions-by-hand.js";

const since = 10_000_000;
/** The monotonic clock began to run half way. */
const at = (now: number, monotonic = now - 5_000_000): Moment => ({ now, monotonic });
const stored = (asOf: number, askedMonotonic?: number): AnswerRecord => ({
  call: { api: "skill-segments", lastMinutes: 60, everyMinutes: null, userType: "ALL", skills: "all" },
  reply: { asOf, newestAskedAt: asOf, window: { from: 0, to: asOf }, skills: new Map(), total: null, intervals: null },
  bytes: 100,
  pages: 1,
  ...(askedMonotonic !== undefined && { askedMonotonic }),
});

test.each<[Tolerance, FreshnessKind, number, Question]>([
  ["fresh", "segments", 15_000, skillRows()],
  ["fresh", "current", 10_000, keyRows()],
  ["fresh", "closedIntervals", 86_400_000, intervalRows()],
  ["fresh", "segments", 600_000, skillRows({ freshForMs: 600_000 })],
  ["fresh", "segments", 15_000, skillRows({ freshForMs: 1_000 })],
  ["stale-while-revalidate", "segments", 30_000, skillRows()],
  ["stale-while-revalidate", "closedIntervals", 86_400_000 + 300_000, intervalRows()],
  ["stale-if-error", "segments", 315_000, skillRows()],
])("%s: figures of kind %s are of use up to an age of %d ms, and no longer", (tolerance, kind, longestMs, question) => {
  const usable = tolerating(tolerance, freshness, question, at(since), at(since));
  expect(usable(stored(since - longestMs + 1), kind)).toBe(true);
  expect(usable(stored(since - longestMs), kind)).toBe(false);
});

test("an answer asked for since the request began is fresh to it, even with a time to live of 0", () => {
  const none = { segments: 0, keyMetrics: 0, current: 0, intervals: 0, closedIntervals: 0 };
  const usable = tolerating("fresh", { ttlMs: none, staleMs: 0 }, skillRows(), at(since), at(since));
  expect(usable(stored(since), "segments")).toBe(true);
  expect(usable(stored(since - 1), "segments")).toBe(false);
});

test("an answer is kept as long as it can be of use to anybody: figures, names, or in place of a failure", () => {
  expect(keepMs(freshness, stored(0))).toBe(directoryKeptMs + freshness.staleMs);
  const { api, grouping, everyMinutes, handleTimeModel, window, filters, includeBotSkills } = intervalRows();
  const call = { api, grouping, everyMinutes, handleTimeModel, window, filters, includeBotSkills };
  expect(keepMs(freshness, { ...stored(0), call })).toBe(86_400_000 + freshness.staleMs);
});

test.each<[string, Question, boolean, number]>([
  ["figures over a window", keyRows(), false, 15_000],
  ["current figures with them", keyRows({ current: true }), false, 10_000],
  ["current figures alone", keyRows({ window: null, current: true }), false, 10_000],
  ["intervals", intervalRows(), false, 60_000],
  ["intervals that can change no more", intervalRows(), true, 86_400_000],
  ["names", keyRows({ window: null, freshForMs: 600_000 }), false, 600_000],
])("%s are fresh for their time to live", (_, question, settled, ttlMs) => {
  expect(freshMs(freshness, question, settled)).toBe(ttlMs);
});

test("an answer is as old as the clock says that says more: the wall clock may be set back, the monotonic one stands while a machine sleeps", () => {
  const answer = stored(since, 5_000_000);
  expect(ageAt(answer, at(since + 10_000))).toBe(10_000);
  expect(ageAt(answer, { now: since - 3_600_000, monotonic: 5_010_000 })).toBe(10_000);
  expect(ageAt(answer, { now: since + 3_600_000, monotonic: 5_010_000 })).toBe(3_600_000);
});

test.each<[string, number, Tolerance, boolean]>([
  ["a step back of an hour", -3_600_000, "fresh", false],
  ["a step back of an hour", -3_600_000, "stale-while-revalidate", false],
  ["a step back of an hour", -3_600_000, "stale-if-error", true],
  ["a step on of a minute", 60_000, "fresh", false],
  ["a step on of a minute", 60_000, "stale-if-error", true],
  ["a second that two machines differ by", -1_000, "fresh", true],
])("after %s (%d ms) an answer ten seconds old is %s: %s", (_, stepMs, tolerance, expected) => {
  const later = { now: since + 10_000 + stepMs, monotonic: 5_010_000 };
  // A second ahead, seen from a machine that asked nothing itself.
  const answer = stepMs === -1_000 ? stored(later.now + 1_000) : stored(since, 5_000_000);
  expect(tolerating(tolerance, freshness, skillRows(), later, later)(answer, "segments")).toBe(expected);
});
