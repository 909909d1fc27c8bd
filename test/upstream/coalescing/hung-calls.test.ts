import { describe, expect, test } from "vitest";
import type { ApiName } from "../../../src/upstream/question.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { endOf, failure, sentAt } from "../outcomes-by-hand.js";
import { agentRows, keyRows, skillRows } from "../questions-by-hand.js";

standAtNoon();

type Settings = ConstructorParameters<typeof HeldPlatform>[0];

const isAnswered = { answered: { stale: false } };
const alone = { maxConcurrent: 1, maxPerMinute: 120 };
const apis: readonly ApiName[] = ["skill-segments", "agent-segments", "key-metrics"];

/** A platform whose exchanges usually take 100 ms: one is overdue after 2 s. */
function usuallyQuick(settings: Settings = {}): HeldPlatform {
  const platform = new HeldPlatform(settings);
  for (const api of apis) platform.times.ended(api, 100);
  return platform;
}

/** A platform that takes so long for every exchange; none has been seen yet. */
const slow = (ms: number, settings: Settings = {}) =>
  new HeldPlatform({ receives: (sent) => void setTimeout(() => sent.answer(), ms), ...settings });

describe("an exchange that takes much longer than usual", () => {
  test("has one call beside it, started by a timer: nobody has to ask for that, and there is never a third", async () => {
    const platform = usuallyQuick();
    platform.ask([skillRows()], { deadlineMs: 60_000 });
    await pass(1_999);
    expect(sentAt(platform)).toEqual([0]);
    await pass(1);
    expect(sentAt(platform)).toEqual([0, 2_000]);
    await pass(3_000);
    for (let asker = 0; asker < 5; asker++) platform.ask([skillRows()], { deadlineMs: 30_000 });
    await pass(20_000);
    expect(sentAt(platform)).toEqual([0, 2_000]);
  });

  test.each([
    ["the first call", 0],
    ["the one beside it", 1],
  ])("is answered for all by %s, when that answers first: those who joined early, and those who came later", async (_, answers) => {
    const platform = usuallyQuick();
    const early = [endOf(platform, skillRows(), { deadlineMs: 60_000 })];
    await pass(500);
    early.push(endOf(platform, skillRows(), { deadlineMs: 60_000 }));
    await pass(2_000);
    const late = endOf(platform, skillRows(), { deadlineMs: 60_000 });
    await pass(3_000);
    const latest = endOf(platform, skillRows(), { deadlineMs: 60_000 });
    await settle();
    platform.sent[answers]!.answer();
    expect((await Promise.all([...early, late, latest])).map(({ answered, afterMs }) => [answered?.stale, afterMs])).toEqual([
      [false, 5_500],
      [false, 5_000],
      [false, 3_000],
      [false, 0],
    ]);
    expect(platform.sent).toHaveLength(2);
  });

  test("does not take with it those who ask after the platform has healed", async () => {
    const platform = usuallyQuick();
    const hung = endOf(platform, skillRows(), { deadlineMs: 5_000 });
    await pass(2_000);
    platform.sent[1]!.answer();
    expect(await hung).toMatchObject({ ...isAnswered, afterMs: 2_000 });
    await pass(60_000);
    const next = endOf(platform, skillRows());
    await settle();
    platform.sent[2]!.answer();
    expect(await next).toMatchObject({ ...isAnswered, afterMs: 0 });
  });

  test("is not joined by who asks later, for whom one call is made beside it", async () => {
    const platform = usuallyQuick();
    const hasty = endOf(platform, skillRows(), { deadlineMs: 1_000 });
    await pass(2_000);
    expect(await hasty).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    expect(sentAt(platform), "nobody waits").toEqual([0]);
    const next = [endOf(platform, skillRows()), endOf(platform, skillRows())];
    await settle();
    expect(sentAt(platform)).toEqual([0, 2_000]);
    platform.sent[1]!.answer();
    expect(await Promise.all(next)).toMatchObject([isAnswered, isAnswered]);
  });

  test("after a wait in vain is answered by what is stale, at once, with one call behind it", async () => {
    const platform = usuallyQuick();
    await asked(platform, skillRows());
    await pass(60_000);
    const charge = { more: () => null, settle: () => undefined };
    let calls = 0;
    const oneCall = () => (calls++ === 0 ? charge : failure("PLAN_TOO_LARGE"));
    const first = endOf(platform, skillRows(), { deadlineMs: 5_000, charge: oneCall });
    await pass(5_000);
    expect(await first).toMatchObject({ answered: { stale: true }, afterMs: 5_000 });
    expect(platform.sent).toHaveLength(2);
    const next = await endOf(platform, skillRows());
    expect(next).toMatchObject({ answered: { stale: true }, afterMs: 0, seen: [{ failure: "UPSTREAM_TIMEOUT" }] });
    await settle();
    expect(platform.callsOf(skillRows()).map(({ state, priority }) => [state, priority])).toEqual([
      ["overdue", "refresh"],
      ["sent", "refresh"],
    ]);
    const joined = endOf(platform, skillRows());
    await settle();
    platform.sent[2]!.answer();
    expect(await joined).toMatchObject({ ...isAnswered, seen: [{ outcome: "JOINED" }] });
  });

  test("has no call beside it that its request may not cause: its waiters go on waiting for it", async () => {
    const platform = usuallyQuick();
    const charge = { more: () => null, settle: () => undefined };
    const charged: [exchanges: number, isPlanned: boolean][] = [];
    const first = endOf(platform, skillRows(), {
      charge: (exchanges, isPlanned) => {
        charged.push([exchanges, isPlanned]);
        return charged.length === 1 ? charge : failure("PLAN_TOO_LARGE");
      },
    });
    await pass(10_000);
    expect(charged).toEqual([
      [1, true],
      [1, false],
    ]);
    expect(platform.sent).toHaveLength(1);
    platform.sent[0]!.answer();
    expect(await first).toMatchObject({ ...isAnswered, afterMs: 10_000 });
  });

  test("is one that takes three times as long as nine in ten of the last did, and at least 2 s", async () => {
    const platform = new HeldPlatform();
    for (let exchange = 0; exchange < 9; exchange++) platform.times.ended("skill-segments", 1_000);
    platform.times.ended("skill-segments", 9_000);
    platform.ask([skillRows()], { deadlineMs: 60_000 });
    await pass(2_999);
    expect(platform.sent).toHaveLength(1);
    await pass(1);
    expect(platform.sent).toHaveLength(2);
  });

  test.each([
    [5_000, 5_000],
    [60_000, 30_000],
  ])("is, while none was seen, one that its first asker with %d ms cannot wait for, at most 30 s", async (deadlineMs, overdueAt) => {
    const platform = new HeldPlatform();
    platform.ask([skillRows()], { deadlineMs });
    await pass(1_000);
    platform.ask([skillRows()], { deadlineMs: 60_000 });
    await pass(overdueAt - 1_001);
    expect(platform.sent).toHaveLength(1);
    await pass(1);
    expect(sentAt(platform)).toEqual([0, overdueAt]);
  });
});

describe("a series of pages", () => {
  test("is overdue by the page under way alone: with each page the time starts anew", async () => {
    const platform = usuallyQuick({ pages: () => 4 });
    const end = endOf(platform, skillRows(), { deadlineMs: 60_000 });
    for (let page = 0; page < 3; page++) {
      await pass(1_900);
      platform.sent[page]!.answer();
      await settle();
    }
    expect(platform.sent.map(({ page }) => page)).toEqual([1, 2, 3, 4]);
    await pass(5_699);
    expect(platform.sent, "the usual time has become 1,900 ms").toHaveLength(4);
    await pass(1);
    expect(platform.sent.map(({ page }) => page)).toEqual([1, 2, 3, 4, 1]);
    platform.sent[3]!.answer();
    expect(await end).toMatchObject(isAnswered);
  });

  test("that is overdue may be joined again when its page came", async () => {
    const platform = usuallyQuick({ pages: () => 2 });
    const hasty = endOf(platform, skillRows(), { deadlineMs: 1_000 });
    await pass(2_500);
    await hasty;
    expect(platform.callOf(skillRows()).state).toBe("overdue");
    platform.sent[0]!.answer();
    await settle();
    const next = endOf(platform, skillRows());
    await settle();
    expect(platform.sent.map(({ page }) => page)).toEqual([1, 2]);
    platform.sent[1]!.answer();
    expect(await next).toMatchObject({ ...isAnswered, seen: [{ outcome: "JOINED" }] });
  });
});

describe("pages side by side", () => {
  test("of which one hangs leave their call overdue when the others come: whoever asks later does not wait for it", async () => {
    const platform = usuallyQuick({ pages: () => 3, sideBySide: true, limits: { maxConcurrent: 10, maxPerMinute: 120 } });
    const first = endOf(platform, skillRows(), { deadlineMs: 30_000 });
    await settle();
    platform.sent[0]!.answer();
    await pass(2_000);
    expect(platform.sent.map(({ page }) => page)).toEqual([1, 2, 3, 1]);
    for (const exchange of [3, 4, 5]) {
      platform.sent[exchange]!.answer();
      await settle();
    }
    expect(await first).toMatchObject({ ...isAnswered, afterMs: 2_000 });
    platform.sent[2]!.answer();
    await pass(60_000);
    // Its second page still hangs.
    platform.ask([skillRows()], { deadlineMs: 5_000 });
    await settle();
    expect(platform.sent).toHaveLength(7);
  });

  test("of a call that has failed are waited for by nobody: one that hangs gives its permit to who waits for one", async () => {
    const platform = usuallyQuick({
      pages: ({ api }) => (api === "skill-segments" ? 3 : 1),
      sideBySide: true,
      limits: { maxConcurrent: 2, maxPerMinute: 120 },
    });
    platform.times.ended("agent-segments", 5_000);
    const first = endOf(platform, skillRows(), { deadlineMs: 60_000 });
    await settle();
    platform.sent[0]!.answer();
    await settle();
    platform.sent[1]!.fail(failure("UPSTREAM_INVALID_RESPONSE"));
    expect(await first).toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE" });
    platform.ask([agentRows({ lastMinutes: 1 })], { deadlineMs: 60_000 });
    platform.ask([agentRows({ lastMinutes: 2 })], { deadlineMs: 60_000 });
    await pass(1_999);
    expect(platform.sent.slice(2).map(({ call, closed }) => [call.api, closed])).toEqual([
      ["skill-segments", false],
      ["agent-segments", false],
    ]);
    await pass(1);
    expect(platform.sent.slice(2).map(({ call, closed }) => [call.api, closed])).toEqual([
      ["skill-segments", true],
      ["agent-segments", false],
      ["agent-segments", false],
    ]);
  });
});

describe("a permit that an exchange holds which nobody waits for", () => {
  test("stays with it while the platform is only slow, though others wait for a permit", async () => {
    const platform = usuallyQuick({ limits: alone });
    const first = endOf(platform, skillRows(), { deadlineMs: 1_000 });
    const second = endOf(platform, agentRows(), { deadlineMs: 60_000 });
    await pass(1_999);
    expect(await first).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    platform.sent[0]!.answer();
    await settle();
    platform.sent[1]!.answer();
    expect(await second).toMatchObject({ ...isAnswered, afterMs: 1_999 });
    expect(platform.sent[0]).toMatchObject({ closed: false });
    expect(await endOf(platform, skillRows())).toMatchObject({ ...isAnswered, seen: [{ outcome: "CACHED" }] });
  });

  test.each([
    ["nobody waits for any more", 1_000, "interactive"],
    ["only a refresh waits for", 60_000, "refresh"],
  ] as const)("that %s is closed when it is overdue, and its permit serves who waits for one", async (_, deadlineMs, priority) => {
    const platform = usuallyQuick({ limits: alone });
    platform.ask([skillRows()], { deadlineMs, priority });
    await settle();
    const second = endOf(platform, agentRows(), { deadlineMs: 60_000 });
    await pass(1_999);
    expect(platform.sent).toHaveLength(1);
    await pass(1);
    expect(platform.sent.map(({ call, closed }) => [call.api, closed])).toEqual([
      ["skill-segments", true],
      ["agent-segments", false],
    ]);
    platform.sent[1]!.answer();
    expect(await second).toMatchObject({ ...isAnswered, afterMs: 2_000 });
    expect(platform.limiter("a").budget()).toMatchObject({ currentlyAvailable: priority === "refresh" ? 117 : 118 });
    if (priority === "interactive") expect(platform.callsOf(skillRows())).toEqual([]);
  });

  test("stays with it, however long, when nobody waits for a permit: its answer is kept", async () => {
    const platform = usuallyQuick({ limits: alone });
    const first = endOf(platform, skillRows(), { deadlineMs: 1_000 });
    await pass(14_000);
    expect(await first).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    expect(platform.sent[0]).toMatchObject({ closed: false });
    platform.sent[0]!.answer();
    await settle();
    expect(await endOf(platform, skillRows())).toMatchObject({ afterMs: 0, seen: [{ outcome: "CACHED" }] });
  });

  test("is given back before its waiter leaves, for the call beside it", async () => {
    const platform = usuallyQuick({ limits: alone });
    const end = endOf(platform, skillRows(), { deadlineMs: 60_000 });
    await pass(2_000);
    expect(platform.sent.map(({ closed }) => closed)).toEqual([true, false]);
    platform.sent[1]!.answer();
    expect(await end).toMatchObject({ ...isAnswered, afterMs: 2_000 });
  });

  test("is taken from the oldest of several", async () => {
    const platform = usuallyQuick({ limits: { maxConcurrent: 2, maxPerMinute: 120 } });
    platform.ask([skillRows()], { deadlineMs: 1_000 });
    await pass(100);
    platform.ask([agentRows()], { deadlineMs: 1_000 });
    await pass(3_000);
    platform.ask([skillRows({ lastMinutes: 30 })]);
    await settle();
    expect(platform.sent.map(({ closed }) => closed)).toEqual([true, false, false]);
  });

  test.each([1, 2])(
    "goes to who waits for it in the moment in which its last waiter leaves, when it is overdue on page %d",
    async (page) => {
      const platform = usuallyQuick({ limits: alone, pages: ({ api }) => (api === "skill-segments" ? 2 : 1) });
      const charge = { more: () => null, settle: () => undefined };
      let calls = 0;
      const oneCall = () => (calls++ === 0 ? charge : failure("PLAN_TOO_LARGE"));
      const first = endOf(platform, skillRows(), { deadlineMs: 5_000, charge: oneCall });
      await settle();
      if (page === 2) platform.sent[0]!.answer();
      await pass(3_000);
      platform.ask([agentRows()], { deadlineMs: 60_000 });
      await pass(1_999);
      expect(platform.sent).toHaveLength(page);
      await pass(1);
      expect(await first).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
      expect(platform.sent.slice(page - 1).map(({ call, closed }) => [call.api, closed])).toEqual([
        ["skill-segments", true],
        ["agent-segments", false],
      ]);
    },
  );
});

describe("a platform that takes 3.5 s where a request may take 2.5 s", () => {
  const poll = (platform: HeldPlatform) => endOf(platform, skillRows(), { deadlineMs: 2_500 });

  test.each([
    ["one permit", 2_500, alone],
    ["one permit", 10_000, alone],
    ["four permits", 2_500, { maxConcurrent: 4, maxPerMinute: 120 }],
    ["four permits", 1_000, { maxConcurrent: 4, maxPerMinute: 120 }],
  ] as const)("answers after a few polls, with %s and a poll every %d ms", async (_, everyMs, limits) => {
    const platform = slow(3_500, { limits });
    const ends = [];
    for (let polls = 0; polls < 8; polls++) {
      ends.push(poll(platform));
      await pass(everyMs);
    }
    await pass(2_500);
    const answered = (await Promise.all(ends)).map((end) => end.code ?? "answered");
    expect(answered).toContain("answered");
    expect(answered.slice(answered.indexOf("answered")), "and every poll from then on").not.toContain("UPSTREAM_TIMEOUT");
    expect(platform.sent.length).toBeLessThanOrEqual(4);
  });

  test("answers when its permit is needed by others all the time", async () => {
    const platform = slow(3_500, { limits: alone });
    const ends: Awaited<ReturnType<typeof endOf>>[] = [];
    const others: Promise<Awaited<ReturnType<typeof endOf>>>[] = [];
    for (let polls = 0; polls < 12; polls++) {
      const end = poll(platform);
      others.push(endOf(platform, agentRows(), { deadlineMs: 2_500 }));
      await pass(2_500);
      ends.push(await end);
    }
    await pass(2_500);
    expect(ends.some(({ answered }) => answered)).toBe(true);
    expect((await Promise.all(others)).some(({ answered }) => answered)).toBe(true);
    expect(platform.times.usualMs("skill-segments")).toBeGreaterThanOrEqual(3_500);
  });
});

test("a hung API does not keep the permits of its service from the other one", async () => {
  const platform = usuallyQuick({ limits: { maxConcurrent: 2, maxPerMinute: 120 } });
  for (let poll = 0; poll < 10; poll++) {
    platform.ask([skillRows({ lastMinutes: poll + 1 })], { deadlineMs: 2_500 });
    await pass(1_000);
  }
  const other = endOf(platform, agentRows(), { deadlineMs: 15_000 });
  const answering = (async () => {
    for (let ms = 0; ms < 15_000; ms += 100) {
      await pass(100);
      for (const sent of platform.sent) if (sent.call.api === "agent-segments") sent.answer();
    }
  })();
  expect(await other).toMatchObject(isAnswered);
  await answering;
  expect(await asked(platform, keyRows())).toMatchObject([isAnswered]);
});
