import { expect, test } from "vitest";
import { live, paths } from "./live.js";

const send = async (url: string, method: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const response = await fetch(url, { method, ...json });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
};

test("faults, variants, limits and latency are set while it runs", async () => {
  const { simulator, get } = await live();
  const { controlUrl } = simulator;
  await send(`${controlUrl}/faults`, "PUT", { api: "skill-segments", status: 503, times: 1 });
  expect((await send(`${controlUrl}/faults`, "GET")).body).toEqual([{ api: "skill-segments", status: 503, times: 1, left: 1 }]);
  expect((await get(paths.skills("timeframe=60"))).status).toBe(503);
  await send(`${controlUrl}/faults`, "PUT", [{ status: 500 }, { kind: "hang" }]);
  expect((await send(`${controlUrl}/faults`, "DELETE")).status).toBe(204);
  await send(`${controlUrl}/variants`, "PUT", { totalsName: "metricsTotals" });
  expect(await (await get(paths.skills("timeframe=60"))).json()).toHaveProperty("metricsTotals");
  await send(`${controlUrl}/variants`, "DELETE");
  expect(await (await get(paths.skills("timeframe=60"))).json()).toHaveProperty("metricsTotal");
  await send(`${controlUrl}/latency`, "PUT", { base: 1, jitter: 1 });
  await send(`${controlUrl}/limits`, "PUT", { maxConcurrent: 1, maxPerMinute: 0 });
  expect((await get(paths.skills("timeframe=60"))).status).toBe(429);
});

test.each([
  ["faults", { statsu: 500 }, ['The body: Unrecognized key: "statsu"; given was {"statsu":500}.']],
  ["faults", { kind: "rewritten", find: "(" }, ['find: not a regular expression; given was "(".']],
  ["faults", [{ status: 500 }, { status: 99 }], ["1.status: Too small: expected number to be >=200; given was 99."]],
  ["variants", { paging: "never" }, ['paging: Invalid option: expected one of "keys"|"refs"|"offsets"; given was "never".']],
  [
    "limits",
    { maxConcurrent: -1 },
    [
      "maxConcurrent: Too small: expected number to be >=0; given was -1.",
      "maxPerMinute: Invalid input: expected number, received undefined; given was nothing.",
    ],
  ],
  ["latency", "fast", ['The body: Invalid input: expected object, received string; given was "fast".']],
])("a wrong setting of %s is refused whole, with what is allowed and what was given: %j", async (what, body, sentences) => {
  const { simulator } = await live();
  const { status, body: said } = await send(`${simulator.controlUrl}/${what}`, "PUT", body);
  expect([status, said]).toEqual([400, { message: sentences.join(" ") }]);
  expect(simulator.faults()).toEqual([]);
});

test("requests are counted by API, account and status, and logged with what they asked", async () => {
  const { simulator, get, post } = await live();
  await get(paths.skills("timeframe=60"));
  await get(paths.agents("timeframe=9999"));
  await post(paths.key("limit=5"), { filters: {} });
  expect((await send(`${simulator.controlUrl}/counts`, "GET")).body).toMatchObject({
    total: 3,
    byApi: { "skill-segments": 1, "agent-segments": 1, "key-metrics": 1 },
    byAccount: { demo: { "skill-segments": 1, "agent-segments": 1, "key-metrics": 1 } },
    byStatus: { 200: 1, 400: 2 },
    services: { "demo/operations": { requests: 2, maxRunning: 1, maxPerMinute: 2 }, "demo/key-metrics": { requests: 1 } },
  });
  const log = (await send(`${simulator.controlUrl}/requests`, "GET")).body;
  expect(log).toMatchObject([
    { api: "skill-segments", method: "GET", query: "?v=1&timeframe=60", status: 200 },
    {},
    { query: "?limit=5", body: '{"filters":{}}' },
  ]);
  await send(`${simulator.controlUrl}/counts`, "DELETE");
  expect((await send(`${simulator.controlUrl}/counts`, "GET")).body).toEqual({
    total: 0,
    byApi: {},
    byAccount: {},
    byStatus: {},
    services: {},
  });
});

test("the simulator's own clock can be moved ahead; a clock passed in cannot", async () => {
  const { simulator } = await live();
  expect((await send(`${simulator.controlUrl}/time`, "POST", { advanceMs: 1000 })).status).toBe(400);
  const { simulator: own } = await live({ ownClock: true });
  const before = own.now();
  const { body } = await send(`${own.controlUrl}/time`, "POST", { advanceMs: 86_400_000 });
  expect((body as { now: number }).now).toBeGreaterThanOrEqual(before + 86_400_000);
  expect((await send(`${own.controlUrl}/time`, "POST", { advanceMs: -1 })).status).toBe(400);
});

test("an answer is the truth of the moment at which the log says that it was asked, whatever the latency", async () => {
  const { simulator, get } = await live({ ownClock: true, latencyMs: { base: 5, jitter: 20 } });
  const answers = await Promise.all([1, 2, 3].map(async () => (await get(paths.agents("timeframe=1440"))).json()));
  const truths = simulator.requests().map(({ at }) => simulator.truth("demo").agentSegments({ from: at - 86_400_000, to: at }));
  expect(answers).toEqual(expect.arrayContaining(truths));
});

test("a control port in use is an error, and nothing stays behind", async () => {
  const { simulator } = await live();
  const controlPort = Number(new URL(simulator.controlUrl).port);
  await expect(live({ controlPort })).rejects.toThrow(/EADDRINUSE/);
});

test("the truth of any window can be had over HTTP", async () => {
  const { simulator } = await live();
  const now = simulator.now();
  const query = { from: now - 3_600_000, to: now };
  const { body } = await send(`${simulator.controlUrl}/truth/demo/skillSegments`, "POST", query);
  expect(body).toEqual(simulator.truth("demo").skillSegments(query));
});
