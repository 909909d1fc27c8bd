import { expect, test } from "vitest";
import { minute } from "../../src/simulator/model/duration.js";
import { errorForms } from "../../src/simulator/wire/error-body.js";
import { live, noon, paths } from "./live.js";

const path = paths.skills("timeframe=60");
const key = { filters: { time: { from: noon - minute, to: noon } }, metricsToRetrieveCurrentValue: ["online_agents"] };

test("a fault hits as many requests as told, of its API and account alone", async () => {
  const { get, simulator } = await live();
  simulator.fault({ api: "skill-segments", account: "demo", status: 503, times: 2 });
  simulator.fault({ account: "other", status: 500 });
  expect((await get(paths.agents("timeframe=60"))).status).toBe(200);
  expect([(await get(path)).status, (await get(path)).status, (await get(path)).status]).toEqual([503, 503, 200]);
  expect(simulator.faults()).toHaveLength(1);
});

test.each([400, 401, 403, 404, 429, 500, 503])("status %s can be forced", async (status) => {
  const { post, simulator } = await live();
  simulator.fault({ api: "key-metrics", status });
  expect((await post(paths.key(), key)).status).toBe(status);
});

test.each(errorForms)("an error body can have the form %s", async (form) => {
  const { get, simulator } = await live();
  simulator.fault({ status: 500, form });
  const response = await get(path);
  const text = await response.text();
  const wanted: Record<string, RegExp> = {
    oauth: /^oauth_problem=/,
    html: /^<html>/,
    empty: /^$/,
    code: /^\{"code":500\}$/,
    error: /^\{"error":\{"time":/,
  };
  expect(text).toMatch(wanted[form] ?? /"message":"Internal Server Error"/);
});

test("Retry-After comes as seconds or as a date", async () => {
  const { get, simulator } = await live();
  simulator.fault({ status: 429, retryAfterSeconds: 3, times: 1 });
  expect((await get(path)).headers.get("retry-after")).toBe("3");
  simulator.fault({ status: 429, retryAfterSeconds: 3, retryAfterForm: "date", times: 1 });
  expect(Date.parse((await get(path)).headers.get("retry-after") ?? "") - noon).toBeGreaterThanOrEqual(3000);
});

test.each(["reset", "cut-body"] as const)("%s breaks the exchange, and no answer is counted or a lane kept", async (kind) => {
  const { get, simulator } = await live();
  simulator.fault({ kind, times: 1 });
  await expect(get(path).then((response) => response.text())).rejects.toThrow();
  expect((await get(path)).status).toBe(200);
  expect(simulator.counts().services["demo/operations"]).toMatchObject({ requests: 2, running: 0 });
});

test("hang never answers, and the place is free when the caller goes", async () => {
  const { simulator } = await live();
  simulator.fault({ kind: "hang", times: 1 });
  const leaving = new AbortController();
  const asked = fetch(simulator.url + path, { headers: { authorization: "Bearer simulated-token" }, signal: leaving.signal });
  await expect.poll(() => simulator.counts().services["demo/operations"]?.running).toBe(1);
  leaving.abort();
  await expect(asked).rejects.toThrow();
  await expect.poll(() => simulator.counts().services["demo/operations"]?.running).toBe(0);
  expect(simulator.requests()[0]?.status).toBe(null);
});

test.each([
  ["truncated-json", /^\{"skillsMetrics"/],
  ["not-json", /^OK/],
  ["html", /^<!doctype html>/],
] as const)("%s is a 200 that no parser can read", async (kind, start) => {
  const { get, simulator } = await live();
  simulator.fault({ kind, times: 1 });
  const response = await get(path);
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(text).toMatch(start);
  expect(() => JSON.parse(text)).toThrow();
});

test("slow headers and a slow body are whole in the end", async () => {
  const { get, simulator } = await live();
  const whole = await (await get(path)).json();
  for (const kind of ["slow-headers", "slow-body"] as const) {
    simulator.fault({ kind, afterMs: 20, times: 1 });
    expect(await (await get(path)).json()).toEqual(whole);
  }
});

test("an oversized body is as long as told", async () => {
  const { get, simulator } = await live();
  simulator.fault({ kind: "oversized", bytes: 100_000, times: 1 });
  expect((await (await get(path)).text()).length).toBeGreaterThan(100_000);
});

test("an answer can be rewritten by an expression", async () => {
  const { get, simulator } = await live();
  const whole = await (await get(path)).text();
  simulator.fault({ kind: "rewritten", find: "metrics(Total)", replace: "figures$1", times: 1 });
  expect(await (await get(path)).text()).toBe(whole.replaceAll("metricsTotal", "figuresTotal"));
  simulator.fault({ kind: "rewritten", times: 1 });
  expect(await (await get(path)).text()).toBe(whole);
});

test("in-progress makes a finished window unfinished", async () => {
  const { get, simulator } = await live();
  const finished = paths.intervals("metrics=handleTime&from=2026-03-11T10:00:00Z&to=2026-03-11T10:30:00Z");
  simulator.fault({ kind: "in-progress", times: 1 });
  const response = await get(finished);
  expect(response.status).toBe(202);
  expect(((await response.json()) as { intervals: { status: string }[] }).intervals.map(({ status }) => status)).toEqual([
    "In Progress",
    "In Progress",
  ]);
  expect((await get(finished)).status).toBe(200);
});

test("random faults repeat from their seed", async () => {
  const { get, simulator } = await live();
  const run = async (seed: number): Promise<number[]> => {
    simulator.clearFaults();
    simulator.fault({ status: 500, probability: 0.5, seed });
    const statuses = [];
    for (let turn = 0; turn < 12; turn++) statuses.push((await get(path)).status);
    return statuses;
  };
  const first = await run(3);
  expect(new Set(first)).toEqual(new Set([200, 500]));
  expect(await run(3)).toEqual(first);
});

test("the token and domain endpoints can fail too", async () => {
  const { get, post, simulator } = await live();
  simulator.fault({ api: "token", status: 503, times: 1 });
  simulator.fault({ api: "domains", status: 500, times: 1 });
  expect((await post("/sentinel/api/v2/account/demo/app/token", {})).status).toBe(503);
  expect((await get("/api/account/demo/service/sentinel/baseURI.json")).status).toBe(500);
});

test("more than a minute allows is 429 until the window has slid on; services have limits of their own", async () => {
  const { get, clock, simulator } = await live({ limits: { maxConcurrent: 5, maxPerMinute: 3 } });
  simulator.variants({ limitRetryAfter: "seconds" });
  const statuses = [];
  for (let turn = 0; turn < 4; turn++) statuses.push((await get(turn % 2 === 0 ? path : paths.agents("timeframe=60"))).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await get(path)).headers.get("retry-after")).toBe("1");
  expect((await get(paths.intervals("metrics=handleTime"))).status).toBe(400);
  clock.now += minute;
  expect((await get(path)).status).toBe(200);
  expect(simulator.counts().services["demo/operations"]).toMatchObject({ requests: 6, refused: 2, maxPerMinute: 5 });
});

test("more than a second allows is 429", async () => {
  const { get, clock } = await live({ limits: { maxConcurrent: 5, maxPerMinute: 100, maxPerSecond: 1 } });
  expect([(await get(path)).status, (await get(path)).status]).toEqual([200, 429]);
  clock.now += 1000;
  expect((await get(path)).status).toBe(200);
});

test("more at once than allowed is 429, and the high-water mark is told", async () => {
  const { get, simulator } = await live({ limits: { maxConcurrent: 2, maxPerMinute: 100 } });
  simulator.fault({ kind: "slow-headers", afterMs: 60, times: 2 });
  const slow = [get(path), get(path)];
  await expect.poll(() => simulator.counts().services["demo/operations"]?.running).toBe(2);
  expect((await get(path)).status).toBe(429);
  expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
  expect(simulator.counts().services["demo/operations"]?.maxRunning).toBe(3);
});

test("segment variants: other totals, wrappers, orders, null keys, absent intervals", async () => {
  const { get, simulator } = await live();
  simulator.variants({
    totalsName: "metricsTotals",
    skillIntervalsWrapped: true,
    skillIntervalOrder: "ascending",
    nullKeys: true,
    emptyIntervals: false,
  });
  simulator.variants({ agentIntervalsWrapped: false, agentIntervalOrder: "descending" });
  type Interval = {
    timestamp: number;
    metricsData: { skillsMetrics: object; metricsTotals: object };
    agentsMetrics: { metricsPerAgent: object };
  };
  const intervals = async (of: string): Promise<Interval[]> =>
    ((await (await get(of)).json()) as { metricsByIntervals: Interval[] }).metricsByIntervals;
  const skills = await intervals(paths.skills("timeframe=1440&interval=5"));
  expect(skills.length).toBeLessThan(288);
  expect(skills[0]!.timestamp).toBeLessThan(skills[1]!.timestamp);
  expect(skills.some(({ metricsData }) => "null" in metricsData.skillsMetrics)).toBe(true);
  expect(skills.every(({ metricsData }) => !("-1" in metricsData.skillsMetrics) && "metricsTotals" in metricsData)).toBe(true);
  const agents = await intervals(paths.agents("timeframe=1440&interval=60"));
  expect(agents[0]!.timestamp).toBeGreaterThan(agents[1]!.timestamp);
  expect(agents[0]!.agentsMetrics.metricsPerAgent).toHaveProperty("null");
});
