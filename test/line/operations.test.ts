import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type StillLine, startStill, stillLine } from "../support/still-line.js";

/**
 * The least calls each example can cost on a small account with nothing known: every answer of the platform fits one page, so
 * a call is one exchange. Different APIs, groupings, windows and filters never share a call.
 */
const least: Record<string, { calls: number; because: string }> = {
  "agent.graphql": {
    calls: 7,
    because:
      "order, segments and their intervals are one window of agent segments of humans (1), the skills are those of a day of everybody (1); " +
      "names of skills are keys of key metrics (1); both figures of one agent have the agent as filter, and share a call (1); name, login " +
      "and group are the rows of yesterday by day and of today by hour (2), which name the group too; the agent's own intervals are " +
      "another grouping (1)",
  },
  "contact-center.graphql": {
    calls: 4,
    because: "one of each API: by-time and current key metrics share a call, and so do they with no other API",
  },
  "conversations.graphql": {
    calls: 1,
    because: "the list, its sums and the intervals of each conversation are rows of one grouping and window, with all their names",
  },
  "handle-time.graphql": { calls: 1, because: "four hours are one call, and its rows name the groups" },
  "humans-and-bots.graphql": { calls: 2, because: "the user type is a filter: two filters are two calls" },
  "longest-waits.graphql": { calls: 1, because: "order, names, by-time and current figures are on one page of keys" },
  "metric-catalog.graphql": { calls: 0, because: "the catalogue is the gateway's own" },
  "skill-trend.graphql": { calls: 2, because: "the list of skills with names (1), the segments of all with their intervals (1)" },
  "team.graphql": {
    calls: 5,
    because:
      "the groups are keys of one grouping (1), the names of skills keys of another (1); who works in which group are the rows of " +
      "yesterday by day and of today by hour, which name the agents (2); all agents' segments by skill are one answer (1)",
  },
  "wallboard.graphql": { calls: 2, because: "list, names, by-time and current figures are one page of keys (1), segments one answer (1)" },
};

const folder = "schema/operations/";
const files = readdirSync(folder).sort();

test("every example has its least number of calls stated", () => {
  expect(Object.keys(least).sort()).toEqual(files);
});

test.each(files)("%s is answered without errors, with the least calls, and at once again with none", async (file) => {
  const operation = readFileSync(folder + file, "utf8");
  const line = await stillLine();
  const first = await line.ask(operation);
  expect(first.errors).toEqual([]);
  expect(first.status).toBe(200);
  expect(line.calls(), least[file]?.because).toBe(least[file]?.calls);

  line.simulator.resetCounts();
  const again = await line.ask(operation);
  expect(again.data).toEqual(first.data);
  expect(again.errors).toEqual([]);
  expect(line.calls()).toBe(0);
});

test("one after another they cost less than all of them alone, and the platform refuses no call", async () => {
  const line = await stillLine();
  for (const file of files) expect((await line.ask(readFileSync(folder + file, "utf8"))).errors).toEqual([]);
  const alone = Object.values(least).reduce((sum, { calls }) => sum + calls, 0);
  expect(line.calls()).toBeLessThan(alone);
  expect(line.simulator.requests().filter(({ status }) => status !== 200)).toEqual([]);
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The lists of an answer, at any depth. */
function lists(value: Json): Json[][] {
  if (value === null || typeof value !== "object") return [];
  const inner = Object.values(value).flatMap((part) => lists(part as Json));
  return Array.isArray(value) ? [value, ...inner] : inner;
}

const numbers = (value: Json): number[] => {
  if (typeof value === "number") return [value];
  return value === null || typeof value !== "object" ? [] : Object.values(value).flatMap((part) => numbers(part as Json));
};

describe.each([
  ["at work", "2026-03-11T15:22:33Z"],
  ["early on a Monday", "2026-03-16T07:40:10Z"],
  ["on a Sunday evening", "2026-03-15T20:05:59Z"],
  ["in the night of a Saturday", "2026-03-14T03:31:00Z"],
])("of the demo centre %s", (_, moment) => {
  let line: StillLine;
  beforeAll(async () => {
    line = await startStill({ accounts: [{ id: "demo", scale: "demo" }] }, {}, Date.parse(moment));
    return () => line.stop();
  });

  test.each(files)("%s has a short answer that begins with somebody and something", async (file) => {
    const { data, body, errors } = await line.ask<{ [name: string]: Json }>(readFileSync(folder + file, "utf8"));
    expect(errors).toEqual([]);
    expect(body.length).toBeLessThan(25_000);
    if (file === "metric-catalog.graphql") return;
    const whole = numbers(data);
    expect(whole.filter((number) => number !== 0).length).toBeGreaterThan(whole.length / 3);
    const nodes = (data.contactCenter as { [name: string]: { nodes?: Json[] } } | null) ?? {};
    for (const { nodes: listed } of Object.values(nodes)) {
      if (!Array.isArray(listed)) continue;
      expect(listed.length).toBeGreaterThan(0);
      const [first] = listed as { id?: string; name?: string | null }[];
      if (first && "name" in first) expect(first).toMatchObject({ id: expect.not.stringMatching(/^-1$/), name: expect.any(String) });
      const figures = numbers(first as Json);
      expect(figures.some((number) => number !== 0)).toBe(true);
    }
    for (const list of lists(data)) {
      expect(list.length).toBeLessThan(60);
      const [first] = list as ({ id?: string; name?: string | null; skill?: Json } | undefined)[];
      expect(first).not.toMatchObject({ id: "-1", name: null });
      expect(first).not.toMatchObject({ skill: { id: "-1", name: null } });
    }
  });
});
