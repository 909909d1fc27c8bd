import { describe, expect, test } from "vitest";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { freshness, HeldPlatform, one } from "../held-platform.js";
import { broken, endOf, limitedFor, numbered, platformOver, sentAt } from "../outcomes-by-hand.js";
import { agentRows, skillRows } from "../questions-by-hand.js";

standAtNoon();

const isAnswered = { answered: { stale: false } };
const alone = { maxConcurrent: 1, maxPerMinute: 120 };

describe("a permit", () => {
  test("is taken by every exchange, retries included, and given back", async () => {
    const platform = platformOver([broken, "ok"], { limits: { maxConcurrent: 1, maxPerMinute: 3 } });
    const first = endOf(platform, numbered(1), { deadlineMs: 60_000 });
    await pass(10_000);
    expect(await first).toMatchObject(isAnswered);
    expect(sentAt(platform)).toEqual([0, 5_000]);
    expect(platform.limiter("a").budget()).toEqual({
      maximumAvailable: 3,
      currentlyAvailable: 1,
      restoreRatePerMinute: 3,
      concurrencyLimit: 1,
      waiting: 0,
    });
    expect(await endOf(platform, numbered(2))).toMatchObject(isAnswered);
    expect(await endOf(platform, numbered(3))).toMatchObject({ code: "BUDGET_EXHAUSTED", afterMs: 0 });
    expect(platform.sent).toHaveLength(3);
  });

  test("counts from when its request leaves, however long the look-ups before it last", async () => {
    const platform = platformOver(["ok"], {
      limits: { maxConcurrent: 4, maxPerMinute: 4 },
      lookUpMs: (exchange) => (exchange < 4 ? 9_000 : 0),
    });
    const ends = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => endOf(platform, numbered(number), { deadlineMs: 120_000 }));
    await pass(120_000);
    await Promise.all(ends);
    expect(sentAt(platform)).toEqual([9_000, 9_000, 9_000, 9_000, 69_250, 69_250, 69_250, 69_250]);
  });

  test("serves the first page of a call; each other page waits for its own", async () => {
    const platform = new HeldPlatform({ limits: alone, pages: () => 2 });
    const series = endOf(platform, numbered(1), { deadlineMs: 30_000 });
    await settle();
    const urgent = endOf(platform, numbered(2), { deadlineMs: 10_000 });
    platform.sent[0]!.answer();
    await settle();
    expect(platform.sent.map(({ call, page }) => ["lastMinutes" in call && call.lastMinutes, page])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    platform.sent[1]!.answer();
    await settle();
    for (let index = 2; index < 4; index++) {
      platform.sent[index]!.answer();
      await settle();
    }
    expect(await series).toMatchObject({ ...isAnswered, seen: [{ call: { exchanges: 2, pages: 2 } }] });
    expect(await urgent).toMatchObject(isAnswered);
    expect(platform.limiter("a").budget()).toMatchObject({ currentlyAvailable: 116 });
  });

  test.each([1, 2])("for page %d that one waiter cannot wait for is waited for by others who joined meanwhile", async (page) => {
    const platform = new HeldPlatform({ limits: alone, pages: () => 2 });
    const busyWith = page === 1 ? numbered(1) : numbered(2);
    if (page === 1) platform.ask([busyWith]);
    await settle();
    const hasty = endOf(platform, skillRows(), { deadlineMs: 1_000 });
    await settle();
    if (page === 2) {
      platform.ask([busyWith], { deadlineMs: 500 });
      platform.sent[0]!.answer();
    }
    await pass(500);
    const patient = endOf(platform, skillRows(), { deadlineMs: 60_000 });
    await pass(5_000);
    expect(await hasty).toMatchObject({ code: page === 1 ? "BUDGET_EXHAUSTED" : "UPSTREAM_TIMEOUT", afterMs: 1_000 });
    for (let index = page - 1; index < 4; index++) {
      platform.sent[index]?.answer();
      await settle();
    }
    expect(await patient).toMatchObject({ ...isAnswered, afterMs: 5_000 });
  });

  test("is waited for with the urgency of whoever waits now: a page of a refresh becomes interactive with its first asker", async () => {
    const platform = new HeldPlatform({
      limits: alone,
      pages: (call) => (call.api === "skill-segments" && call.lastMinutes === 60 ? 2 : 1),
    });
    platform.ask([skillRows()], { deadlineMs: 60_000, priority: "refresh" });
    await settle();
    platform.ask([numbered(1)], { deadlineMs: 40_000 });
    platform.sent[0]!.answer();
    await settle();
    platform.ask([numbered(2)], { deadlineMs: 50_000 });
    platform.ask([skillRows()], { deadlineMs: 45_000 });
    await settle();
    platform.sent[1]!.answer();
    await settle();
    expect(platform.sent[2], "before the one that is due later").toMatchObject({ page: 2, call: { lastMinutes: 60 } });
  });

  test("is waited for with that urgency by each of several pages side by side", async () => {
    const platform = new HeldPlatform({ limits: alone, pages: ({ api }) => (api === "skill-segments" ? 3 : 1), sideBySide: true });
    platform.ask([skillRows()], { deadlineMs: 60_000, priority: "refresh" });
    await settle();
    const others = (lastMinutes: number) => platform.ask([agentRows({ lastMinutes })], { deadlineMs: 50_000 });
    others(1);
    platform.sent[0]!.answer();
    await settle();
    others(2);
    platform.ask([skillRows()], { deadlineMs: 45_000 });
    for (let exchange = 1; exchange < 5; exchange++) {
      await settle();
      platform.sent[exchange]!.answer();
    }
    expect(platform.sent.map(({ call, page }) => `${call.api} ${page}`)).toEqual([
      "skill-segments 1",
      "agent-segments 1",
      "skill-segments 2",
      "skill-segments 3",
      "agent-segments 1",
    ]);
  });

  test("is refused to all when the limiter is closed", async () => {
    const platform = platformOver(["ok"]);
    platform.limiter("a").close();
    expect(await endOf(platform, numbered(1))).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", afterMs: 0 });
    expect(platform.sent).toHaveLength(0);
  });

  test("comes as fast as before a 429 once exchanges go well", async () => {
    const platform = platformOver([limitedFor(1_000), "ok"], { limits: { maxConcurrent: 2, maxPerMinute: 1_000 } });
    const limit = () => platform.limiter("a").budget().concurrencyLimit;
    const first = endOf(platform, numbered(1));
    await settle();
    expect(limit()).toBe(1);
    await pass(15_000);
    await first;
    for (let number = 2; number < 12; number++) {
      const next = endOf(platform, numbered(number));
      await pass(1_000);
      await next;
    }
    expect(limit()).toBe(2);
  });
});

describe("an exchange", () => {
  test("has half a minute, or as long as somebody waits", async () => {
    const platform = platformOver(["ok"]);
    const noon = performance.now();
    for (const deadlineMs of [1_000, 60_000]) await one(platform.ask([numbered(deadlineMs / 1_000)], { deadlineMs }));
    expect(platform.sent.map(({ deadline }) => deadline - noon)).toEqual([30_000, 60_000]);
  });

  test("carries the caller's own token where the account is read with it, and no token of ours", async () => {
    const platform = platformOver(["ok"]);
    const questions = [skillRows({ credential: "digest" }), agentRows()];
    const asked = () => Promise.all(platform.askOn({ ...platform.terms(), bearer: "token of digest" }, questions));
    await asked();
    expect(platform.sent.map(({ call, bearer }) => [call.api, bearer])).toEqual([
      ["skill-segments", "token of digest"],
      ["agent-segments", undefined],
    ]);
    await pass(freshness.ttlMs.segments + 1);
    await asked();
    await settle();
    // The refreshes behind the stale answers.
    expect(platform.sent.slice(2).map(({ bearer }) => bearer)).toEqual(["token of digest", undefined]);
  });
});

test("who waits for a call is told as soon as its permit can no longer come in time, and the call goes on for the others", async () => {
  const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 100 } });
  platform.ask([agentRows()], { deadlineMs: 60_000 });
  await settle();
  const hasty = endOf(platform, skillRows(), { deadlineMs: 5_000 });
  const patient = endOf(platform, skillRows(), { deadlineMs: 60_000 });
  await settle();
  platform.limiter("a").rateLimited(20_000);
  await settle();
  platform.sent[0]!.answer();
  expect(await hasty).toMatchObject({ code: "UPSTREAM_RATE_LIMITED", afterMs: 0 });
  await pass(20_000);
  platform.sent[1]!.answer();
  expect(await patient).toMatchObject({ answered: { stale: false }, afterMs: 20_000 });
});
