import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../src/errors.js";
import { intervalWindow, keyMetricsWindow, type WindowArguments } from "../../src/graphql/bounds.js";
import type { Asker } from "../../src/graphql/context.js";
import { createDirectoryMemory } from "../../src/graphql/directory-memory.js";
import { dayMs, hourMs, minuteMs } from "../../src/time.js";
import type { Question } from "../../src/upstream/question.js";
import { contactCenter, executed, outlined } from "./executed.js";
import { byHand, noon, replyTo } from "./platform-by-hand.js";

const at = (text: string) => Date.parse(`2026-11-${text}Z`);
const between = (from: string, to: string) => `between: { from: "2026-11-${from}Z", to: "2026-11-${to}Z" }`;

/** The earliest moment that resolving the fields notes; Infinity when they note none. */
async function heldUntil(fields: string, context = byHand()): Promise<number> {
  await contactCenter(context, fields);
  return Math.min(...context.bounds);
}

describe("an answer made now, at 12:07:30, holds until", () => {
  test.each([
    ["the next boundary, over the last minutes", "intervals(lastMinutes: 60) { totalCount }", at("21T12:15:00")],
    ["the next boundary, over the default window", "agent(id: 12) { intervals(everyMinutes: 60) { totalCount } }", at("21T13:00:00")],
    [
      "the next boundary, over a window that has not ended",
      `intervals(${between("21T11:00:00", "21T13:00:00")}) { totalCount }`,
      at("21T12:15:00"),
    ],
    ["the next boundary, in a list of conversations", "conversations { nodes { id } }", at("21T12:15:00")],
    ["the edge of 14 days cuts an ended window", `intervals(${between("10T00:00:00", "11T00:00:00")}) { totalCount }`, at("23T23:55:00")],
    ["the edge of 14 days cuts a window again", `intervals(${between("07T12:10:00", "08T00:00:00")}) { totalCount }`, at("21T12:10:00")],
    ["the edge of 14 days moves a window of days", "intervals(lastMinutes: 20160, everyMinutes: 1440) { totalCount }", at("21T23:55:00")],
    [
      "the edge of 24 hours cuts a window of key metrics",
      `keyMetrics(${between("20T12:10:00", "20T13:00:00")}) { csat }`,
      at("21T12:09:45"),
    ],
    ["and cuts it again a minute later", `keyMetrics(${between("20T12:00:00", "20T13:00:00")}) { csat }`, at("21T12:07:45")],
    [
      "the edge of a list's window, for the handling of its nodes",
      `conversations(${between("10T00:00:00", "11T00:00:00")}) { nodes { handling { handleTime } } }`,
      at("23T23:55:00"),
    ],
    ["another hour of an agent's work is there", "agent(id: 12) { name }", at("21T13:00:00")],
    ["another hour of a group's work is there", "agentGroup(id: 5) { agents { totalCount } }", at("21T13:00:00")],
  ])("%s", async (_, fields, moment) => {
    expect(await heldUntil(fields)).toBe(moment);
  });

  test.each([
    "agentSegments { asOf } skillSegments(lastMinutes: 1440) { intervals(everyMinutes: 60) { from } }",
    "keyMetrics(lastMinutes: 30) { csat } current { onlineAgents } skills { nodes { name } }",
    "agent(id: 12) { segments { asOf } skills { id } } skill(id: 1) { name agents { totalCount } }",
    "agents { totalCount } agentGroups(orderBy: { metric: ONLINE_AGENTS }) { nodes { name } }",
  ])("what was used is no longer fresh, and nothing else bounds it: %s", async (fields) => {
    expect(await heldUntil(fields)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a remembered name", () => {
  const remembering = async () => {
    const memory = createDirectoryMemory();
    await contactCenter(byHand({ memory }), "intervals(groupBy: [SKILL, AGENT_GROUP, AGENT]) { totalCount }");
    return memory;
  };

  test.each(["skill(id: 1) { name }", "agentGroup(id: 5) { name }", "agent(id: 12) { login }"])(
    "bounds the answer by the moment at which it is forgotten: %s",
    async (fields) => {
      const context = byHand({ memory: await remembering(), now: noon + 4 * minuteMs });
      expect(await heldUntil(fields, context)).toBe(noon + 10 * minuteMs);
      expect(context.asked).toEqual([]);
    },
  );

  test("does not bound an answer whose own rows carry the name", async () => {
    const context = byHand({ memory: await remembering() });
    const rows = "intervals(groupBy: [SKILL, AGENT_GROUP, AGENT]) { nodes { skill { name } agentGroup { name } agent { name } } }";
    expect(await heldUntil(rows, context)).toBe(at("21T12:15:00"));
  });

  test("bounds it where the name is a later one than the row's", async () => {
    const memory = await remembering();
    const reply = (question: Question) => ({ ...replyTo(question), asOf: noon - hourMs });
    const context = byHand({ memory, reply, now: noon + 4 * minuteMs });
    expect(await heldUntil("intervals(groupBy: [AGENT], everyMinutes: 60) { nodes { agent { name } } }", context)).toBe(
      noon + 10 * minuteMs,
    );
  });
});

test("that an account has no interval metrics bounds the answer by the moment at which it is forgotten", async () => {
  const memory = createDirectoryMemory();
  const off = new GatewayError("UPSTREAM_UNAUTHORIZED", "The feature may be off.", { api: "INTERVAL_METRICS", status: 403 });
  const fields = "agent(id: 12) { group { id } }";
  const first = byHand({ memory, failing: { "interval-metrics": off } });
  expect(await heldUntil(fields, first)).toBe(noon + 10 * minuteMs);
  const later = byHand({ memory, now: noon + 4 * minuteMs });
  expect(await heldUntil(fields, later)).toBe(noon + 10 * minuteMs);
  expect(later.asked).toEqual([]);
});

test("the outline notes the bounds of windows, whatever resolvers will note", () => {
  const context = byHand();
  outlined(context, "{ contactCenter { intervals { totalCount } } }");
  expect(Math.min(...context.bounds)).toBe(at("21T12:15:00"));
});

describe("a window is the same until the moment noted, and another or refused after it:", () => {
  type WindowOf = (asker: Asker) => object;
  const anybody = byHand();

  /** What the arguments mean at a moment, and until when. */
  const meantAt = (now: number, windowOf: WindowOf) => {
    let until = Number.POSITIVE_INFINITY;
    const holdsUntil = (moment: number) => {
      until = Math.min(until, moment);
    };
    try {
      return { window: JSON.stringify(windowOf({ ...anybody, now: () => now, holdsUntil })), until };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return { window: error.code, until: Number.NaN };
    }
  };

  const holdsExactly = (windowOf: WindowOf) => {
    const { window, until } = meantAt(noon, windowOf);
    fc.pre(window !== "BAD_USER_INPUT");
    expect(until).toBeGreaterThanOrEqual(noon);
    expect(meantAt(Math.max(noon, until - 1), windowOf).window).toBe(window);
    expect(meantAt(until + 1, windowOf).window).not.toBe(window);
  };

  const span = (reachMs: number) =>
    fc
      .record({ ago: fc.integer({ min: minuteMs, max: reachMs }), length: fc.integer({ min: 1, max: dayMs }) })
      .map(({ ago, length }) => ({ between: { from: new Date(noon - ago), to: new Date(noon - ago + length) } }));
  const recent = fc.integer({ min: 1440, max: 20160 }).map((lastMinutes) => ({ lastMinutes }));
  const every = fc.constantFrom(15, 30, 60, 1440);

  test("of interval metrics", () => {
    fc.assert(
      fc.property(fc.oneof<fc.Arbitrary<WindowArguments>[]>(span(15 * dayMs), recent), every, (args, minutes) =>
        holdsExactly((asker) => intervalWindow(args, minutes, asker)),
      ),
    );
  });

  test("of key metrics", () => {
    fc.assert(fc.property(span(dayMs + hourMs), (args) => holdsExactly((asker) => keyMetricsWindow(args, "a1", asker))));
  });
});

describe("the same document run again, on a later moment's context", () => {
  test("asks of that moment, and notes in its own context alone", async () => {
    const source = "{ contactCenter { intervals(lastMinutes: 30) { window { to } } } }";
    const first = byHand();
    const second = byHand({ now: noon + 15 * minuteMs });
    const windows = [];
    for (const context of [first, second]) windows.push((await executed(context, source)).data);
    expect(windows).toEqual(
      ["12:00", "12:15"].map((to) => ({ contactCenter: { intervals: { window: { to: `2026-11-21T${to}:00.000Z` } } } })),
    );
    expect([first, second].map(({ asked, bounds }) => [asked.length, Math.min(...bounds)])).toEqual([
      [1, at("21T12:15:00")],
      [1, at("21T12:30:00")],
    ]);
  });
});
