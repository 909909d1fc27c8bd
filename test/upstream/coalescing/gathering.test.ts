import { describe, expect, test } from "vitest";
import { minuteMs } from "../../../src/time.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { endOf } from "../outcomes-by-hand.js";
import { keyRows, keyTotal, skillRows } from "../questions-by-hand.js";

standAtNoon();

const isAnswered = { answered: { stale: false } };
const manyIds = Array.from({ length: 400 }, (_, index) => String(index + 1));

/** A platform of which 400 keys are known: a question for some names them, because all would take eight pages. */
async function large(usualMs = 5_000, limits = { maxConcurrent: 10, maxPerMinute: 1_000 }): Promise<HeldPlatform> {
  const platform = new HeldPlatform({ ids: manyIds, limits });
  await asked(platform, keyRows({ keys: "all", window: { lastMinutes: 45 } }));
  await pass(10 * minuteMs);
  for (let exchange = 0; exchange < 100; exchange++) platform.times.ended("key-metrics", usualMs);
  return platform;
}

const keysOf = (platform: HeldPlatform) =>
  platform.sent.slice(1).map(({ call }) => "filters" in call && "skillIds" in call.filters && call.filters.skillIds);

/** Leaves the call of a first question in flight. */
async function busy(platform: HeldPlatform, key = "1"): Promise<void> {
  platform.ask([keyRows({ keys: [key] })]);
  await settle();
}

test("a question whose scope has no call in flight starts at once", async () => {
  const platform = await large();
  await busy(platform);
  platform.ask([keyRows({ keys: ["2"], userType: "HUMAN" })]);
  await settle();
  expect(keysOf(platform)).toEqual([["1"], ["2"]]);
});

describe("questions that a call in flight of their scope does not cover", () => {
  test("gather for the next one, which asks for all of them", async () => {
    const platform = await large();
    await busy(platform);
    const ends = [];
    for (let key = 2; key < 42; key++) {
      ends.push(endOf(platform, keyRows({ keys: [String(key)] })));
      await pass(2);
    }
    await pass(100);
    expect(keysOf(platform).map((keys) => (keys ? keys.length : keys))).toEqual([1, 40]);
    platform.sent[2]!.answer();
    expect(await Promise.all(ends)).toMatchObject(Array(40).fill(isAnswered));
  });

  test.each([
    [100, "a tenth of a second", 15_000, 5_000],
    [50, "a tenth of what is left until the deadline", 500, 5_000],
    [30, "the time that such a call usually takes", 15_000, 30],
  ])("wait %d ms, %s, whichever is least, and not anew for each that arrives", async (ms, _, deadlineMs, usualMs) => {
    const platform = await large(usualMs);
    await busy(platform);
    platform.ask([keyRows({ keys: ["2"] })], { deadlineMs });
    await pass(ms - 10);
    platform.ask([keyRows({ keys: ["3"] })], { deadlineMs });
    await pass(9);
    expect(keysOf(platform)).toEqual([["1"]]);
    await pass(1);
    expect(keysOf(platform)).toEqual([["1"], ["2", "3"]]);
  });

  test("wait no longer than that call is in flight", async () => {
    const platform = await large();
    await busy(platform);
    platform.ask([keyRows({ keys: ["2"] })]);
    await pass(20);
    platform.sent[1]!.answer();
    await settle();
    expect(keysOf(platform)).toEqual([["1"], ["2"]]);
  });

  test("start at once where the call asks for all ids, and later ones join it", async () => {
    const platform = new HeldPlatform();
    platform.ask([skillRows({ skills: ["1"] })]);
    await settle();
    const ends = ["2", "3", "4"].map((skill) => endOf(platform, skillRows({ skills: [skill] })));
    await settle();
    expect(platform.sent.map(({ call }) => "skills" in call && call.skills)).toEqual([["1"], "all"]);
    platform.sent[1]!.answer();
    expect(await Promise.all(ends)).toMatchObject(Array(3).fill({ ...isAnswered, afterMs: 0 }));
  });

  test("start at once when they are totals, which no other question could share", async () => {
    const platform = await large();
    await busy(platform);
    platform.ask([keyTotal({ window: { lastMinutes: 30 } })]);
    await settle();
    expect(platform.sent).toHaveLength(3);
  });

  test("gather as long as no permit is free anyway", async () => {
    const platform = await large(5_000, { maxConcurrent: 1, maxPerMinute: 1_000 });
    await busy(platform);
    for (let key = 2; key < 12; key++) {
      platform.ask([keyRows({ keys: [String(key)] })]);
      await pass(200);
    }
    platform.sent[1]!.answer();
    await settle();
    expect(keysOf(platform).map((keys) => (keys ? keys.length : keys))).toEqual([1, 10]);
  });

  test("leave at once, as part of a call for all ids, when somebody asks for those meanwhile", async () => {
    const platform = await large();
    await busy(platform);
    platform.ask([keyRows({ keys: ["2"] })]);
    await settle();
    const all = endOf(platform, keyRows({ keys: "all" }));
    await settle();
    expect(keysOf(platform)).toEqual([["1"], null]);
    platform.sent[2]!.answer();
    expect(await all).toMatchObject({ ...isAnswered, afterMs: 0 });
    await pass(200);
    expect(platform.sent).toHaveLength(3);
  });
});

test.each([
  ["at once", 0],
  ["within 50 ms", 50],
])("forty people who ask for an agent each %s, with nothing known at all, are answered by few calls", async (_, withinMs) => {
  const platform = new HeldPlatform({ receives: (sent) => void setTimeout(() => sent.answer(), 200), ids: manyIds });
  const ends = [];
  for (let person = 0; person < 40; person++) {
    ends.push(endOf(platform, keyRows({ keys: [String(person)], userType: "HUMAN" })));
    await pass(withinMs / 40);
  }
  await pass(2_000);
  expect(await Promise.all(ends)).toMatchObject(Array(40).fill(isAnswered));
  expect(platform.sent.length).toBeLessThanOrEqual(3);
});
