import { expect, test } from "vitest";
import { hour, minute } from "../../src/simulator/model/duration.js";
import { type Live, live, noon, paths } from "./live.js";

interface Answer {
  metadata: { count: number };
  groupBy: { groups: { key: string; keyDescription: string; metrics: Record<string, number> }[] };
  all: Record<string, number>;
}

const body = {
  filters: { time: { from: noon - 6 * hour, to: noon } },
  groupBy: "skillId",
  metricsToRetrieveByTime: ["closed_conversations", "avg_wait_time"],
  metricsToRetrieveCurrentValue: ["online_agents"],
};
const ask = async ({ post }: Live, query = "", changes = {}): Promise<Answer> =>
  (await (await post(paths.key(query), { ...body, ...changes })).json()) as Answer;

test("pages of keys make up the whole, whatever the page size", async () => {
  const world = await live({ accounts: [{ id: "demo", skills: 120, agents: 20 }] });
  const pages = [];
  for (let offset = 0, count = 1; offset < count; offset += 50) {
    const page = await ask(world, `offset=${offset}&limit=50`);
    count = page.metadata.count;
    pages.push(page.groupBy.groups.map(({ key }) => key));
  }
  expect(pages.map((page) => page.length)).toEqual([50, 50, 20]);
  expect(pages.flat()).toEqual([...pages.flat()].sort());
  expect(new Set(pages.flat()).size).toBe(120);
});

test("groups are sorted by a metric in either order", async () => {
  const world = await live();
  for (const [order, sign] of [
    ["asc", 1],
    ["desc", -1],
  ] as const) {
    const { groups } = (await ask(world, `sort=closedConversations:${order}`)).groupBy;
    const closed = groups.map(({ metrics }) => metrics.closedConversations!);
    expect(closed).toEqual([...closed].sort((left, right) => sign * (left - right)));
  }
});

test("the window is rounded outward to the minute, both bounds included", async () => {
  const world = await live();
  const { all } = await ask(world);
  const from = Math.floor((noon - 6 * hour) / minute) * minute;
  const truth = world.simulator
    .truth("demo")
    .keyMetrics({ from, to: noon, byTime: body.metricsToRetrieveByTime, current: body.metricsToRetrieveCurrentValue });
  expect(all).toEqual(truth.all);
});

test("what has no data is left out, and a skill without a name is NA", async () => {
  const world = await live();
  const { groups } = (await ask(world)).groupBy;
  const bot = groups.find(({ key }) => key === "100");
  expect(bot?.metrics).not.toHaveProperty("avgWaitTime");
  expect(bot?.metrics).toHaveProperty("onlineAgents", 1);
  expect(groups.find(({ key }) => key === "-1")?.keyDescription).toBe("NA");
});

test("wire variants: other default sections, absent zeros, longs with a decimal point, a longer look-back", async () => {
  const world = await live();
  world.simulator.variants({ defaultSections: ["all"] });
  expect(await ask(world)).not.toHaveProperty("groupBy");
  world.simulator.variants({ defaultSections: ["all", "groupBy"], zeroCountsAbsent: true });
  expect(Object.values((await ask(world)).groupBy.groups).flatMap(({ metrics }) => Object.values(metrics))).not.toContain(0);
  world.simulator.variants({ longsAsDecimals: true });
  const text = await (await world.post(paths.key(), body)).text();
  expect(text).toMatch(/"closedConversations":\d+\.0[,}]/);
  expect(text).toMatch(/"count":4,/);
  const early = { filters: { time: { from: noon - 40 * hour, to: noon - 30 * hour } } };
  expect((await world.post(paths.key(), { ...body, ...early })).status).toBe(400);
  world.simulator.variants({ keyMetricsLookbackHours: 336 });
  expect((await world.post(paths.key(), { ...body, ...early })).status).toBe(200);
});
