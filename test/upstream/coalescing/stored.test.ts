import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import type { Question } from "../../../src/upstream/question.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform, one } from "../held-platform.js";
import { agentRows, skillRows } from "../questions-by-hand.js";

standAtNoon();

const broken = new GatewayError("UPSTREAM_UNAVAILABLE", "It failed.", { status: 500 });

describe("what is stored", () => {
  test("a fresh answer answers every question it contains, without a call", async () => {
    const platform = new HeldPlatform();
    await asked(platform, agentRows({ agents: ["1", "2", "3"], everyMinutes: 15, skills: ["4", "5"] }));
    await pass(14_999);
    const ended = await asked(
      platform,
      agentRows({ agents: ["2"] }),
      agentRows({ agents: ["1", "3"], everyMinutes: 15 }),
      agentRows({ agents: ["3"], skills: ["5"] }),
      agentRows({ of: "total", agents: ["1", "2", "3"] }),
    );
    expect(platform.sent).toHaveLength(1);
    expect(ended.map(({ answered }) => answered?.stale)).toEqual([false, false, false, false]);
    expect(ended[0]!.seen.map(({ outcome }) => outcome)).toEqual(["CACHED", "CACHED", "CACHED", "CACHED"]);
  });

  test.each([
    ["a total over other agents", agentRows({ of: "total", agents: ["1", "2"] })],
    ["another interval", agentRows({ everyMinutes: 30 })],
    ["another window", agentRows({ lastMinutes: 30 })],
    ["another user type", agentRows({ userType: "HUMAN" })],
    ["a group filter", agentRows({ groupIds: ["7"] })],
    ["a source filter", agentRows({ source: "APP" })],
    ["agents that were not asked for", agentRows({ agents: ["4"] })],
    ["everyone", agentRows({ agents: "all" })],
    ["skills that were not split by", agentRows({ skills: ["9"] })],
  ])("a fresh answer never answers %s", async (_, question) => {
    const platform = new HeldPlatform();
    await asked(platform, agentRows({ agents: ["1", "2", "3"], everyMinutes: 15, skills: ["4"] }));
    await asked(platform, question);
    expect(platform.sent).toHaveLength(2);
  });

  test("a fresh answer is there when asking returns, if its records are in memory, and only then", async () => {
    const platform = new HeldPlatform();
    const endedAtOnce = (question: Question) => platform.coalescer.ask([question], platform.terms()).asks[0]!.ended;
    await asked(platform, agentRows());
    // The records are read into memory anew.
    expect(endedAtOnce(agentRows())).toBeNull();
    await settle();
    expect(endedAtOnce(agentRows())).toMatchObject({ answered: [{ stale: false }], failed: [] });
    expect(endedAtOnce(skillRows())).toBeNull();
    await settle();
    expect(platform.sent).toHaveLength(2);
    platform.answers.held = new Promise((resolve) => setTimeout(resolve, 50));
    const { outcome, ended } = platform.coalescer.ask([agentRows()], platform.terms()).asks[0]!;
    expect(ended).toBeNull();
    await pass(50);
    expect(await outcome).toMatchObject({ answered: [{ stale: false }], failed: [] });
  });

  test("a stale answer answers 100 askers at once, with one refresh behind it whose answer serves the next", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(20_000);
    const ended = await Promise.all(Array.from({ length: 100 }, () => one(platform.ask([skillRows()]))));
    expect(ended.every(({ answered }) => answered?.stale)).toBe(true);
    expect(ended.every(({ seen }) => seen[0]?.outcome === "STALE")).toBe(true);
    await settle();
    expect(platform.sent).toHaveLength(2);
    expect(platform.callOf(skillRows()).priority).toBe("refresh");
    platform.sent[1]!.answer();
    await settle();
    expect((await one(platform.ask([skillRows()]))).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(2);
    expect(platform.refreshes).toEqual([["skill-segments", 1]]);
  });

  test("a refresh that fails is ended to the log alone, once, and the next asker starts another", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(20_000);
    await Promise.all([one(platform.ask([skillRows()])), one(platform.ask([skillRows()]))]);
    await settle();
    await one(platform.ask([skillRows()]));
    platform.sent[1]!.fail(broken);
    await settle();
    expect(platform.warnings).toEqual(["A refresh failed"]);
    expect(platform.refreshes).toEqual([["skill-segments", 1]]);
    expect((await one(platform.ask([skillRows()]))).answered?.stale).toBe(true);
    await settle();
    expect(platform.sent).toHaveLength(3);
  });

  test("an answer older than twice its time to live is waited for anew", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(30_000);
    const ended = platform.ask([skillRows()]);
    await settle();
    expect(platform.sent).toHaveLength(2);
    platform.sent[1]!.answer();
    expect((await one(ended)).answered).toMatchObject({ stale: false, reply: { asOf: Date.now() } });
  });

  test.each([
    ["fails", 299_999 + 15_000, (platform: HeldPlatform) => platform.sent[1]!.fail(broken)],
    ["does not return before the deadline", 299_000, () => pass(15_000)],
  ])("an answer up to the limit for stale ones stands in when the call %s", async (_, age, happens) => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(age);
    const ended = platform.ask([skillRows()]);
    await settle();
    await happens(platform);
    expect((await one(ended)).answered).toMatchObject({ stale: true, reply: { asOf: platform.sent[0]!.asOf } });
  });

  test("an answer beyond the limit for stale ones stands in for nothing", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(15_000 + 300_000);
    const ended = platform.ask([skillRows()]);
    await settle();
    platform.sent[1]!.fail(broken);
    expect((await one(ended)).error?.code).toBe("UPSTREAM_UNAVAILABLE");
  });

  test("with a time to live of 0 every request asks, and equal requests at the same time still share", async () => {
    const zero = { segments: 0, keyMetrics: 0, current: 0, intervals: 0, closedIntervals: 0 };
    const platform = new HeldPlatform({ freshness: { ttlMs: zero, staleMs: 0 } });
    const pair = [one(platform.ask([skillRows()])), one(platform.ask([skillRows()]))];
    await settle();
    expect(platform.sent).toHaveLength(1);
    platform.sent[0]!.answer();
    await Promise.all(pair);
    await pass(1);
    await asked(platform, skillRows());
    expect(platform.sent).toHaveLength(2);
  });

  test("within one request an answer is used to its end, however short its time to live", async () => {
    const zero = { segments: 0, keyMetrics: 0, current: 0, intervals: 0, closedIntervals: 0 };
    const platform = new HeldPlatform({ freshness: { ttlMs: zero, staleMs: 0 } });
    const terms = platform.terms();
    const first = platform.askOn(terms, [skillRows({ skills: ["1", "2"] })]);
    await settle();
    platform.sent[0]!.answer();
    await one(first);
    await pass(5_000);
    expect((await one(platform.askOn(terms, [skillRows({ skills: ["2"] })]))).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(1);
  });

  test("an answer for which there is no room is kept alone, and the log says so once", async () => {
    const platform = new HeldPlatform({ maxBytes: 1 });
    await asked(platform, skillRows({ skills: ["1"] }));
    await asked(platform, skillRows({ skills: ["1"] }));
    expect(platform.sent).toHaveLength(1);
    await asked(platform, agentRows());
    await asked(platform, skillRows({ skills: ["1"] }));
    expect(platform.sent, "the newer answer took its place").toHaveLength(3);
    expect(platform.warnings).toEqual([
      expect.stringMatching(/^An answer of skill-segments with 100 bytes is larger than CACHE_MAX_BYTES \(1\)/),
    ]);
  });

  test("an answer that cannot be stored still serves those who wait for it", async () => {
    const platform = new HeldPlatform();
    platform.answers.failing = new Error("The store is full.");
    const [first, second] = await asked(platform, skillRows(), agentRows());
    expect([first!.answered?.stale, second!.answered?.stale]).toEqual([false, false]);
    expect(platform.warnings).toEqual(["An answer could not be stored", "An answer could not be stored"]);
  });

  test("who looked up what is stored just before an answer landed looks again, and makes no second call", async () => {
    const platform = new HeldPlatform();
    const first = one(platform.ask([skillRows()]));
    await settle();
    const goOn = platform.holdLookUps();
    const second = one(platform.ask([skillRows()]));
    await settle();
    platform.sent[0]!.answer();
    await first;
    goOn();
    expect((await second).seen[0]?.outcome).toBe("CACHED");
    expect(platform.sent).toHaveLength(1);
  });
});
