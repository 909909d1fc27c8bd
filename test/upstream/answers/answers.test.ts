import { expect, test } from "vitest";
import { Answers } from "../../../src/upstream/answers/answers.js";
import type { Stored } from "../../../src/upstream/apis/merging.js";

const noon = Date.UTC(2026, 0, 15, 12);

const answer = (lastMinutes: number, asOf = noon, bytes = 1_000): Stored => ({
  call: { api: "skill-segments", lastMinutes, everyMinutes: null, userType: "ALL", skills: "all" },
  reply: {
    asOf,
    newestAskedAt: asOf,
    window: { from: asOf - lastMinutes * 60_000, to: asOf },
    skills: new Map(),
    total: null,
    intervals: null,
  },
  bytes,
});

/** Each answer is of use for a minute. */
const answerMemory = 1_024 + 3 * 1_000;
const kept = (maxBytes: number, clock = { now: noon }) =>
  new Answers(
    maxBytes,
    () => clock.now,
    () => 60_000,
  );

test("answers are listed newest first by when they were asked for, not by when they came back", async () => {
  const answers = kept(1_000_000);
  await answers.add("f", answer(1, noon - 1_000));
  await answers.add("f", answer(2, noon));
  await answers.add("f", answer(3, noon - 2_000));
  expect((await answers.list("f")).map(({ call }) => "lastMinutes" in call && call.lastMinutes)).toEqual([2, 1, 3]);
});

test("an answer replaces the older one of the same call, and no newer one", async () => {
  const answers = kept(1_000_000);
  const newest = answer(1, noon);
  await answers.add("f", answer(1, noon - 2_000));
  await answers.add("f", newest);
  await answers.add("f", answer(1, noon - 1_000));
  expect(await answers.list("f")).toEqual([newest]);
});

test("answers added at the same time are all there", async () => {
  const answers = kept(1_000_000);
  await Promise.all(Array.from({ length: 20 }, (_, minutes) => answers.add("f", answer(minutes + 1))));
  expect(await answers.list("f")).toHaveLength(20);
});

test("an answer is listed as long as it can be of use, and not a moment longer", async () => {
  const clock = { now: noon };
  const answers = kept(1_000_000, clock);
  await answers.add("f", answer(1));
  clock.now = noon + 60_000;
  expect(await answers.list("f")).toHaveLength(1);
  clock.now++;
  expect(await answers.list("f")).toEqual([]);
});

test("beyond the bound the family used longest ago goes", async () => {
  const answers = kept(10 * (answerMemory + 1));
  for (let family = 0; family < 10; family++) await answers.add(`f${family}`, answer(1));
  await answers.list("f0");
  await answers.add("f10", answer(1));
  const lengths = await Promise.all(Array.from({ length: 11 }, async (_, family) => (await answers.list(`f${family}`)).length));
  expect(lengths).toEqual([1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
});

test("of a family that is too large by itself the newest answers stay", async () => {
  const answers = kept(3 * answerMemory + 1);
  for (let minutes = 1; minutes <= 10; minutes++) await answers.add("f", answer(minutes, noon - 10_000 + minutes));
  expect((await answers.list("f")).map(({ call }) => "lastMinutes" in call && call.lastMinutes)).toEqual([10, 9, 8]);
});

test("an answer larger than the bound is not kept, and does no harm to what is", async () => {
  const answers = kept(10_000);
  await answers.add("g", answer(1));
  await answers.add("f", answer(2, noon, 1_000_000));
  expect(await answers.list("f")).toEqual([]);
  expect(await answers.list("g")).toHaveLength(1);
});
