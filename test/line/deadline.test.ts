import { describe, expect, test } from "vitest";
import { hourMs, minuteMs } from "../../src/time.js";
import { atWork, stillLine } from "../support/still-line.js";

interface Figures {
  asOf: string;
  stale: boolean;
}
type Data = { contactCenter: { current: Figures | null; agentSegments: Figures | null } };

const deadlineMs = 400;
const short = { REQUEST_DEADLINE_MS: String(deadlineMs) };
const query = "{ contactCenter { current { asOf stale } agentSegments { asOf stale } } }";
/** Shows how long exchanges of key metrics usually take, so that one is not overdue as soon as its asker's deadline passes. */
const another = "{ contactCenter { current(userType: BOT) { asOf } } }";
const text = (ms: number) => new Date(ms).toISOString();

/** How long a piece of work takes, in ms of real time. */
async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

describe("an API that hangs", () => {
  test("delays the answer to the deadline and no further; the rest is there, with UPSTREAM_TIMEOUT at its path", async () => {
    const line = await stillLine({}, short);
    line.simulator.fault({ api: "key-metrics", kind: "hang" });
    const { ms, result } = await timed(() => line.ask<Data>(query));
    expect(result.data.contactCenter).toEqual({ current: null, agentSegments: { asOf: text(atWork), stale: false } });
    expect(result.errors.map(({ path, extensions }) => ({ path, extensions }))).toEqual([
      {
        path: ["contactCenter", "current"],
        extensions: { code: "UPSTREAM_TIMEOUT", retryable: true, api: "KEY_METRICS", account: "demo" },
      },
    ]);
    // A timer may fire a millisecond early; a loaded machine late, but nowhere near the 60 s that an exchange may take.
    expect(ms).toBeGreaterThanOrEqual(deadlineMs - 5);
    expect(ms).toBeLessThan(deadlineMs + 4000);
    expect(result.headers.get("cache-control")).toBe("no-store");
  });

  test("in the middle of its body ends the same way", async () => {
    const line = await stillLine({}, short);
    line.simulator.fault({ api: "key-metrics", kind: "slow-body", afterMs: 3000 });
    const { errors } = await line.ask(query);
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([[["contactCenter", "current"], "UPSTREAM_TIMEOUT"]]);
  });

  test("does not keep from their next stage the fields that wait for another API alone", async () => {
    const busy = { accounts: [{ id: "demo", agents: 40, conversationsPerDay: 2_000 }] };
    const line = await stillLine(busy, { REQUEST_DEADLINE_MS: "2000" });
    line.simulator.fault({ api: "key-metrics", kind: "hang" });
    const later = "agents(first: 1) { nodes { intervals(everyMinutes: 15, lastMinutes: 1440) { totalCount } } }";
    const { data, errors } = await line.ask<{ contactCenter: Record<string, { nodes: { intervals: unknown }[] } | null> }>(
      `{ contactCenter { current { asOf } ${later} } }`,
    );
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([[["contactCenter", "current"], "UPSTREAM_TIMEOUT"]]);
    expect(data.contactCenter.agents!.nodes[0]!.intervals).toEqual({ totalCount: expect.any(Number) });
  });

  test("is asked once by all who wait, while it is not overdue", async () => {
    const line = await stillLine({}, short);
    await line.ask(another);
    line.simulator.fault({ api: "key-metrics", kind: "hang", times: 1 });
    const answers = await Promise.all([line.ask(query), line.ask(query), line.ask(query)]);
    expect(answers.map(({ errors }) => errors.map(({ extensions }) => extensions.code))).toEqual([
      ["UPSTREAM_TIMEOUT"],
      ["UPSTREAM_TIMEOUT"],
      ["UPSTREAM_TIMEOUT"],
    ]);
    expect(line.calls()).toBe(3);
  });

  test("does not keep its turn from others when nobody waits for it any more", async () => {
    const line = await stillLine({}, { ...short, LP_MAX_CONCURRENT: "1" });
    line.simulator.fault({ api: "key-metrics", kind: "hang", times: 1 });
    expect((await line.ask("{ contactCenter { current { asOf } } }")).errors).toHaveLength(1);
    line.clock.now += 20_000;
    const { data, errors } = await line.ask<Data>("{ contactCenter { current(userType: BOT) { asOf stale } } }");
    expect(errors).toEqual([]);
    expect(data.contactCenter.current).toEqual({ asOf: text(line.clock.now), stale: false });
  });

  test("is answered for by what is stored, marked stale, in figures, freshness and headers", async () => {
    const line = await stillLine({}, short);
    await line.ask(query);
    line.simulator.fault({ api: "key-metrics", kind: "hang" });
    // Older than twice the time to live, so it is asked again first; younger than time to live and STALE_SECONDS.
    line.clock.now += 5 * minuteMs;
    const { result, ms } = await timed(() => line.ask<Data>(query));
    expect(result.errors).toEqual([]);
    expect(result.data.contactCenter).toEqual({
      current: { asOf: text(atWork), stale: true },
      agentSegments: { asOf: text(line.clock.now), stale: false },
    });
    const failures = [{ api: "KEY_METRICS", account: "demo", code: "UPSTREAM_TIMEOUT" }];
    expect(result.extensions.freshness).toEqual({ oldestAsOf: text(atWork), stale: true, failures });
    expect(result.headers.get("cache-control")).toBe("public, max-age=0");
    expect(ms).toBeGreaterThanOrEqual(deadlineMs - 5);
  });

  test("is not answered for by what is too old", async () => {
    const line = await stillLine({}, short);
    await line.ask(query);
    line.simulator.fault({ api: "key-metrics", kind: "hang" });
    line.clock.now += hourMs;
    const { data, errors } = await line.ask<Data>(query);
    expect(data.contactCenter.current).toBeNull();
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(["UPSTREAM_TIMEOUT"]);
  });

  test("whose answer comes late is an answer for the next", async () => {
    const line = await stillLine({}, short);
    await line.ask(another);
    line.simulator.fault({ api: "key-metrics", kind: "slow-headers", afterMs: 600, times: 1 });
    expect((await line.ask<Data>(query)).data.contactCenter.current).toBeNull();
    // Asked again before the late answer is there, it waits for that one.
    const { data, errors } = await line.ask<Data>(query);
    expect(errors).toEqual([]);
    expect(data.contactCenter.current).toEqual({ asOf: text(atWork), stale: false });
    expect(line.calls()).toBe(3);
  });
});

describe("an API that fails", () => {
  test.each([
    ["with 500", { status: 500 }],
    ["with 429", { status: 429 }],
    ["with 403", { status: 403 }],
    ["without an answer", { kind: "reset" as const }],
    ["with nonsense", { kind: "not-json" as const }],
  ])("%s is answered for by what is stored, within STALE_SECONDS", async (_, fault) => {
    const line = await stillLine({}, { ...short, STALE_SECONDS: "60" });
    await line.ask(query);
    line.simulator.fault({ api: "key-metrics", ...fault });
    // Current values live 10 s; then they may stand in for 60 s more.
    line.clock.now += 69_000;
    const stale = await line.ask<Data>(query);
    expect(stale.errors).toEqual([]);
    expect(stale.data.contactCenter.current).toEqual({ asOf: text(atWork), stale: true });
    line.clock.now += 2000;
    const failed = await line.ask<Data>(query);
    expect(failed.data.contactCenter.current).toBeNull();
    expect(failed.errors).toHaveLength(1);
  });
});

describe("a budget without a turn before the deadline", () => {
  test("is refused at once, with the time until the next turn, and what is stored stands in", async () => {
    const line = await stillLine({}, { LP_MAX_PER_MINUTE: "1" });
    const current = await line.ask<Data>("{ contactCenter { current { asOf stale } } }");
    expect(current.errors).toEqual([]);
    const { result, ms } = await timed(() => line.ask("{ contactCenter { current(userType: BOT) { asOf } } }"));
    expect(result.errors.map(({ path, extensions }) => ({ path, extensions }))).toEqual([
      {
        path: ["contactCenter", "current"],
        extensions: { code: "BUDGET_EXHAUSTED", retryable: true, api: "KEY_METRICS", account: "demo", retryAfterMs: expect.any(Number) },
      },
    ]);
    expect(result.errors[0]?.extensions.retryAfterMs).toBeGreaterThan(59_000);
    expect(ms).toBeLessThan(5000);
    line.clock.now += 40_000;
    const stale = await line.ask<Data>("{ contactCenter { current { asOf stale } } }");
    expect(stale.errors).toEqual([]);
    expect(stale.data.contactCenter.current).toEqual({ asOf: text(atWork), stale: true });
    expect(line.calls()).toBe(1);
  });
});
