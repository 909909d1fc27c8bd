import { expect, test } from "vitest";
import { keepMs, remainingMs, type Tolerance, tolerating } from "../../../src/upstream/answers/freshness.js";
import type { FreshnessKind, Stored } from "../../../src/upstream/apis/merging.js";
import { directoryKeptMs, type Question } from "../../../src/upstream/question.js";
import { freshness } from "../held-platform.js";
import { intervalRows, keyRows, skillRows } from "../questions-by-hand.js";

const since = 10_000_000;
const stored = (asOf: number): Stored => ({
  call: { api: "skill-segments", lastMinutes: 60, everyMinutes: null, userType: "ALL", skills: "all" },
  reply: { asOf, newestAskedAt: asOf, window: { from: 0, to: asOf }, skills: new Map(), total: null, intervals: null },
  bytes: 100,
});

test.each<[Tolerance, FreshnessKind, number, Question]>([
  ["fresh", "segments", 15_000, skillRows()],
  ["fresh", "current", 10_000, keyRows()],
  ["fresh", "closedIntervals", 86_400_000, intervalRows()],
  ["fresh", "segments", 600_000, skillRows({ freshForMs: 600_000 })],
  ["fresh", "segments", 15_000, skillRows({ freshForMs: 1_000 })],
  ["revalidating", "segments", 30_000, skillRows()],
  ["revalidating", "closedIntervals", 86_400_000 + 300_000, intervalRows()],
  ["surviving", "segments", 315_000, skillRows()],
])("%s: figures of kind %s are of use up to an age of %d ms, and no longer", (tolerance, kind, longestMs, question) => {
  const usable = tolerating(tolerance, freshness, question, since);
  expect(usable(stored(since - longestMs + 1), kind)).toBe(true);
  expect(usable(stored(since - longestMs), kind)).toBe(false);
});

test("an answer asked for since the request began is fresh to it, even with a time to live of 0", () => {
  const none = { segments: 0, keyMetrics: 0, current: 0, intervals: 0, closedIntervals: 0 };
  const usable = tolerating("fresh", { ttlMs: none, staleMs: 0 }, skillRows(), since);
  expect(usable(stored(since), "segments")).toBe(true);
  expect(usable(stored(since - 1), "segments")).toBe(false);
});

test("an answer is kept as long as it can be of use to anybody: figures, names, or in place of a failure", () => {
  expect(keepMs(freshness, stored(0))).toBe(directoryKeptMs + freshness.staleMs);
  const { api, grouping, everyMinutes, handleTimeModel, window, filters, includeBotSkills } = intervalRows();
  const call = { api, grouping, everyMinutes, handleTimeModel, window, filters, includeBotSkills };
  expect(keepMs(freshness, { ...stored(0), call })).toBe(86_400_000 + freshness.staleMs);
});

test("intervals that can change no more remain fresh for the longer time that closed ones have", () => {
  expect(remainingMs(freshness, intervalRows(), since, since + 4_000, true)).toBe(86_400_000 - 4_000);
});

test.each<[string, Question, number]>([
  ["figures over a window", keyRows(), 15_000],
  ["current figures with them", keyRows({ current: true }), 10_000],
  ["current figures alone", keyRows({ window: null, current: true }), 10_000],
  ["intervals", intervalRows(), 60_000],
  ["names", keyRows({ window: null, freshForMs: 600_000 }), 600_000],
])("%s remain fresh for what is left of their time to live, never for less than nothing", (_, question, ttlMs) => {
  expect(remainingMs(freshness, question, since, since)).toBe(ttlMs);
  expect(remainingMs(freshness, question, since, since + 4_000)).toBe(ttlMs - 4_000);
  expect(remainingMs(freshness, question, since, since + 1_000_000)).toBe(0);
});
