import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GatewayError } from "../../src/errors.js";
import type { SkillSegmentsReply } from "../../src/upstream/question.js";
import { HeldPlatform, type Told } from "./held-platform.js";
import { agentRows, keyRows, keyTotal, skillRows } from "./questions-by-hand.js";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 12) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets everything happen that needs no further time. */
const settle = () => vi.advanceTimersByTimeAsync(0);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const rowsOf = ({ answered }: Told) => (answered?.reply as SkillSegmentsReply | undefined)?.skills;
const one = async (told: Promise<Told>[]): Promise<Told> => await told[0]!;
const rejected = new GatewayError("UPSTREAM_REJECTED", "No such id.", { status: 400 });
const broken = new GatewayError("UPSTREAM_UNAVAILABLE", "It failed.", { status: 500 });

/** Asks and has the platform answer at once. */
async function asked(platform: HeldPlatform, ...questions: Parameters<HeldPlatform["ask"]>[0]): Promise<Told[]> {
  const told = platform.ask(questions);
  await settle();
  for (const sent of platform.sent) sent.answer();
  return Promise.all(told);
}

describe("what is stored", () => {
  test("a fresh answer answers every question it contains, without a call", async () => {
    const platform = new HeldPlatform();
    await asked(platform, agentRows({ agents: ["1", "2", "3"], everyMinutes: 15, skills: ["4", "5"] }));
    await pass(14_999);
    const told = await asked(
      platform,
      agentRows({ agents: ["2"] }),
      agentRows({ agents: ["1", "3"], everyMinutes: 15 }),
      agentRows({ agents: ["3"], skills: ["5"] }),
      agentRows({ of: "total", agents: ["1", "2", "3"] }),
    );
    expect(platform.sent).toHaveLength(1);
    expect(told.map(({ answered }) => answered?.stale)).toEqual([false, false, false, false]);
    expect(told[0]!.seen.map(({ outcome }) => outcome)).toEqual(["CACHED", "CACHED", "CACHED", "CACHED"]);
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

  test("a stale answer answers 100 askers at once, with one refresh behind it whose answer serves the next", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(20_000);
    const told = await Promise.all(Array.from({ length: 100 }, () => one(platform.ask([skillRows()]))));
    expect(told.every(({ answered }) => answered?.stale)).toBe(true);
    expect(told.every(({ seen }) => seen[0]?.outcome === "STALE")).toBe(true);
    await settle();
    expect(platform.sent).toHaveLength(2);
    expect(platform.sent[1]!.priority()).toBe("refresh");
    platform.sent[1]!.answer();
    await settle();
    expect((await one(platform.ask([skillRows()]))).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(2);
  });

  test("a refresh that fails is told to the log alone, once, and the next asker starts another", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(20_000);
    await Promise.all([one(platform.ask([skillRows()])), one(platform.ask([skillRows()]))]);
    await settle();
    await one(platform.ask([skillRows()]));
    platform.sent[1]!.fail(broken);
    await settle();
    expect(platform.warnings).toEqual(["A refresh failed"]);
    expect((await one(platform.ask([skillRows()]))).answered?.stale).toBe(true);
    await settle();
    expect(platform.sent).toHaveLength(3);
  });

  test("an answer older than twice its time to live is waited for anew", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(30_000);
    const told = platform.ask([skillRows()]);
    await settle();
    expect(platform.sent).toHaveLength(2);
    platform.sent[1]!.answer();
    expect((await one(told)).answered).toMatchObject({ stale: false, reply: { asOf: Date.now() } });
  });

  test.each([
    ["fails", 299_999 + 15_000, (platform: HeldPlatform) => platform.sent[1]!.fail(broken)],
    ["does not return before the deadline", 299_000, () => pass(15_000)],
  ])("an answer up to the limit for stale ones stands in when the call %s", async (_, age, happens) => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(age);
    const told = platform.ask([skillRows()]);
    await settle();
    await happens(platform);
    expect((await one(told)).answered).toMatchObject({ stale: true, reply: { asOf: platform.sent[0]!.asOf } });
  });

  test("an answer beyond the limit for stale ones stands in for nothing", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(15_000 + 300_000);
    const told = platform.ask([skillRows()]);
    await settle();
    platform.sent[1]!.fail(broken);
    expect((await one(told)).error?.code).toBe("UPSTREAM_UNAVAILABLE");
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
    await first;
    await pass(5_000);
    expect((await one(platform.askOn(terms, [skillRows({ skills: ["2"] })]))).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(1);
  });
});

describe("what is under way", () => {
  test("a question joins the call in flight that will contain its answer", async () => {
    const platform = new HeldPlatform();
    const first = one(platform.ask([skillRows({ skills: ["1", "2", "3"] })]));
    await settle();
    await pass(1_000);
    const second = one(platform.ask([skillRows({ skills: ["2"] })]));
    await settle();
    expect(platform.sent).toHaveLength(1);
    platform.sent[0]!.answer();
    expect((await first).seen[0]).toMatchObject({ outcome: "SENT", own: true });
    expect((await second).seen[0]).toMatchObject({ outcome: "JOINED", own: false });
    expect([...rowsOf(await second)!.keys()]).toContain("2");
  });

  test("questions of different requests that arrive in the same tick share one call, although their deadlines differ", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 4, maxPerMinute: 1 } });
    const told = Array.from({ length: 20 }, (_, index) =>
      one(platform.ask([skillRows({ skills: [String(index)] })], { deadlineMs: 5_000 + index })),
    );
    await settle();
    expect(platform.sent.map(({ call }) => "skills" in call && call.skills?.length)).toEqual([20]);
    platform.sent[0]!.answer();
    expect((await Promise.all(told)).every(({ answered }) => answered !== undefined)).toBe(true);
  });

  test("a call that waits for its turn is widened by every question of its scope that arrives meanwhile", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 120 } });
    const ahead = one(platform.ask([agentRows()]));
    await settle();
    const waiting = ["1", "2", "3"].map((id) => one(platform.ask([skillRows({ skills: [id], everyMinutes: id === "3" ? 15 : null })])));
    await settle();
    expect(platform.sent).toHaveLength(1);
    platform.sent[0]!.answer();
    await ahead;
    await settle();
    expect(platform.sent.slice(1).map(({ call }) => call)).toMatchObject([{ skills: ["1", "2", "3"], everyMinutes: 15 }]);
    platform.sent[1]!.answer();
    expect((await Promise.all(waiting)).map((told) => [...rowsOf(told)!.keys()].length)).toEqual([3, 3, 3]);
  });

  test("a question that no call in flight or waiting can answer becomes a call of its own", async () => {
    const platform = new HeldPlatform();
    platform.ask([skillRows({ of: "total", skills: ["1"] })]);
    await settle();
    platform.ask([skillRows({ of: "total", skills: ["2"] })]);
    await settle();
    expect(platform.sent.map(({ call }) => "skills" in call && call.skills)).toEqual([["1"], ["2"]]);
  });

  test("rows, current figures and totals of one scope are one call of the key metrics", async () => {
    const platform = new HeldPlatform();
    const told = await asked(
      platform,
      keyRows(),
      keyRows({ window: null, current: true, keys: ["2"] }),
      keyTotal(),
      keyRows({ keys: "all" }),
    );
    expect(platform.sent.map(({ call }) => call)).toMatchObject([
      { groupBy: "skillId", byTime: true, current: true, total: true, take: "all" },
    ]);
    expect(told.every(({ answered }) => answered)).toBe(true);
  });

  test("a request that gives up does not take the call from another that still waits", async () => {
    const platform = new HeldPlatform();
    const hasty = one(platform.ask([skillRows()], { deadlineMs: 1_000 }));
    await settle();
    const patient = one(platform.ask([skillRows()], { deadlineMs: 10_000 }));
    await pass(1_000);
    expect((await hasty).error?.extensions).toMatchObject({ code: "UPSTREAM_TIMEOUT", api: "SKILL_SEGMENTS", account: "a" });
    expect(platform.sent[0]!.deadline()).toBe(platform.sent[0]!.asOf + 10_000);
    platform.sent[0]!.answer();
    expect((await patient).answered?.stale).toBe(false);
  });

  test("an answer that comes after everybody gave up is kept for those who ask next", async () => {
    const platform = new HeldPlatform();
    const hasty = one(platform.ask([skillRows()], { deadlineMs: 1_000 }));
    await pass(1_000);
    expect((await hasty).error?.code).toBe("UPSTREAM_TIMEOUT");
    platform.sent[0]!.answer();
    await settle();
    expect((await one(platform.ask([skillRows()]))).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(1);
  });

  test("a call that nobody waits for any more is never sent", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 120 } });
    const ahead = one(platform.ask([agentRows()]));
    await settle();
    const waiting = one(platform.ask([skillRows()], { deadlineMs: 1_000 }));
    await pass(1_000);
    expect((await waiting).error?.extensions).toMatchObject({ code: "BUDGET_EXHAUSTED", retryable: true });
    platform.sent[0]!.answer();
    await ahead;
    await settle();
    expect(platform.sent).toHaveLength(1);
    expect(platform.lane("a").budget().waiting).toBe(0);
  });

  test("a refresh that somebody waits for becomes urgent", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(20_000);
    await one(platform.ask([skillRows()]));
    await settle();
    expect(platform.sent[1]!.priority()).toBe("refresh");
    await pass(11_000);
    platform.ask([skillRows()]);
    await settle();
    expect(platform.sent).toHaveLength(2);
    expect(platform.sent[1]!.priority()).toBe("interactive");
  });
});

describe("the budget", () => {
  test("a question whose turn cannot come before its deadline is refused at once, and told when to ask again", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 1 } });
    await asked(platform, skillRows());
    const { error } = await one(platform.ask([skillRows({ lastMinutes: 30 })]));
    expect(error?.extensions).toMatchObject({ code: "BUDGET_EXHAUSTED", retryable: true, api: "SKILL_SEGMENTS", account: "a" });
    expect(error?.extensions.retryAfterMs).toBe(60_250);
  });

  test("of those who share a waiting call only the ones who cannot wait so long are refused, at once", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 1 } });
    await asked(platform, agentRows());
    const patient = one(platform.ask([skillRows()], { deadlineMs: 70_000 }));
    await settle();
    const hasty = await one(platform.ask([skillRows()], { deadlineMs: 15_000 }));
    expect(hasty.error?.extensions).toMatchObject({ code: "BUDGET_EXHAUSTED", retryAfterMs: 60_250 });
    const also = one(platform.ask([skillRows({ skills: ["2"] })], { deadlineMs: 80_000 }));
    await pass(60_250);
    expect(platform.sent.slice(1).map(({ call }) => call)).toMatchObject([{ skills: ["1", "2"] }]);
    platform.sent[1]!.answer();
    expect((await patient).answered?.stale).toBe(false);
    expect((await also).answered?.stale).toBe(false);
  });

  test("a stale answer stands in for a turn that was refused", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 1 } });
    await asked(platform, skillRows());
    await pass(40_000);
    expect((await one(platform.ask([skillRows()]))).answered?.stale).toBe(true);
    expect(platform.sent).toHaveLength(1);
  });

  test("a shared call comes when the most pressed of its askers needs it", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 120 } });
    platform.ask([agentRows()]);
    await settle();
    platform.ask([skillRows({ lastMinutes: 30 })], { deadlineMs: 8_000 });
    platform.ask([skillRows()], { deadlineMs: 60_000 });
    platform.ask([skillRows()], { deadlineMs: 5_000 });
    await settle();
    platform.sent[0]!.answer();
    await settle();
    expect(platform.sent[1]!.call).toMatchObject({ lastMinutes: 60 });
  });
});

describe("failures", () => {
  test("a failed call fails each who joined it with its own error, and is forgotten", async () => {
    const platform = new HeldPlatform();
    const told = ["1", "2"].map((id) => one(platform.ask([skillRows({ skills: [id] })])));
    await settle();
    platform.sent[0]!.fail(broken);
    const errors = (await Promise.all(told)).map(({ error }) => error);
    expect(errors.map((error) => error?.extensions)).toMatchObject([
      { code: "UPSTREAM_UNAVAILABLE", api: "SKILL_SEGMENTS", account: "a", status: 500 },
      { code: "UPSTREAM_UNAVAILABLE", api: "SKILL_SEGMENTS", account: "a", status: 500 },
    ]);
    expect(errors[0]).not.toBe(errors[1]);
    const again = await asked(platform, skillRows({ skills: ["1"] }));
    expect(again[0]!.answered?.stale).toBe(false);
  });

  test("within one request a failed call is not made again", async () => {
    const platform = new HeldPlatform();
    const terms = platform.terms();
    const first = platform.askOn(terms, [skillRows({ skills: ["1", "2"] })]);
    await settle();
    platform.sent[0]!.fail(broken);
    await first;
    expect((await one(platform.askOn(terms, [skillRows({ skills: ["2"] })]))).error?.code).toBe("UPSTREAM_UNAVAILABLE");
    expect(platform.sent).toHaveLength(1);
  });

  test("of a rejected call that several shared each asks again alone, equal questions together, and only the culprit fails", async () => {
    const platform = new HeldPlatform();
    const told = ["1", "2", "2", "3"].map((id) => one(platform.ask([skillRows({ skills: [id] })])));
    await settle();
    platform.sent[0]!.fail(rejected);
    await settle();
    expect(platform.sent.slice(1).map(({ call }) => "skills" in call && call.skills)).toEqual([["1"], ["2"], ["3"]]);
    platform.sent[1]!.answer();
    platform.sent[2]!.fail(rejected);
    platform.sent[3]!.answer();
    expect((await Promise.all(told)).map(({ error }) => error?.code)).toEqual([
      undefined,
      "UPSTREAM_REJECTED",
      "UPSTREAM_REJECTED",
      undefined,
    ]);
    expect(platform.sent).toHaveLength(4);
  });

  test("a call that was widened for free and rejected is made again without the widening", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: "all" }));
    await pass(40_000);
    const told = one(platform.ask([skillRows({ skills: ["1"] })]));
    await settle();
    expect(platform.sent[1]!.call).toMatchObject({ skills: "all" });
    platform.sent[1]!.fail(rejected);
    await settle();
    expect(platform.sent[2]!.call).toMatchObject({ skills: ["1"] });
    platform.sent[2]!.answer();
    expect((await told).answered?.stale).toBe(false);
  });

  test("what fails within the gateway is masked, told to the log, and not kept", async () => {
    const platform = new HeldPlatform();
    const told = one(platform.ask([skillRows()]));
    await settle();
    platform.sent[0]!.fail(new TypeError("undefined is not a function") as unknown as GatewayError);
    expect((await told).error?.extensions).toEqual({ code: "INTERNAL_SERVER_ERROR", retryable: false });
    expect(platform.warnings).toEqual(["A call failed within the gateway"]);
    expect((await asked(platform, skillRows()))[0]!.answered?.stale).toBe(false);
  });
});
