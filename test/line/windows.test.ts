import { beforeAll, describe, expect, test } from "vitest";
import { dayMs, floorTo, hourMs, minuteMs } from "../../src/time.js";
import { atWork, type StillLine, startStill, stillLine } from "../support/still-line.js";

/** Windows as people ask for them: each is answered, for the part of it that the platform can be asked, and `window` tells which that is. */

let line: StillLine;
beforeAll(async () => {
  line = await startStill({ accounts: [{ id: "demo", historyDays: 15, conversationsPerDay: 40 }] });
  return () => line.stop();
});

const iso = (ms: number) => new Date(ms).toISOString();
const between = (from: number, to: number) => `between: { from: "${iso(from)}", to: "${iso(to)}" }`;
interface Told {
  window: { from: string; to: string };
}
const spanOf = ({ window }: Told) => ({ from: Date.parse(window.from), to: Date.parse(window.to) });
const minute = (ms: number) => Math.ceil(ms / minuteMs) * minuteMs;

async function center<Data>(fields: string): Promise<Data> {
  const { data, errors } = await line.ask<{ contactCenter: Data }>(`{ contactCenter { ${fields} } }`);
  expect(errors).toEqual([]);
  return data.contactCenter;
}

describe("key metrics", () => {
  type Shown = { keyMetrics: Told & { closedConversations: number } };

  test.each([
    ["from now minus 24 hours to now", dayMs, 0, minute(atWork) - dayMs, minute(atWork)],
    ["from a moment before that", dayMs + 700, 650, minute(atWork) - dayMs, minute(atWork)],
    ["for a day with half an hour out of reach", dayMs + hourMs / 2, hourMs / 2, minute(atWork) - dayMs, minute(atWork - hourMs / 2)],
  ])("%s", async (_, ago, until, from, to) => {
    const { keyMetrics } = await center<Shown>(
      `keyMetrics(${between(atWork - ago, atWork - until)}) { window { from to } closedConversations }`,
    );
    expect(spanOf(keyMetrics)).toEqual({ from, to });
    const { all } = line.simulator.truth("demo").keyMetrics({ from, to });
    expect(keyMetrics.closedConversations).toBe(all.closedConversations);
    expect(keyMetrics.closedConversations).toBeGreaterThan(0);
  });

  test("in 25 hourly buckets, the oldest of which is half out of reach", async () => {
    const hour = floorTo(atWork, hourMs);
    const buckets = Array.from({ length: 25 }, (_, index) => hour - index * hourMs);
    const fields = buckets.map(
      (from, index) => `h${index}: keyMetrics(${between(from, from + hourMs)}) { window { from to } closedConversations }`,
    );
    const shown = await center<Record<string, Shown["keyMetrics"]>>(fields.join("\n"));
    for (const [index, from] of buckets.entries()) {
      const { closedConversations, ...told } = shown[`h${index}`]!;
      const used = { from: Math.max(from, minute(atWork) - dayMs), to: from + hourMs };
      expect(spanOf(told)).toEqual(used);
      expect(closedConversations).toBe(line.simulator.truth("demo").keyMetrics(used).all.closedConversations);
    }
  });

  test("over 24 hours that are not whole minutes, and asked for by lastMinutes, are one window and one call", async () => {
    line.clock.now += hourMs;
    const calls = line.calls();
    const now = line.clock.now;
    await center(`a: keyMetrics(lastMinutes: 1440) { csat } b: keyMetrics(${between(now - dayMs, now)}) { csat }`);
    expect(line.calls()).toBe(calls + 1);
    line.clock.now -= hourMs;
  });
});

describe("intervals", () => {
  type Shown = { intervals: Told & { nodes: { from: string; handleTime: number | null }[]; pending: unknown[] } };
  const fields = "window { from to } pending { from } nodes { from handleTime }";

  test.each([
    ["the last 14 days to now, by hour", `${between(atWork - 14 * dayMs, atWork)}, everyMinutes: 60`, hourMs],
    ["a month to now, by hour", `${between(atWork - 30 * dayMs, atWork)}, everyMinutes: 60`, hourMs],
    ["the last 20160 minutes, by hour", "lastMinutes: 20160, everyMinutes: 60", hourMs],
    ["the last 14 days to now, by day", `${between(atWork - 14 * dayMs, atWork)}, everyMinutes: 1440`, dayMs],
    ["the last 20160 minutes, by day", "lastMinutes: 20160, everyMinutes: 1440", dayMs],
  ])("of %s", async (_, window, everyMs) => {
    const { intervals } = await center<Shown>(`intervals(${window}, first: 5000) { ${fields} }`);
    const edge = Math.ceil((atWork - 14 * dayMs + 5 * minuteMs) / everyMs) * everyMs;
    const used = { from: edge, to: floorTo(atWork, everyMs) };
    expect(spanOf(intervals)).toEqual(used);
    const rows = line.simulator.truth("demo").intervalMetrics({
      ...used,
      intervalMinutes: everyMs / minuteMs,
      grouping: ["skill"],
      handleTimeModel: "IFT",
      metrics: ["handleTime", "workTime"],
    });
    expect(intervals.pending).toEqual([]);
    expect(intervals.nodes.length).toBe(rows.length);
    expect(intervals.nodes.reduce((sum, { handleTime }) => sum + (handleTime ?? 0), 0)).toBe(
      1000 * rows.reduce((sum, { metrics }) => sum + metrics.handleTime!, 0),
    );
  });

  test("of today, so far: its hours that have ended", async () => {
    const midnight = floorTo(atWork, dayMs);
    const { intervals } = await center<Shown>(`intervals(${between(midnight, atWork)}, everyMinutes: 60) { ${fields} }`);
    expect(spanOf(intervals)).toEqual({ from: midnight, to: floorTo(atWork, hourMs) });
  });
});

test("fifty-eight equal refusals are one for each field, with one short message", async () => {
  const ids = Array.from({ length: 58 }, (_, index) => `"${index + 1}"`).join(", ");
  const window = between(atWork - 3 * dayMs, atWork - 2 * dayMs);
  const { errors } = await line.ask(`{ contactCenter { skills(ids: [${ids}]) { nodes { keyMetrics(${window}) { csat } } } } }`);
  expect(errors).toHaveLength(58);
  expect(new Set(errors.map(({ path }) => JSON.stringify(path))).size).toBe(58);
  const [message, ...others] = new Set(errors.map((error) => error.message));
  expect(others).toEqual([]);
  expect(message).toBe(`between.to must be within the last 24 hours (LP_KEY_METRICS_LOOKBACK_HOURS), but is "${iso(atWork - 2 * dayMs)}".`);
});

test("intervals of more than a day, of the account and of skills whose ids are not known yet, are planned day by day", async () => {
  const still = await stillLine({ accounts: [{ id: "demo", historyDays: 4, conversationsPerDay: 40 }] });
  const intervals = "intervals(lastMinutes: 4320, everyMinutes: 60, first: 5000) { totalCount window { from to } }";
  const query = `{ contactCenter { ${intervals} skills { nodes { ${intervals} } } } }`;
  const plan = await still.ask(query, { headers: { "x-gateway-explain": "plan" } });
  expect(plan.errors).toEqual([]);
  expect(plan.data).toBeNull();
  type Counted = { intervals: Told & { totalCount: number } };
  const { data, errors } = await still.ask<{ contactCenter: Counted & { skills: { nodes: Counted[] } } }>(query);
  expect(errors).toEqual([]);
  const { intervals: all, skills } = data.contactCenter;
  expect(spanOf(all)).toEqual({ from: floorTo(atWork, hourMs) - 3 * dayMs, to: floorTo(atWork, hourMs) });
  expect(all.totalCount).toBeGreaterThan(0);
  expect(skills.nodes.reduce((sum, each) => sum + each.intervals.totalCount, 0)).toBe(all.totalCount);
});
