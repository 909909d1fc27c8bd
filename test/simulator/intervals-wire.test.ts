import { expect, test } from "vitest";
import { hour, minute } from "../../src/simulator/model/duration.js";
import { type Live, live, noon, paths } from "./live.js";

interface Page {
  metadata: { count: number; paging: { nextPageKey?: string; pageKey?: string; refs: { next?: string } } };
  intervals: { timeframe: { from: string; fromL: number | string }; skillId: number | string; metrics: Record<string, number> }[];
}

const last = Math.floor(noon / (15 * minute)) * 15 * minute;
const query = `metrics=handleTime,workTime,arrivals&includeBotSkills=true&fromL=${last - 6 * hour}&toL=${last}`;
const page = async (answer: Promise<Response>): Promise<Page> => (await (await answer).json()) as Page;

async function chain({ get }: Live, next: (page: Page) => string | undefined): Promise<Page[]> {
  const pages = [await page(get(paths.intervals(`${query}&pageSize=7`)))];
  for (let to = next(pages[0]!); to !== undefined; to = next(pages.at(-1)!)) pages.push(await page(get(to)));
  return pages;
}

const byKey = ({ metadata: { paging } }: Page): string | undefined =>
  paging.nextPageKey && `${paths.intervals(query)}&pageSize=7&pageKey=${paging.nextPageKey}`;
const byLink = ({ metadata: { paging } }: Page): string | undefined => paging.refs.next;

test("page keys lead through all rows once, and end", async () => {
  const world = await live();
  const whole = await page(world.get(paths.intervals(`${query}&pageSize=500`)));
  const pages = await chain(world, byKey);
  expect(pages.length).toBe(Math.ceil(whole.metadata.count / 7));
  const strip = (rows: Page["intervals"]) => rows.map((row) => ({ ...row, skillId: String(row.skillId) }));
  expect(strip(pages.flatMap(({ intervals }) => intervals))).toEqual(strip(whole.intervals));
  expect(pages.map(({ metadata }) => metadata.count).reduce((sum, count) => sum + count)).toBe(whole.metadata.count);
  expect(whole.metadata.paging.refs.next).toBeUndefined();
});

test.each([
  ["refs alone", { paging: "refs" as const }],
  ["limit and offset, as in the vendor's example", { paging: "offsets" as const }],
])("without page keys, links lead through all rows: %s", async (_, variant) => {
  const world = await live();
  const { count } = (await page(world.get(paths.intervals(`${query}&pageSize=500`)))).metadata;
  world.simulator.variants(variant);
  const pages = await chain(world, byLink);
  expect(pages.every(({ metadata }) => metadata.paging.nextPageKey === undefined)).toBe(true);
  expect(pages.flatMap(({ intervals }) => intervals)).toHaveLength(count);
});

test("empty pages with a next key come between the others when switched on", async () => {
  const world = await live();
  const full = await chain(world, byKey);
  world.simulator.variants({ emptyPages: true });
  const pages = await chain(world, byKey);
  expect(pages.filter(({ metadata }) => metadata.count === 0)).toHaveLength(full.length - 1);
  expect(pages.flatMap(({ intervals }) => intervals)).toHaveLength(full.flatMap(({ intervals }) => intervals).length);
});

test("a page key is good only with the parameters that it came with", async () => {
  const world = await live();
  const { nextPageKey } = (await page(world.get(paths.intervals(`${query}&pageSize=7`)))).metadata.paging;
  expect((await world.get(`${paths.intervals(query)}&pageSize=8&pageKey=${nextPageKey}`)).status).toBe(400);
});

test("202 with the state of every interval while one of the window is not over, nothing else", async () => {
  const { get } = await live();
  const response = await get(paths.intervals(`metrics=handleTime&fromL=${last - 15 * minute}&toL=${noon}`));
  expect(response.status).toBe(202);
  const { intervals, ...rest } = (await response.json()) as { intervals: { fromL: number; status: string }[] };
  expect(rest).toEqual({});
  expect(intervals.map(({ fromL, status }) => [fromL, status])).toEqual([
    [last - 15 * minute, "Done"],
    [last, "In Progress"],
  ]);
  expect((await get(paths.intervals(`metrics=handleTime&fromL=${last - 15 * minute}&toL=${last}`))).status).toBe(200);
});

test("with a lag, the frontier of Done is behind the clock and follows it", async () => {
  const world = await live({ intervalLagSeconds: 3600 });
  const path = paths.intervals(`metrics=handleTime&fromL=${last - hour}&toL=${last}`);
  expect((await world.get(path)).status).toBe(202);
  world.clock.now += hour;
  expect((await world.get(path)).status).toBe(200);
});

test("intervals are those that started in the window; with the variant, also the one that reaches into it", async () => {
  const world = await live({ accounts: [{ id: "demo", conversationsPerDay: 1500 }] });
  const path = paths.intervals(`metrics=arrivals&fromL=${last - 2 * hour + 1}&toL=${last}&pageSize=500`);
  const first = async () => Math.min(...(await page(world.get(path))).intervals.map(({ timeframe }) => Number(timeframe.fromL)));
  expect(await first()).toBeGreaterThan(last - 2 * hour);
  world.simulator.variants({ startedBefore: true });
  expect(await first()).toBe(last - 2 * hour);
});

test("times as text, shifted times, ids as number or text alone: each when switched on", async () => {
  const world = await live();
  const row = async () => (await page(world.get(paths.intervals(`${query}&pageSize=2`)))).intervals[1]!;
  const plain = await row();
  expect([typeof plain.skillId, Number(plain.timeframe.fromL)]).toEqual(["string", Date.parse(plain.timeframe.from)]);
  world.simulator.variants({ longsAsStrings: true, rowTimesShifted: true, rowIds: "number" });
  const odd = await row();
  expect([typeof odd.skillId, typeof odd.timeframe.fromL]).toEqual(["number", "string"]);
  expect(Number(odd.timeframe.fromL)).toBe(Date.parse(odd.timeframe.from) - 2 * hour);
});

test.each([401, 403] as const)("%s when the feature is off", async (status) => {
  const world = await live();
  world.simulator.variants({ intervalFeature: status });
  expect((await world.get(paths.intervals(query))).status).toBe(status);
  expect((await world.get(paths.skills("timeframe=60"))).status).toBe(200);
});
