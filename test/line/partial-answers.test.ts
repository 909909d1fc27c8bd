import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { examine } from "../../src/cli/examine.js";
import type { FaultSpec } from "../../src/simulator/simulator.js";
import { dayMs, hourMs } from "../../src/time.js";
import { apiByName } from "../../src/upstream/apis/registry.js";
import type { ApiName } from "../../src/upstream/question.js";
import { type StillLine, startStill, stillLine } from "../support/still-line.js";
import { knownOf } from "./known.js";

type Data = Record<string, unknown>;
type Rewriting = Pick<FaultSpec, "find" | "replace">;

const total = "totalAgentConversationSegments";
const skillTotal = "totalSkillConversationSegments";

/** Fields that need different sections of one answer, each under its own key. */
const fields: Record<ApiName, (line: StillLine) => Record<string, string>> = {
  "agent-segments": (line) => {
    const { agent, skill } = knownOf(line);
    return {
      total: `agentSegments(lastMinutes: 720) { ${total} }`,
      totalBySkill: `agentSegments(lastMinutes: 720) { ${total} bySkill { ${total} } }`,
      totalEveryHour: `agentSegments(lastMinutes: 720) { ${total} intervals(everyMinutes: 60) { ${total} } }`,
      row: `agent(id: "${agent}") { segments(lastMinutes: 720) { ${total} } }`,
      rowBySkill: `agent(id: "${agent}") { segments(lastMinutes: 720) { ${total} bySkill { ${total} } } }`,
      within: `skill(id: "${skill}") { agentSegments(lastMinutes: 720) { ${total} } }`,
      list: "agents { nodes { id } }",
    };
  },
  "skill-segments": (line) => ({
    total: `skillSegments(lastMinutes: 720) { ${skillTotal} }`,
    totalEveryHour: `skillSegments(lastMinutes: 720) { ${skillTotal} intervals(everyMinutes: 60) { ${skillTotal} } }`,
    row: `skill(id: "${knownOf(line).skill}") { segments(lastMinutes: 720) { ${skillTotal} } }`,
  }),
  "key-metrics": (line) => ({
    total: "keyMetrics(lastMinutes: 720) { closedConversations }",
    totalNow: "current { openConversations }",
    row: `skill(id: "${knownOf(line).skill}") { keyMetrics(lastMinutes: 720) { closedConversations } }`,
    rowNow: `skill(id: "${knownOf(line).skill}") { current { openConversations } }`,
    list: "skills { nodes { id name } }",
  }),
  "interval-metrics": () => ({
    rows: "intervals(lastMinutes: 720, everyMinutes: 60, groupBy: [SKILL, AGENT]) { nodes { from handleTime } }",
  }),
};

const aliased = (line: StillLine, api: ApiName) =>
  Object.entries(fields[api](line)).map(([alias, field]) => field.replace(/^(\w+)/, `${alias}: $1`));
const asking = (line: StillLine, api: ApiName, others: readonly string[] = []) =>
  `{ contactCenter { ${[...aliased(line, api), ...others].join("\n")} } }`;
const rewrite = (line: StillLine, api: ApiName, { find, replace }: Rewriting) =>
  line.simulator.fault({ api, kind: "rewritten", ...(find && { find }), ...(replace && { replace }) });

describe("a faulty section of an answer fails the fields that need it, and no other", () => {
  test.each<[ApiName, string, Rewriting, string[], RegExp]>([
    [
      "agent-segments",
      "no totals",
      { find: '"metricsTotal"', replace: '"none"' },
      ["total", "totalBySkill", "totalEveryHour"],
      /metricsTotal/,
    ],
    [
      "agent-segments",
      "no rows by skill",
      { find: '"metricsPerSkill"', replace: '"none"' },
      ["totalBySkill", "rowBySkill", "within", "list"],
      /metricsPerSkill/,
    ],
    ["agent-segments", "no rows", { find: '"agentsMetrics"', replace: '"none"' }, ["row", "rowBySkill", "within", "list"], /agentsMetrics/],
    ["agent-segments", "no intervals", { find: '"metricsByIntervals"', replace: '"none"' }, ["totalEveryHour"], /metricsByIntervals/],
    ["skill-segments", "no totals", { find: '"metricsTotal"', replace: '"none"' }, ["total", "totalEveryHour"], /metricsTotal/],
    ["skill-segments", "no rows", { find: '"skillsMetrics"', replace: '"none"' }, ["row"], /skillsMetrics/],
    ["skill-segments", "no intervals", { find: '"metricsByIntervals"', replace: '"none"' }, ["totalEveryHour"], /metricsByIntervals/],
    ["key-metrics", "no totals", { find: '"all":', replace: '"none":' }, ["total", "totalNow"], /section all/],
    ["key-metrics", "no rows", { find: '"groups":', replace: '"none":' }, ["row", "rowNow", "list"], /groupBy.groups/],
    [
      "key-metrics",
      "figures over a window as text",
      { find: '"closedConversations":(\\d+)', replace: '"closedConversations":"$1"' },
      ["total", "row"],
      /closedConversations is not a number/,
    ],
    [
      "key-metrics",
      "current figures as text",
      { find: '"openConversations":(\\d+)', replace: '"openConversations":"$1"' },
      ["totalNow", "rowNow"],
      /openConversations is not a number/,
    ],
    [
      "interval-metrics",
      "figures as text",
      { find: '"handleTime":(\\d+)', replace: '"handleTime":"$1"' },
      ["rows"],
      /handleTime is not a number/,
    ],
  ])("%s with %s", async (api, _, rewriting, failing, said) => {
    const line = await stillLine();
    const other = api === "skill-segments" ? "onlineAgents: current { onlineAgents }" : `skillSegments { ${skillTotal} }`;
    const query = asking(line, api, [other]);
    rewrite(line, api, rewriting);
    const partial = await line.ask<Data>(query);
    line.simulator.clearFaults();

    const at = partial.errors.map(({ path }) => String(path?.[1]));
    expect(at.sort()).toEqual([...failing].sort());
    for (const { message, extensions } of partial.errors) {
      expect(message).toMatch(said);
      expect(extensions).toEqual({
        code: "UPSTREAM_INVALID_RESPONSE",
        retryable: false,
        api: apiByName[api].metricsApi,
        account: "demo",
      });
    }
    // What needs another section has its figures, and the faulty one is asked again as soon as somebody wants it.
    const healthy = await line.ask<Data>(query);
    expect(healthy.errors).toEqual([]);
    const center = (data: Data) => Object.entries(data.contactCenter as Data).filter(([alias]) => !failing.includes(alias));
    expect(center(partial.data)).toEqual(center(healthy.data));
    for (const [, value] of center(partial.data)) expect(value).not.toBeNull();
  });

  test("the section all of key metrics, left out, fails who asked for a total", async () => {
    const line = await stillLine();
    line.simulator.variants({ withoutAll: true });
    const { data, errors } = await line.ask<{ contactCenter: Data }>(asking(line, "key-metrics"));
    expect(errors.map(({ path }) => path?.[1]).sort()).toEqual(["total", "totalNow"]);
    for (const { extensions } of errors) expect(extensions.code).toBe("UPSTREAM_INVALID_RESPONSE");
    const { total, totalNow, ...others } = data.contactCenter;
    expect([total, totalNow]).toEqual([null, null]);
    for (const value of Object.values(others)) expect(value).not.toBeNull();
  });

  test.each<[ApiName, string, Rewriting]>([
    ["agent-segments", "as a list that is not empty", { find: '"agentsMetrics":', replace: '"agentsMetrics":[1],"none":' }],
    ["skill-segments", "as a text", { find: '"skillsMetrics":', replace: '"skillsMetrics":"","none":' }],
  ])("the rows of %s %s fail alone", async (api, _, rewriting) => {
    const line = await stillLine();
    rewrite(line, api, rewriting);
    const { data, errors } = await line.ask<{ contactCenter: Data }>(asking(line, api));
    expect(errors.map(({ path }) => path?.[1])).toContain("row");
    expect(data.contactCenter).toMatchObject({ row: { segments: null }, total: expect.anything() });
  });

  test.each<ApiName>(["agent-segments", "skill-segments", "key-metrics", "interval-metrics"])(
    "an empty list in place of the whole answer of %s is none",
    async (api) => {
      const line = await stillLine();
      rewrite(line, api, { find: "^.*$", replace: "[]" });
      const query = asking(line, api);
      const { errors } = await line.ask<Data>(query);
      expect(errors.length).toBe(Object.keys(fields[api](line)).length);
      for (const { message } of errors) expect(message).toMatch(/the body is not an object/);
    },
  );

  test("and what is stored is no answer to them, nor asked again for the others", async () => {
    const line = await stillLine();
    rewrite(line, "key-metrics", { find: '"all":', replace: '"none":' });
    const both = await line.ask<Data>(asking(line, "key-metrics"));
    expect(both.errors.map(({ path }) => path?.[1]).sort()).toEqual(["total", "totalNow"]);
    const calls = line.calls();
    const { row } = fields["key-metrics"](line);
    expect((await line.ask(`{ contactCenter { ${row} } }`)).errors).toEqual([]);
    expect(line.calls()).toBe(calls);
    expect((await line.ask("{ contactCenter { current { openConversations } } }")).errors).toHaveLength(1);
    expect(line.calls()).toBe(calls + 1);
  });

  test("an older answer that holds the section stands in for them, stale", async () => {
    const line = await stillLine();
    const query = asking(line, "key-metrics");
    const before = await line.ask<Data>(query);
    line.clock.now += 180_000;
    rewrite(line, "key-metrics", { find: '"all":', replace: '"none":' });
    const { data, errors, extensions } = await line.ask<Data>(query);
    expect(errors).toEqual([]);
    const center = (all: Data) => all.contactCenter as Data;
    expect(center(data).totalNow).toEqual(center(before.data).totalNow);
    expect(extensions.freshness).toMatchObject({
      stale: true,
      failures: [{ api: "KEY_METRICS", account: "demo", code: "UPSTREAM_INVALID_RESPONSE" }],
    });
  });
});

describe("a figure that cannot be right", () => {
  let line: StillLine;
  beforeAll(async () => {
    line = await startStill();
  });
  afterAll(() => line.stop());
  afterEach(() => {
    line.simulator.clearFaults();
    // So much later that nothing is remembered, at the same hour of the week.
    line.clock.now += 7 * dayMs;
  });

  interface Figure {
    api: ApiName;
    /** As the platform writes it. */
    written: string;
    /** The figure as it is read, and another of the same answer. */
    field: string;
    figure: string;
    beside: string;
  }
  const count: Figure = {
    api: "key-metrics",
    written: "closedConversations",
    field: "keyMetrics",
    figure: "closedConversations",
    beside: "closedByAgent",
  };
  const duration: Figure = { ...count, written: "avgWaitTime", figure: "avgWaitTime" };
  const ofSegments: Figure = {
    api: "agent-segments",
    written: total,
    field: "agentSegments",
    figure: total,
    beside: "interactiveAgentSegments",
  };
  const segmentDuration: Figure = { ...ofSegments, written: "avgAgentSegmentDuration", figure: "avgAgentSegmentDuration" };

  async function ask({ api, written, field, figure, beside }: Figure, value: string) {
    rewrite(line, api, { find: `"${written}":-?[0-9.]+`, replace: `"${written}":${value}` });
    const { data, errors } = await line.ask<{ contactCenter: { figures: Record<string, unknown> | null } }>(
      `{ contactCenter { figures: ${field} { ${figure} ${beside} } } }`,
    );
    return { read: data.contactCenter.figures?.[figure], beside: data.contactCenter.figures?.[beside], errors };
  }

  const notANumber = /is not a number/;
  test.each<[string, Figure, string, RegExp]>([
    ["a count of 2^31", count, "2147483648", /is larger than any count/],
    ["a count far beyond", count, "1e300", /is larger than any count|is not a number/],
    ["a fraction of a count", count, "2.5", /is not a whole number/],
    ["a negative count", count, "-1", /is negative/],
    ["a text for a count", count, '"7"', notANumber],
    ["a list for a count", count, "[7]", notANumber],
    ["a truth value for a count", count, "true", notANumber],
    ["a negative duration", duration, "-5", /is negative/],
    ["a text for a duration", duration, '"12"', notANumber],
    ["a fraction of a count of segments", ofSegments, "0.5", /is not a whole number/],
    ["a count of 2^31 segments", ofSegments, "2147483648", /is larger than any count/],
    ["a negative average of segments", segmentDuration, "-2", /is negative/],
  ])("%s is UPSTREAM_INVALID_RESPONSE", async (_, figure, value, said) => {
    const { read, errors } = await ask(figure, value);
    expect(read).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(said);
    expect(errors[0]?.message).toContain(figure.written);
    expect(errors[0]?.extensions).toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE", retryable: false });
  });

  test.each<[string, Figure, string, number | null]>([
    ["the largest count", count, "2147483647", 2 ** 31 - 1],
    ["no conversation", count, "0", 0],
    ["a count that is left open", count, "null", null],
    ["-1 for an average", duration, "-1", null],
    ["-1 for an average of segments", segmentDuration, "-1", null],
    ["a fraction of an average", duration, "12.5", 12.5],
  ])("%s is read for what it is", async (_, figure, value, read) => {
    const answer = await ask(figure, value);
    expect(answer.errors).toEqual([]);
    expect(answer.read).toBe(read);
    expect(answer.beside).toEqual(expect.any(Number));
  });

  test.each([
    ["-1", null],
    ["90", 90_000],
  ])("%s seconds of handle time are read before they become milliseconds", async (written, read) => {
    const own = await stillLine();
    rewrite(own, "interval-metrics", { find: '"handleTime":-?[0-9.]+', replace: `"handleTime":${written}` });
    const { data, errors } = await own.ask<{ contactCenter: { intervals: { nodes: { handleTime: number | null }[] } } }>(
      "{ contactCenter { intervals(lastMinutes: 720, everyMinutes: 60, groupBy: [SKILL]) { nodes { handleTime } } } }",
    );
    expect(errors).toEqual([]);
    expect(data.contactCenter.intervals.nodes.length).toBeGreaterThan(0);
    for (const { handleTime } of data.contactCenter.intervals.nodes) expect(handleTime).toBe(read);
  });
});

describe("interval rows off the UTC grid", () => {
  const query =
    "{ contactCenter { intervals(lastMinutes: 720, everyMinutes: 60, groupBy: [SKILL, AGENT]) { totalCount nodes { from to handleTime } } } }";
  type Rows = { contactCenter: { intervals: { totalCount: number; nodes: { from: string; to: string; handleTime: number }[] } } };
  const halfPast: Rewriting = { find: ":00:00Z", replace: ":30:00Z" };

  test("are given at their own times and logged once for the call, with their number", async () => {
    const line = await stillLine();
    const { data: onGrid } = await line.ask<Rows>(query);
    expect(line.warnings).toEqual([]);

    const shifted = await stillLine();
    rewrite(shifted, "interval-metrics", halfPast);
    const { data, errors } = await shifted.ask<Rows>(query);
    const later = (text: string) => new Date(Date.parse(text) + hourMs / 2).toISOString();
    expect(errors).toEqual([]);
    const { nodes, totalCount } = data.contactCenter.intervals;
    expect(nodes).toEqual(onGrid.contactCenter.intervals.nodes.map((row) => ({ ...row, from: later(row.from), to: later(row.to) })));
    const warning = `INTERVAL_METRICS of account demo: Interval rows that begin off the UTC grid of 60 minutes: ${totalCount}. Each belongs to the interval in which it begins.`;
    expect(shifted.warnings).toEqual([warning]);
    // From what is stored nothing is said again.
    await shifted.ask(query);
    expect(shifted.warnings).toEqual([warning]);
  });

  test("are told by doctor, which finds that the API works", async () => {
    const line = await startStill();
    onTestFinished(() => line.stop());
    rewrite(line, "interval-metrics", { find: ":(00|15|30|45):00Z", replace: ":$1:30Z" });
    const clock = { now: () => line.clock.now, monotonic: () => performance.now() };
    const findings = [];
    for await (const finding of examine(line.config.accounts[0]!, clock)) findings.push(finding);
    expect(findings.at(-1)).toEqual({
      what: "Interval metrics",
      outcome: "works",
      said: expect.stringMatching(
        /Interval rows that begin off the UTC grid of 15 minutes: \d+\. Each belongs to the interval in which it begins\.$/,
      ),
    });
  });

  test.each<[string, Rewriting, RegExp]>([
    [
      "of another length",
      { find: '"to":"([^"]+):00:00Z"', replace: '"to":"$1:05:00Z"' },
      /of another length than 60 minutes: \d+\. They are left out\.$/,
    ],
    ["without metrics", { find: '"metrics":\\{', replace: '"metrics":null,"none":{' }, /without metrics: \d+\. They are left out\.$/],
  ])("and those %s are left out and logged", async (_, rewriting, said) => {
    const line = await stillLine();
    rewrite(line, "interval-metrics", rewriting);
    const { data, errors } = await line.ask<Rows>(query);
    expect(errors).toEqual([]);
    expect(data.contactCenter.intervals.nodes).toEqual([]);
    expect(line.warnings).toEqual([expect.stringMatching(said)]);
  });
});
