import { describe, expect, test } from "vitest";
import type { SkillSegmentsReply } from "../../../src/upstream/question.js";
import { noon, pass, settle, standAtNoon } from "../fake-time.js";
import { asked, type Ended, HeldPlatform, one } from "../held-platform.js";
import { agentRows, keyRows, keyTotal, skillRows } from "../questions-by-hand.js";

standAtNoon();

const rowsOf = ({ answered }: Ended) => (answered?.reply as SkillSegmentsReply | undefined)?.skills;

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

  test("an answer is for all who wait for what it holds, whichever call they wait for", async () => {
    const platform = new HeldPlatform();
    const first = one(platform.ask([skillRows({ skills: ["1"] })]));
    await settle();
    const [same, all] = platform.ask([skillRows({ skills: ["1"] }), skillRows({ skills: "all" })]);
    await settle();
    expect(platform.sent).toHaveLength(2);
    platform.sent[1]!.answer();
    expect((await first).answered?.stale).toBe(false);
    expect((await first).seen).toMatchObject([
      { outcome: "JOINED", own: false, call: { id: 2 } },
      { outcome: "SENT", own: true, call: { id: 1, exchanges: 1 } },
    ]);
    expect((await same)!.answered?.stale).toBe(false);
    expect((await all)!.seen).toMatchObject([{ outcome: "SENT" }, { outcome: "SENT" }]);
    expect(platform.callOf(skillRows()).deadline, "nobody waits for the other call").toBe(0);
  });

  test.each([
    [10_000, 0],
    [20_000, 20_000],
  ])(
    "an answer asked for %d ms before, of figures fresh for 15,000, serves who waits for another call only if it is fresh",
    async (ms, age) => {
      const platform = new HeldPlatform();
      const list = one(platform.ask([keyRows({ keys: { metric: "agentLoad", direction: "desc", first: 50 } })], { deadlineMs: 60_000 }));
      await pass(ms);
      const row = one(platform.ask([keyRows({ keys: ["1"] })], { deadlineMs: 60_000 }));
      await settle();
      platform.sent[0]!.answer();
      await list;
      await settle();
      platform.sent[1]?.answer();
      expect((await row).answered).toMatchObject({ stale: false, reply: { asOf: noon + age } });
      expect(platform.sent, "a row that gathered behind the list is asked for only when the list is too old").toHaveLength(
        age === 0 ? 1 : 2,
      );
    },
  );

  test.each([
    [14_000, false],
    [16_000, true],
  ])("who joins a call %d ms under way, with figures fresh for 15,000, is ended whether they are old: %s", async (ms, stale) => {
    const platform = new HeldPlatform();
    const first = one(platform.ask([skillRows()], { deadlineMs: 60_000 }));
    await pass(ms);
    const second = one(platform.ask([skillRows()], { deadlineMs: 60_000 }));
    await settle();
    platform.sent[0]!.answer();
    expect((await first).answered).toMatchObject({ stale: false });
    expect((await second).answered).toMatchObject({ stale });
    expect(platform.sent).toHaveLength(1);
  });

  test("questions of different requests that arrive in the same tick share one call, although their deadlines differ", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 4, maxPerMinute: 1 } });
    const ended = Array.from({ length: 20 }, (_, index) =>
      one(platform.ask([skillRows({ skills: [String(index)] })], { deadlineMs: 5_000 + index })),
    );
    await settle();
    expect(platform.sent.map(({ call }) => "skills" in call && call.skills?.length)).toEqual([20]);
    platform.sent[0]!.answer();
    expect((await Promise.all(ended)).every(({ answered }) => answered !== undefined)).toBe(true);
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
    expect((await Promise.all(waiting)).map((ended) => [...rowsOf(ended)!.keys()].length)).toEqual([3, 3, 3]);
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
    const ended = await asked(
      platform,
      keyRows(),
      keyRows({ window: null, current: true, keys: ["2"] }),
      keyTotal(),
      keyRows({ keys: "all" }),
    );
    expect(platform.sent.map(({ call }) => call)).toMatchObject([
      { groupBy: "skillId", byTime: true, current: true, total: true, take: "all" },
    ]);
    expect(ended.every(({ answered }) => answered)).toBe(true);
  });

  test("a request that gives up does not take the call from another that still waits", async () => {
    const platform = new HeldPlatform();
    platform.times.ended("skill-segments", 5_000);
    const hasty = one(platform.ask([skillRows()], { deadlineMs: 1_000 }));
    await settle();
    const patient = one(platform.ask([skillRows()], { deadlineMs: 10_000 }));
    await pass(1_000);
    expect((await hasty).error?.extensions).toMatchObject({ code: "UPSTREAM_TIMEOUT", api: "SKILL_SEGMENTS", account: "a" });
    expect(platform.callOf(skillRows()).deadline).toBe(performance.now() + 9_000);
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
    expect(platform.limiter("a").budget().waiting).toBe(0);
    platform.sent[0]!.answer();
    await ahead;
    await settle();
    expect(platform.sent).toHaveLength(1);
    expect(platform.limiter("a").budget().currentlyAvailable).toBe(119);
  });

  test("a refresh that somebody waits for becomes urgent", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(29_000);
    await one(platform.ask([skillRows()]));
    await settle();
    expect(platform.callOf(skillRows()).priority).toBe("refresh");
    await pass(1_500);
    platform.ask([skillRows()]);
    await settle();
    expect(platform.sent).toHaveLength(2);
    expect(platform.callOf(skillRows()).priority).toBe("interactive");
  });
});

describe("the budget", () => {
  test("a question whose turn cannot come before its deadline is refused at once, and ended when to ask again", async () => {
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
