import { describe, expect, test } from "vitest";
import { Allowance } from "../../../src/request/request.js";
import { CallerBudget } from "../../../src/upstream/budget/caller-budget.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { endOf, numbered, sentAt } from "../outcomes-by-hand.js";
import { agentRows, skillRows } from "../questions-by-hand.js";

standAtNoon();

const isAnswered = { answered: { stale: false } };
const pagesOf = (platform: HeldPlatform) => platform.sent.map(({ page }) => page);

/** A platform whose skill segments have so many pages, one after the other, each of which takes a while. */
const paged = (pages: number, settings: ConstructorParameters<typeof HeldPlatform>[0] = {}) =>
  new HeldPlatform({ pages: ({ api }) => (api === "skill-segments" ? pages : 1), ...settings });

async function answerEach(platform: HeldPlatform, everyMs: number, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await pass(everyMs);
    platform.sent.at(-1)!.answer();
    await settle();
  }
}

describe("a series of pages whose waiters gave up", () => {
  test("reads on, and its answer is there for whoever asks next", async () => {
    const platform = paged(5);
    const end = endOf(platform, skillRows(), { deadlineMs: 2_500 });
    await answerEach(platform, 1_000, 5);
    expect(await end).toMatchObject({ code: "UPSTREAM_TIMEOUT", afterMs: 2_500 });
    expect(pagesOf(platform)).toEqual([1, 2, 3, 4, 5]);
    expect(await endOf(platform, skillRows())).toMatchObject({ ...isAnswered, afterMs: 0, seen: [{ outcome: "CACHED" }] });
  });

  test("reads on at the priority of a refresh: whoever waits for another call goes first", async () => {
    const platform = paged(3, { limits: { maxConcurrent: 1, maxPerMinute: 120 } });
    const end = endOf(platform, skillRows(), { deadlineMs: 1_000 });
    await answerEach(platform, 500, 1);
    await pass(500);
    expect(await end).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    const others = [endOf(platform, agentRows()), endOf(platform, agentRows({ lastMinutes: 30 }))];
    await settle();
    expect(platform.callOf(skillRows()).priority).toBe("refresh");
    for (let exchange = 1; exchange < 5; exchange++) {
      platform.sent[exchange]!.answer();
      await settle();
    }
    expect(platform.sent.map(({ call, page }) => `${call.api} ${page}`)).toEqual([
      "skill-segments 1",
      "skill-segments 2",
      "agent-segments 1",
      "agent-segments 1",
      "skill-segments 3",
    ]);
    expect(await Promise.all(others)).toMatchObject([isAnswered, isAnswered]);
  });

  test("reads on for 60 s and no longer", async () => {
    const platform = paged(10);
    const end = endOf(platform, skillRows(), { deadlineMs: 15_000 });
    await answerEach(platform, 10_000, 8);
    await end;
    expect(sentAt(platform), "given up at 15,000").toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000]);
    expect(platform.callsOf(skillRows())).toEqual([]);
  });

  test("is joined by the next asker, who gets what is left of it without a further exchange", async () => {
    const platform = paged(4);
    const first = endOf(platform, skillRows(), { deadlineMs: 1_500 });
    await answerEach(platform, 1_000, 2);
    expect(await first).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    const second = endOf(platform, skillRows(), { deadlineMs: 30_000 });
    await settle();
    expect(platform.callOf(skillRows()).priority).toBe("interactive");
    await answerEach(platform, 1_000, 2);
    expect(await second).toMatchObject({ ...isAnswered, afterMs: 2_000, seen: [{ outcome: "JOINED", own: false }] });
    expect(platform.sent).toHaveLength(4);
  });

  test("however long the list is compared with the deadline, is whole after a few polls, each page read once", async () => {
    const platform = paged(38);
    const ends = [];
    for (let poll = 0; poll < 4; poll++) {
      const end = endOf(platform, skillRows(), { deadlineMs: 15_000 });
      await answerEach(platform, 1_000, Math.min(15, 38 - platform.sent.length + 1));
      ends.push((await end).code ?? "answered");
      if (ends.at(-1) === "answered") break;
    }
    expect(ends).toEqual(["UPSTREAM_TIMEOUT", "UPSTREAM_TIMEOUT", "answered"]);
    expect(pagesOf(platform)).toEqual(Array.from({ length: 38 }, (_, index) => index + 1));
  });

  test.each([
    ["the caller's share of calls", "CALLER_BUDGET_EXHAUSTED", () => new CallerBudget(3, { monotonic: () => performance.now() }).charge],
    [
      "the request's plan",
      "PLAN_TOO_LARGE",
      () => {
        const allowance = new Allowance(3);
        allowance.begin(1, []);
        return () => ({ more: (exchanges: number) => allowance.more(exchanges), settle: () => undefined });
      },
    ],
  ])("reads on within %s, and is given up beyond it", async (_, code, charge) => {
    const platform = paged(5);
    const end = endOf(platform, skillRows(), { deadlineMs: 1_500, charge: charge() });
    await answerEach(platform, 1_000, 3);
    await end;
    await pass(5_000);
    expect(pagesOf(platform)).toEqual([1, 2, 3]);
    expect(platform.health).toEqual([code]);
  });

  test("is one for each caller: another of the same caller is dropped between two pages, another caller's reads on", async () => {
    const platform = paged(3, { limits: { maxConcurrent: 10, maxPerMinute: 120 } });
    const ask = (number: number, caller: string) => endOf(platform, numbered(number), { deadlineMs: 1_000, caller });
    const ends = [ask(1, "one"), ask(2, "one"), ask(3, "other")];
    await settle();
    for (let exchange = 0; exchange < 3; exchange++) {
      platform.sent[exchange]!.answer();
      await settle();
    }
    await pass(1_000);
    expect((await Promise.all(ends)).map((end) => end.code)).toEqual(Array(3).fill("UPSTREAM_TIMEOUT"));
    for (let exchange = 3; exchange < platform.sent.length; exchange++) {
      platform.sent[exchange]!.answer();
      await settle();
    }
    const pages = (number: number) => platform.sent.filter(({ call }) => "lastMinutes" in call && call.lastMinutes === number).length;
    expect([pages(1), pages(2), pages(3)]).toEqual([3, 2, 3]);
  });

  test("lets another series of its caller read on once somebody waits for it again", async () => {
    const platform = paged(3, { limits: { maxConcurrent: 10, maxPerMinute: 120 } });
    const first = endOf(platform, numbered(1), { deadlineMs: 300 });
    await answerEach(platform, 100, 1);
    await pass(200);
    expect(await first).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    platform.ask([numbered(1)], { deadlineMs: 60_000, caller: "other" });
    const second = endOf(platform, numbered(2), { deadlineMs: 300 });
    await answerEach(platform, 100, 1);
    await pass(200);
    expect(await second).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    await answerEach(platform, 100, 2);
    expect(await endOf(platform, numbered(2))).toMatchObject({ ...isAnswered, afterMs: 0 });
  });

  test("reads on when its next permit comes too late for its waiters, who are told at once", async () => {
    const platform = paged(2, { limits: { maxConcurrent: 4, maxPerMinute: 2 } });
    await asked(platform, agentRows());
    await pass(30_000);
    const end = endOf(platform, skillRows());
    await settle();
    platform.sent[1]!.answer();
    expect(await end).toMatchObject({ code: "BUDGET_EXHAUSTED", facts: { retryAfterMs: 30_250 }, afterMs: 0 });
    await pass(30_250);
    expect(pagesOf(platform)).toEqual([1, 1, 2]);
    platform.sent[2]!.answer();
    await settle();
    expect(await endOf(platform, skillRows())).toMatchObject({ answered: {}, afterMs: 0 });
    expect(platform.sent).toHaveLength(3);
  });
});

describe("what is queued and unwanted", () => {
  test("is dropped, and its permit is free for others", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 2 } });
    platform.ask([agentRows()], { deadlineMs: 60_000 });
    const unwanted = [1, 2, 3].map((number) => endOf(platform, numbered(number), { deadlineMs: 1_000 }));
    await pass(1_000);
    expect((await Promise.all(unwanted)).map(({ code }) => code)).toEqual(Array(3).fill("BUDGET_EXHAUSTED"));
    expect(platform.limiter("a").budget()).toMatchObject({ waiting: 0, currentlyAvailable: 1 });
    const wanted = endOf(platform, numbered(4));
    platform.sent[0]!.answer();
    await settle();
    platform.sent[1]!.answer();
    expect(await wanted).toMatchObject(isAnswered);
  });
});
