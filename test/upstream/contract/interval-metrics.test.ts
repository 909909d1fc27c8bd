import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { intervalMetrics } from "../../../src/catalogue/interval-metrics.js";
import type { WireVariants } from "../../../src/simulator/simulator.js";
import { fetchIntervalMetrics, metricNames, platformNames } from "../../../src/upstream/apis/interval-metrics/fetch.js";
import type { IntervalMetricsCall } from "../../../src/upstream/call.js";
import { inOurWords, type Simulated, simulated } from "./simulated.js";

const day = { from: Date.parse("2026-03-03T00:00:00Z"), to: Date.parse("2026-03-04T00:00:00Z") };
const documented: Partial<WireVariants> = {
  longsAsStrings: false,
  rowIds: "mixed",
  rowTimesShifted: false,
  paging: "keys",
  emptyPages: false,
  startedBefore: false,
  intervalFeature: "on",
};

let platform: Simulated;
beforeAll(async () => {
  platform = await simulated({ conversationsPerDay: 400 });
});
afterEach(() => {
  platform.simulator.variants(documented);
});

const call = (part: Partial<IntervalMetricsCall> = {}): IntervalMetricsCall => ({
  api: "interval-metrics",
  grouping: ["SKILL", "AGENT", "CONVERSATION"],
  everyMinutes: 15,
  handleTimeModel: "IFT",
  window: day,
  filters: {},
  includeBotSkills: false,
  ...part,
});
const fetched = (part: Partial<IntervalMetricsCall> = {}) => fetchIntervalMetrics(call(part), platform.context);

const truth = ({ grouping, window, everyMinutes, handleTimeModel, includeBotSkills }: IntervalMetricsCall) =>
  platform.simulator.truth("demo").intervalMetrics({
    ...window,
    intervalMinutes: everyMinutes,
    grouping: grouping.map((kind) => platformNames[kind].grouping as "skill" | "agentGroup" | "agent" | "conversation"),
    handleTimeModel,
    metrics: metricNames(grouping),
    includeBotSkills,
  });

const humanOnly = ["handleTime", "workTime", "handledConversations", "repliedConversations", "agentMessages"];

test.each<[string, Partial<WireVariants>]>([
  ["as documented", {}],
  ["with links only", { paging: "refs" }],
  ["with offsets", { paging: "offsets" }],
  ["with empty pages between", { emptyPages: true }],
  ["with ids as numbers and Longs as text", { rowIds: "number", longsAsStrings: true }],
  ["with ids as text and shifted Longs", { rowIds: "string", rowTimesShifted: true }],
])("all pages of rows, %s, are as the platform counted them, each once and in order", async (_, set) => {
  platform.simulator.variants({ ...documented, ...set });
  const { reply, pages } = await fetched();
  const expected = truth(call());
  expect(expected.length).toBeGreaterThan(500);
  expect(pages).toBeGreaterThan(1);
  expect(reply.rows.map(({ window, ids, values }) => [window, ids, values])).toEqual(
    expected.map(({ from, to, skillId, agentId, conversationId, metrics }) => [
      { from, to },
      { SKILL: skillId, AGENT: agentId, CONVERSATION: conversationId },
      inOurWords(intervalMetrics, metrics),
    ]),
  );
  expect(reply.pending).toEqual([]);
});

describe.each(["IFT", "EHT"] as const)("handle time model %s", (handleTimeModel) => {
  test.each([[["SKILL"]], [["AGENT"]], [["AGENT_GROUP"]], [["AGENT_GROUP", "AGENT"]], [["CONVERSATION"]]] as const)(
    "grouped by %j, bot skills included, is as the platform counted it",
    async (grouping) => {
      const part = { grouping, handleTimeModel, includeBotSkills: true, everyMinutes: 60 } as const;
      const { reply } = await fetched(part);
      const expected = truth(call(part)).map(({ metrics }) => {
        const ours = inOurWords(intervalMetrics, metrics);
        const human = humanOnly.some((name) => (metrics[name] ?? 0) > 0);
        return [human, human ? ours : { ...ours, ...Object.fromEntries(humanOnly.map((name) => [name, null])) }];
      });
      expect(expected.length).toBeGreaterThan(10);
      expect(reply.rows.map(({ human, values }) => [human, values])).toEqual(expected);
    },
  );
});

test("rows that began before the window are not in it, wherever the platform begins", async () => {
  platform.simulator.variants({ ...documented, startedBefore: true });
  const window = { from: Date.parse("2026-03-03T10:00:00Z"), to: Date.parse("2026-03-03T12:00:00Z") };
  const { reply } = await fetched({ grouping: ["SKILL"], window });
  expect(reply.rows.length).toBeGreaterThan(0);
  expect(reply.rows.every((row) => row.window.from >= window.from && row.window.to <= window.to)).toBe(true);
});

test("of a window that is not over, the intervals that are done come, and the running one is pending", async () => {
  const window = { from: Date.parse("2026-03-04T09:00:00Z"), to: Date.parse("2026-03-04T10:15:00Z") };
  const boundary = Date.parse("2026-03-04T10:00:00Z");
  const { reply, pages } = await fetched({ grouping: ["SKILL"], window });
  expect(reply.pending).toEqual([{ from: boundary, to: window.to }]);
  expect(reply.rows.length).toBeGreaterThan(0);
  expect(reply.rows.every((row) => row.window.to <= boundary)).toBe(true);
  expect(pages).toBe(2);
});

test("when nothing is done yet, the whole window is pending after one exchange", async () => {
  platform.simulator.fault({ api: "interval-metrics", kind: "in-progress", times: 1 });
  const { reply, pages } = await fetched();
  expect([reply.rows, reply.pending, pages]).toEqual([[], [day], 1]);
});

test.each([401, 403] as const)("a feature that is off (%i) is UPSTREAM_UNAUTHORIZED and says so", async (intervalFeature) => {
  platform.simulator.variants({ ...documented, intervalFeature });
  await expect(fetched()).rejects.toMatchObject({
    code: "UPSTREAM_UNAUTHORIZED",
    message: expect.stringContaining("feature is off"),
    extensions: { api: "INTERVAL_METRICS", status: intervalFeature },
  });
});
