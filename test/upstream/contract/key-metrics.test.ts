import { beforeAll, expect, test } from "vitest";
import { keyMetricsByTime, keyMetricsCurrent } from "../../../src/catalogue/key-metrics.js";
import type { WireVariants } from "../../../src/simulator/simulator.js";
import { fetchKeyMetrics } from "../../../src/upstream/apis/key-metrics/fetch.js";
import type { KeyMetricsCall } from "../../../src/upstream/call.js";
import { keyMetricsCall } from "../apis/key-metrics-page.js";
import { inOurWords, type Simulated, simulated } from "./simulated.js";

const documented: Partial<WireVariants> = { longsAsDecimals: false, zeroCountsAbsent: false };
const window = { from: Date.parse("2026-03-04T09:08:00Z"), to: Date.parse("2026-03-04T10:08:00Z") };

let platform: Simulated;
beforeAll(async () => {
  platform = await simulated({ agents: 40, skills: 120, conversationsPerDay: 600 });
});

const fetched = (part: Partial<KeyMetricsCall>) => fetchKeyMetrics(keyMetricsCall(part), platform.context);

test.each<[string, Partial<WireVariants>]>([
  ["as documented", {}],
  ["with Longs as 3986.0", { longsAsDecimals: true }],
])("all pages of skills and the total beside them, %s, are as the platform counted them", async (_, set) => {
  platform.simulator.variants({ ...documented, ...set });
  const { reply, pages } = await fetched({ total: true });
  const { groups, all } = platform.simulator.truth("demo").keyMetrics({
    ...window,
    groupBy: "skillId",
    byTime: Object.values(keyMetricsByTime.metrics).map(({ upstream }) => upstream),
    current: Object.values(keyMetricsCurrent.metrics).map(({ upstream }) => upstream),
  });
  expect(groups.length).toBeGreaterThan(100);
  const ours = (metrics: Record<string, number>) => ({
    byTime: inOurWords(keyMetricsByTime, metrics),
    current: inOurWords(keyMetricsCurrent, metrics),
  });
  const expected = new Map(groups.map(({ key, metrics }) => [key, ours(metrics)]));
  expect(new Map(reply.rows.map(({ id, byTime, current }) => [id, { byTime, current }]))).toEqual(expected);
  expect(reply.total).toEqual(ours(all));
  expect([reply.count, pages, reply.window]).toEqual([groups.length, Math.ceil(groups.length / 50), window]);
});

test("figures that the platform leaves out because they are zero are null, and all others stay", async () => {
  const values = async () => (await fetched({})).reply.rows.map(({ byTime, current }) => ({ ...byTime, ...current }));
  platform.simulator.variants(documented);
  const written = await values();
  platform.simulator.variants({ ...documented, zeroCountsAbsent: true });
  const withoutZeros = written.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === 0 ? null : value])),
  );
  expect(withoutZeros).not.toEqual(written);
  expect(await values()).toEqual(withoutZeros);
  platform.simulator.variants(documented);
});

test("the platform's order is kept, and reading stops at the rows that are wanted", async () => {
  const { reply, pages } = await fetched({
    order: { metric: "closedConversations", direction: "desc" },
    take: 10,
    window: { lastMinutes: 1440 },
  });
  const closed = reply.rows.map(({ byTime }) => byTime.closedConversations ?? 0);
  expect(closed).toEqual(closed.toSorted((a, b) => b - a));
  expect([closed.length, pages]).toEqual([10, 1]);
  expect(closed[0]).toBeGreaterThan(0);
});

test("filters, groups, sub-groups and a day's window are a request that the platform accepts", async () => {
  const { agents, groups } = platform.simulator.truth("demo");
  const { reply } = await fetched({
    groupBy: "agentGroupId",
    window: { lastMinutes: 1440 },
    filters: { agentIds: agents.slice(0, 9).map(({ id }) => id), agentGroupIds: groups.map(({ id }) => id), skillIds: null },
    includeSubGroups: true,
    userType: "HUMAN",
  });
  expect(reply.rows.length).toBeGreaterThan(0);
});

test("the keys alone can be asked for, and the total alone", async () => {
  expect((await fetched({ byTime: false, current: false, take: 1 })).reply.count).toBeGreaterThan(100);
  expect((await fetched({ groupBy: null, total: true })).reply).toMatchObject({
    rows: [],
    count: null,
    total: { byTime: expect.anything() },
  });
});
