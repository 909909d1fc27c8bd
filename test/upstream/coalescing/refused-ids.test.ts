import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minuteMs } from "../../../src/time.js";
import type { Call } from "../../../src/upstream/call.js";
import type { Question } from "../../../src/upstream/question.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, type Ended, HeldPlatform, one, type Sent } from "../held-platform.js";
import { endOf, failure, rejected } from "../outcomes-by-hand.js";
import { agentRows, keyRows, keyTotal, nowhere, skillRows } from "../questions-by-hand.js";

standAtNoon();

type Settings = ConstructorParameters<typeof HeldPlatform>[0];

const numbers = (last: number) => Array.from({ length: last }, (_, index) => String(index + 1)).sort();
const agentsOf = (call: Call) => ("agents" in call ? call.agents : []);

/** A platform that refuses with 400 what the test says, and answers the rest. */
const refusing = (refuses: (call: Call) => boolean, settings: Settings = {}) =>
  new HeldPlatform({ receives: (sent: Sent) => (refuses(sent.call) ? sent.fail(rejected) : sent.answer()), ...settings });

const refusingAgents = (bad: readonly string[], settings?: Settings) =>
  refusing((call) => agentsOf(call) !== "all" && bad.some((id) => agentsOf(call).includes(id)), settings);

const idsIn = (question: Question): readonly string[] =>
  [question.api === "agent-segments" ? question.agents : "keys" in question ? question.keys : []].flat() as string[];

/** The ids that were answered, those that failed, and why. */
function told(ends: readonly Ended[]) {
  const answered = ends.flatMap(({ outcome }) => outcome.answered.flatMap(({ question }) => idsIn(question)));
  const failed = ends.flatMap(({ outcome }) =>
    outcome.failed.flatMap(({ question, error }) => idsIn(question).map((id) => [id, error.code, error.extensions.retryable] as const)),
  );
  return { answered: answered.sort(), failed: failed.sort() };
}

const asSet = (ids: readonly string[]): Question[] => [agentRows({ agents: ids })];
const asSingles = (ids: readonly string[]): Question[] => ids.map((id) => agentRows({ agents: [id] }));

describe("a call with one id that the platform refuses", () => {
  test.each([
    ["one question about 100 ids", asSet],
    ["100 questions about one id each", asSingles],
  ])("for %s costs at most 18 exchanges; the rest is answered, and the next poll asks for all but that id", async (_, questions) => {
    const ids = numbers(100);
    const platform = refusingAgents(["57"]);
    const poll = async () => told(await Promise.all(platform.ask(questions(ids))));
    const expected = { answered: ids.filter((id) => id !== "57"), failed: [["57", "UPSTREAM_REJECTED", false]] };
    expect(await poll()).toEqual(expected);
    expect(platform.sent.length).toBeLessThanOrEqual(18);
    await pass(minuteMs);
    const before = platform.sent.length;
    expect(await poll()).toEqual(expected);
    expect(platform.sent.slice(before).map(({ call }) => agentsOf(call).includes("57"))).toEqual([false]);
  });

  test("for 100 requests about one id each is found as fast, and only its own asker has the error", async () => {
    const ids = numbers(100);
    const platform = refusingAgents(["57"]);
    const ends = await Promise.all(ids.map((id) => one(platform.ask([agentRows({ agents: [id] })], { caller: id }))));
    expect(ends.map(({ error }, index) => (error ? ids[index] : "answered")).filter((id) => id !== "answered")).toEqual(["57"]);
    expect(platform.sent.length).toBeLessThanOrEqual(18);
  });

  test("wherever the id stands among however many, costs at most 2 log2 n + 4 exchanges", async () => {
    const anyCase = fc
      .integer({ min: 2, max: 130 })
      .chain((count) => fc.record({ count: fc.constant(count), at: fc.nat({ max: count - 1 }) }));
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ count, at }) => {
        const ids = numbers(count);
        const bad = ids[at]!;
        const platform = refusingAgents([bad]);
        const ends = told(await Promise.all(platform.ask(asSet(ids))));
        expect(ends).toEqual({ answered: ids.filter((id) => id !== bad), failed: [[bad, "UPSTREAM_REJECTED", false]] });
        expect(platform.sent.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count)) + 4);
      }),
      { numRuns: 60, seed: 5 },
    );
  }, 60_000);

  test("is asked for in two halves side by side, each with a permit of its own", async () => {
    const platform = new HeldPlatform();
    platform.ask(asSet(["1", "2", "3", "4"]));
    await settle();
    platform.sent[0]!.fail(rejected);
    await settle();
    expect(platform.sent.slice(1).map(({ call }) => agentsOf(call))).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
    expect(platform.limiter("a").budget()).toMatchObject({ currentlyAvailable: 117 });
  });

  test("gives its asker that error without a call for ten minutes, and then asks again", async () => {
    const platform = refusingAgents(["2"]);
    await Promise.all(platform.ask(asSet(["1", "2", "3"])));
    const sent = platform.sent.length;
    await pass(10 * minuteMs - 1);
    expect(await endOf(platform, agentRows({ agents: ["2"] }))).toMatchObject({
      code: "UPSTREAM_REJECTED",
      facts: { status: 400, api: "AGENT_SEGMENTS", account: "a" },
      afterMs: 0,
    });
    expect(platform.sent).toHaveLength(sent);
    await pass(2);
    await endOf(platform, agentRows({ agents: ["2"] }));
    expect(platform.sent).toHaveLength(sent + 1);
  });

  test("fails a total over its ids, and not their rows", async () => {
    const platform = refusingAgents(["2"]);
    const [total, rows] = await Promise.all(
      platform.ask([agentRows({ of: "total", agents: ["1", "2", "3"] }), agentRows({ agents: ["1", "2", "3"] })]),
    );
    expect(total!.error?.code).toBe("UPSTREAM_REJECTED");
    expect(told([rows!])).toEqual({ answered: ["1", "3"], failed: [["2", "UPSTREAM_REJECTED", false]] });
  });

  test("is not searched when it named one id alone", async () => {
    const platform = refusingAgents(["2"]);
    expect(await endOf(platform, agentRows({ agents: ["2"] }))).toMatchObject({ code: "UPSTREAM_REJECTED", afterMs: 0 });
    expect(platform.sent).toHaveLength(1);
  });

  test("keeps nobody waiting beyond a deadline while it is searched", async () => {
    const platform = new HeldPlatform();
    const ends = asSingles(["1", "2", "3", "4"]).map((question, index) => endOf(platform, question, { deadlineMs: 1_000 * (index + 1) }));
    await settle();
    platform.sent[0]!.fail(rejected);
    await pass(1_500);
    expect(await ends[0]).toMatchObject({ code: "UPSTREAM_TIMEOUT", afterMs: 1_000 });
    platform.sent[1]!.answer();
    platform.sent[2]!.answer();
    expect((await Promise.all(ends)).map(({ code, afterMs }) => [code, afterMs])).toEqual([
      ["UPSTREAM_TIMEOUT", 1_000],
      [undefined, 1_500],
      [undefined, 1_500],
      [undefined, 1_500],
    ]);
  });
});

describe("a call that is refused whatever its ids are", () => {
  test("is known for that by both its halves: three exchanges, and the argument is remembered for ten minutes", async () => {
    const platform = refusing(({ api }) => api === "agent-segments");
    const ids = numbers(100);
    const { answered, failed } = told(await Promise.all(platform.ask(asSet(ids))));
    expect(answered).toEqual([]);
    expect(new Set(failed.map(([, code, retryable]) => `${code} ${retryable}`))).toEqual(new Set(["UPSTREAM_REJECTED false"]));
    expect(platform.sent).toHaveLength(3);
    await pass(10 * minuteMs - 1);
    const others = await Promise.all([...asSet(numbers(50)), ...asSingles(["777", "888"])].map((question) => endOf(platform, question)));
    expect(others).toMatchObject(Array(3).fill({ code: "UPSTREAM_REJECTED", afterMs: 0 }));
    expect(platform.sent, "other ids are refused without a call").toHaveLength(3);
    await pass(2);
    await endOf(platform, agentRows({ agents: ["777"] }));
    expect(platform.sent).toHaveLength(4);
  });

  test("is told from one with other arguments, which goes on", async () => {
    const platform = refusing((call) => call.api === "agent-segments" && call.everyMinutes === 15);
    await Promise.all(platform.ask([agentRows({ agents: ["1", "2", "3", "4"], everyMinutes: 15 })]));
    expect(await asked(platform, agentRows({ agents: ["1", "2", "3", "4"] }))).toMatchObject([{ answered: { stale: false } }]);
  });

  test("and is a total, or has no ids that could be at fault, is remembered at once", async () => {
    const platform = refusing(() => true);
    const totals = [agentRows({ of: "total", agents: ["1", "2"] }), keyTotal({ filters: { ...nowhere, agentIds: ["1"] } })];
    for (const total of totals) {
      const sent = platform.sent.length;
      expect(await endOf(platform, total)).toMatchObject({ code: "UPSTREAM_REJECTED" });
      expect(await endOf(platform, total)).toMatchObject({ code: "UPSTREAM_REJECTED" });
      expect(platform.sent).toHaveLength(sent + 1);
    }
  });
});

describe("a call that was wider than what was asked for", () => {
  /** A platform of which it is known how many agents it has: each call asks for all. */
  async function widening(refuses: (call: Call) => boolean): Promise<HeldPlatform> {
    let isRefusing = false;
    const platform = refusing((call) => isRefusing && refuses(call));
    await asked(platform, agentRows({ agents: "all", lastMinutes: 45 }));
    isRefusing = true;
    return platform;
  }

  test("is made again without what was added, and answers", async () => {
    const platform = await widening((call) => agentsOf(call) === "all");
    expect(await endOf(platform, agentRows({ agents: ["1", "2"] }))).toMatchObject({ answered: { stale: false } });
    expect(platform.sent.slice(1).map(({ call }) => agentsOf(call))).toEqual(["all", ["1", "2"]]);
  });

  test("is not widened again for ten minutes: each poll costs one exchange", async () => {
    const platform = await widening((call) => agentsOf(call) === "all");
    await asked(platform, agentRows({ agents: ["1", "2"] }));
    await pass(minuteMs);
    const before = platform.sent.length;
    await asked(platform, agentRows({ agents: ["1", "2"] }));
    expect(platform.sent.slice(before).map(({ call }) => agentsOf(call))).toEqual([["1", "2"]]);
  });

  test("is searched from there, within the same number of exchanges", async () => {
    const platform = await widening((call) => agentsOf(call) === "all" || agentsOf(call).includes("3"));
    const ids = ["1", "2", "3", "4"];
    expect(told(await Promise.all(platform.ask(asSet(ids))))).toEqual({
      answered: ["1", "2", "4"],
      failed: [["3", "UPSTREAM_REJECTED", false]],
    });
    expect(platform.sent.slice(1).length).toBeLessThanOrEqual(8);
  });

  test("and is refused in both halves without it, is refused for its argument", async () => {
    const platform = await widening(() => true);
    await Promise.all(platform.ask(asSet(["1", "2", "3", "4"])));
    expect(platform.sent.slice(1).map(({ call }) => agentsOf(call))).toEqual(["all", ["1", "2", "3", "4"], ["1", "2"], ["3", "4"]]);
    await endOf(platform, agentRows({ agents: ["5"] }));
    expect(platform.sent).toHaveLength(5);
  });
});

describe("a search that has used up its calls", () => {
  const ids = numbers(100);
  /** In one half, and apart from there on. */
  const bad = [ids[0]!, ids[49]!].sort();

  test("tells that asking again helps", async () => {
    const platform = refusingAgents(bad);
    const { answered, failed } = told(await Promise.all(platform.ask(asSet(ids))));
    expect(failed.map(([, code]) => code)).toEqual(Array(failed.length).fill("UPSTREAM_REJECTED"));
    expect(failed.filter(([, , retryable]) => retryable).map(([id]) => id)).toEqual(expect.arrayContaining(bad));
    expect([...answered, ...failed.map(([id]) => id)].sort()).toEqual(ids);
    expect(answered.length).toBeGreaterThan(75);
    expect(platform.sent.length).toBeLessThanOrEqual(18);
  });

  test("goes on from there at the next poll, until every refused id is known", async () => {
    // Of 3,000 keys all are never asked for in place of a hundred.
    const every = numbers(3_000);
    let isRefusing = false;
    const keysIn = (call: Call) => ("groupBy" in call && call.filters.skillIds) || [];
    const platform = refusing((call) => isRefusing && bad.some((id) => keysIn(call).includes(id)), { ids: every });
    await asked(platform, keyRows({ keys: "all", window: { lastMinutes: 45 } }));
    isRefusing = true;
    let last = told([]);
    for (let poll = 0; poll < 5; poll++) {
      const before = platform.sent.length;
      last = told(await Promise.all(platform.ask([keyRows({ keys: ids })])));
      expect(platform.sent.length - before).toBeLessThanOrEqual(18);
      await pass(1_000);
    }
    expect(last).toEqual({
      answered: ids.filter((id) => !bad.includes(id)),
      failed: bad.map((id) => [id, "UPSTREAM_REJECTED", false]),
    });
  });

  test("blames no argument that was answered not long ago: two refused ids, one in each half, do not block the rest", async () => {
    const platform = refusingAgents(["2", "9"]);
    await asked(platform, agentRows({ agents: ["5"] }));
    await pass(minuteMs);
    await Promise.all(platform.ask(asSet(["1", "2", "8", "9"])));
    expect(await endOf(platform, agentRows({ agents: ["7"] }))).toMatchObject({ answered: { stale: false } });
  });

  test("asks for no call beside one that is overdue: its calls are counted", async () => {
    const platform = new HeldPlatform();
    platform.times.ended("agent-segments", 100);
    const ends = platform.ask(asSet(["1", "2", "3", "4"]), { deadlineMs: 30_000 });
    await settle();
    platform.sent[0]!.fail(rejected);
    await pass(10_000);
    expect(platform.sent).toHaveLength(3);
    platform.sent[1]!.answer();
    platform.sent[2]!.answer();
    expect(told(await Promise.all(ends)).answered).toEqual(["1", "2", "3", "4"]);
  });

  test("spends what its request may cause, each call by itself", async () => {
    const charged: [exchanges: number, isPlanned: boolean][] = [];
    const platform = refusingAgents(["3"]);
    const charge = (exchanges: number, isPlanned: boolean) => {
      charged.push([exchanges, isPlanned]);
      return { more: () => null, settle: () => undefined };
    };
    await Promise.all(platform.ask(asSet(["1", "2", "3", "4"]), { charge }));
    expect(charged).toEqual([[1, true], ...Array(platform.sent.length - 1).fill([1, false])]);
  });

  test("because its request may cause no more tells that asking again helps", async () => {
    let left = 3;
    const charge = () => (left-- > 0 ? { more: () => null, settle: () => undefined } : failure("PLAN_TOO_LARGE"));
    const platform = refusingAgents(["3"]);
    const { answered, failed } = told(await Promise.all(platform.ask(asSet(["1", "2", "3", "4"]), { charge })));
    expect(answered).toEqual(["1", "2"]);
    expect(failed).toEqual([
      ["3", "UPSTREAM_REJECTED", true],
      ["4", "UPSTREAM_REJECTED", true],
    ]);
  });
});

test("keys of the key metrics are searched page by page the same way", async () => {
  const keysIn = (call: Call) => ("groupBy" in call && call.groupBy === "skillId" ? (call.filters.skillIds ?? []) : []);
  const platform = refusing((call) => keysIn(call).includes("7"));
  const ids = numbers(40);
  const [end] = await Promise.all(platform.ask([keyRows({ keys: ids })]));
  expect(end!.outcome.failed.map(({ question }) => "keys" in question && question.keys)).toEqual([["7"]]);
  expect(platform.sent.length).toBeLessThanOrEqual(16);
});

test("a refused skill does not hold up skills of another window", async () => {
  const platform = refusing((call) => call.api === "skill-segments" && call.skills.includes("9"));
  const ends = await Promise.all(platform.ask([skillRows({ skills: ["9", "8"] }), skillRows({ skills: ["9", "8"], lastMinutes: 30 })]));
  expect(ends.map(({ outcome }) => [outcome.answered.length, outcome.failed.length])).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

test.each([
  ["an id", skillRows({ skills: ["7"] })],
  ["a total", agentRows({ of: "total", agents: ["1", "2"] })],
])("%s that was answered not long ago is not blamed for one refusal: the next question is asked, and answered", async (_, question) => {
  let isInTrouble = false;
  const platform = refusing(() => isInTrouble);
  await asked(platform, question);
  // Nothing stands in any more.
  await pass(9 * minuteMs);
  isInTrouble = true;
  expect(await endOf(platform, question)).toMatchObject({ code: "UPSTREAM_REJECTED" });
  isInTrouble = false;
  expect(await endOf(platform, question)).toMatchObject({ answered: { stale: false } });
});
