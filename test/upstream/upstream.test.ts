import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ErrorFacts, GatewayError } from "../../src/errors.js";
import type { ExchangeRequest, ExchangeResponse } from "../../src/upstream/call.js";
import { Connection, type Fetchers } from "../../src/upstream/connection.js";
import { type ExchangeTerms, type Send, Upstream } from "../../src/upstream/upstream.js";
import { skillRows } from "./questions-by-hand.js";

const noon = Date.UTC(2026, 0, 15, 12);
beforeEach(() => {
  vi.useFakeTimers({ now: noon });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const request: ExchangeRequest = { service: "operations", method: "GET", path: "/operations/api/account/a/msgskillsegments" };
const ok: ExchangeResponse = { status: 200, body: {}, bytes: 2, askedAt: noon };
const failure = (code: ConstructorParameters<typeof GatewayError>[0], facts: ErrorFacts = {}) =>
  new GatewayError(code, "The platform said so.", facts);
const broken = failure("UPSTREAM_UNAVAILABLE", { status: 503 });

/** An upstream whose platform answers as told, one outcome after the other, the last one for ever. */
function platform(outcomes: readonly (GatewayError | ExchangeResponse | "hang")[], limits = { maxConcurrent: 4, maxPerMinute: 120 }) {
  const sentAt: number[] = [];
  const send: Send = async () => {
    const outcome = outcomes[Math.min(sentAt.length, outcomes.length - 1)];
    sentAt.push(Date.now() - noon);
    if (outcome === "hang") return new Promise<never>(() => undefined);
    if (outcome instanceof GatewayError) throw outcome;
    return outcome!;
  };
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const retryPausesMs = [5_000, 10_000, 15_000];
  const upstream = new Upstream({ account: "a", limits, retryPausesMs, send, sleep, now: () => Date.now(), random: () => 0 });
  return { upstream, sentAt };
}

const terms = (withinMs: number, more: Partial<ExchangeTerms> = {}): ExchangeTerms => {
  const deadline = Date.now() + withinMs;
  return { deadline: () => deadline, priority: () => "interactive", sent: () => undefined, ...more };
};

/** How an exchange ended: its status or its error, and after how long. */
async function ended(
  exchange: Promise<ExchangeResponse>,
): Promise<{ status?: number; code?: string; facts?: ErrorFacts; afterMs: number }> {
  const begun = Date.now();
  try {
    const { status } = await exchange;
    return { status, afterMs: Date.now() - begun };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { code: error.code, facts: error.extensions, afterMs: Date.now() - begun };
  }
}

describe("a 5xx or a broken connection", () => {
  test("is tried again after each of the configured pauses, then told", async () => {
    const { upstream, sentAt } = platform([broken]);
    const end = ended(upstream.exchange(request, terms(120_000)));
    await pass(120_000);
    expect(await end).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", facts: { status: 503 }, afterMs: 30_000 });
    expect(sentAt).toEqual([0, 5_000, 15_000, 30_000]);
  });

  test("is forgotten when a later try succeeds", async () => {
    const { upstream, sentAt } = platform([broken, broken, ok]);
    const end = ended(upstream.exchange(request, terms(60_000)));
    await pass(60_000);
    expect(await end).toMatchObject({ status: 200, afterMs: 15_000 });
    expect(sentAt).toHaveLength(3);
  });

  test("begins no pause that would end at or behind the deadline", async () => {
    const { upstream, sentAt } = platform([broken]);
    expect(await ended(upstream.exchange(request, terms(5_000)))).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", afterMs: 0 });
    expect(sentAt).toEqual([0]);
  });

  test("is tried on when somebody joined meanwhile who waits longer", async () => {
    const { upstream, sentAt } = platform([broken, broken, ok]);
    let deadline = noon + 6_000;
    const end = ended(upstream.exchange(request, terms(0, { deadline: () => deadline })));
    await pass(1_000);
    deadline = noon + 60_000;
    await pass(60_000);
    expect(await end).toMatchObject({ status: 200 });
    expect(sentAt).toEqual([0, 5_000, 15_000]);
  });

  test("gives its turn back while it pauses", async () => {
    const { upstream } = platform([broken, ok], { maxConcurrent: 1, maxPerMinute: 120 });
    const first = ended(upstream.exchange(request, terms(60_000)));
    await pass(0);
    expect(await ended(upstream.exchange(request, terms(1_000)))).toMatchObject({ status: 200, afterMs: 0 });
    await pass(60_000);
    expect(await first).toMatchObject({ status: 200, afterMs: 5_000 });
  });
});

test.each(["UPSTREAM_REJECTED", "UPSTREAM_UNAUTHORIZED", "UPSTREAM_INVALID_RESPONSE", "UPSTREAM_TIMEOUT"] as const)(
  "%s is never tried again",
  async (code) => {
    const { upstream, sentAt } = platform([failure(code)]);
    expect(await ended(upstream.exchange(request, terms(120_000)))).toMatchObject({ code, afterMs: 0 });
    expect(sentAt).toHaveLength(1);
  },
);

describe("a 429", () => {
  test("is tried again when the platform's pause is over", async () => {
    const { upstream, sentAt } = platform([failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 3_000 }), ok]);
    const end = ended(upstream.exchange(request, terms(15_000)));
    await pass(15_000);
    expect(await end).toMatchObject({ status: 200 });
    expect(sentAt).toEqual([0, 3_000]);
  });

  test("is told at once, with the platform's status and when to ask again, if the pause ends behind the deadline", async () => {
    const { upstream, sentAt } = platform([failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 60_000 })]);
    expect(await ended(upstream.exchange(request, terms(15_000)))).toMatchObject({
      code: "UPSTREAM_RATE_LIMITED",
      facts: { status: 429, retryAfterMs: 60_000, retryable: true },
      afterMs: 0,
    });
    expect(sentAt).toHaveLength(1);
  });

  test("pauses the service for everybody, and other services not", async () => {
    const { upstream, sentAt } = platform([failure("UPSTREAM_RATE_LIMITED", { retryAfterMs: 10_000 }), ok]);
    const first = ended(upstream.exchange(request, terms(30_000)));
    await pass(0);
    const second = ended(upstream.exchange(request, terms(30_000)));
    await ended(upstream.exchange({ ...request, service: "keyMetrics" }, terms(30_000)));
    expect(sentAt).toEqual([0, 0]);
    await pass(30_000);
    await Promise.all([first, second]);
    expect(sentAt[2]).toBe(10_000);
  });

  test("to the end opens no circuit", async () => {
    const { upstream, sentAt } = platform([failure("UPSTREAM_RATE_LIMITED")]);
    const end = ended(upstream.exchange(request, terms(60_000)));
    await pass(60_000);
    expect((await end).code).toBe("UPSTREAM_RATE_LIMITED");
    const tries = sentAt.length;
    expect(tries).toBeGreaterThan(5);
    await pass(60_000);
    await ended(upstream.exchange(request, terms(0)));
    expect(sentAt.length).toBe(tries + 1);
  });
});

describe("many failures in a row", () => {
  async function failFive(upstream: Upstream): Promise<void> {
    for (let times = 0; times < 5; times++) await ended(upstream.exchange(request, terms(1)));
  }

  test("open the circuit: nothing is sent, and everybody is told at once", async () => {
    const { upstream, sentAt } = platform([broken]);
    await failFive(upstream);
    expect(await ended(upstream.exchange(request, terms(60_000)))).toMatchObject({
      code: "UPSTREAM_UNAVAILABLE",
      facts: { account: "a", retryAfterMs: 5_000 },
      afterMs: 0,
    });
    expect(sentAt).toHaveLength(5);
    await ended(upstream.exchange({ ...request, service: "intervalMetrics" }, terms(1)));
    expect(sentAt, "another service has its own").toHaveLength(6);
  });

  test("are probed by one exchange alone, whose success closes the circuit for all", async () => {
    const { upstream, sentAt } = platform([broken, broken, broken, broken, broken, "hang"]);
    await failFive(upstream);
    await pass(60_000);
    for (let asker = 0; asker < 3; asker++) upstream.exchange(request, terms(600_000)).catch(() => "nobody waits for it");
    await pass(0);
    expect(sentAt).toHaveLength(6);

    const again = platform([broken, broken, broken, broken, broken, ok]);
    await failFive(again.upstream);
    await pass(60_000);
    const ends = Array.from({ length: 3 }, () => ended(again.upstream.exchange(request, terms(60_000))));
    await pass(0);
    expect((await Promise.all(ends)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test("of the asker's own making, such as a 400, open no circuit", async () => {
    const { upstream, sentAt } = platform([failure("UPSTREAM_REJECTED")]);
    for (let times = 0; times < 20; times++) await ended(upstream.exchange(request, terms(1)));
    expect(sentAt).toHaveLength(20);
  });
});

describe("turns", () => {
  test("every exchange takes one, retries included, and gives it back", async () => {
    const { upstream, sentAt } = platform([broken, ok], { maxConcurrent: 1, maxPerMinute: 3 });
    const told: number[] = [];
    const first = ended(upstream.exchange(request, terms(60_000, { sent: () => told.push(Date.now() - noon) })));
    await pass(10_000);
    expect(await first).toMatchObject({ status: 200 });
    expect(told).toEqual([0, 5_000]);
    expect(upstream.budgets().find(({ service }) => service === "operations")).toEqual({
      service: "operations",
      account: "a",
      maximumAvailable: 3,
      currentlyAvailable: 1,
      restoreRatePerMinute: 3,
      concurrencyLimit: 1,
    });
    await ended(upstream.exchange(request, terms(0)));
    expect(await ended(upstream.exchange(request, terms(15_000)))).toMatchObject({ code: "BUDGET_EXHAUSTED" });
    expect(sentAt).toHaveLength(3);
  });

  test("a turn that was acquired already serves the first exchange of a call, its other pages wait for their own", async () => {
    const { upstream, sentAt } = platform([ok], { maxConcurrent: 1, maxPerMinute: 120 });
    const fetch: Fetchers["skill-segments"] = async (_, __, exchange) => {
      await exchange(request);
      const { askedAt } = await exchange(request);
      return { reply: { asOf: askedAt, window: { from: 0, to: 1 }, skills: new Map(), total: null, intervals: null }, pages: 2, bytes: 4 };
    };
    const never = () => Promise.reject(new Error("another API was asked"));
    const fetchers: Fetchers = { "skill-segments": fetch, "agent-segments": never, "key-metrics": never, "interval-metrics": never };
    const connection = new Connection("a", upstream, fetchers, () => Date.now());
    const { lastMinutes, everyMinutes, userType, skills } = skillRows();
    const turn = await connection.lane("operations").acquire({ deadline: noon + 1_000, priority: "interactive" });
    const call = { api: "skill-segments", lastMinutes, everyMinutes, userType, skills } as const;
    expect(await connection.fetch(call, terms(1_000, { turn }))).toMatchObject({ pages: 2 });
    expect(sentAt).toHaveLength(2);
    expect(connection.budgets()[0]).toMatchObject({ currentlyAvailable: 118 });
  });

  test("a closed upstream refuses further exchanges", async () => {
    const { upstream, sentAt } = platform([ok]);
    upstream.close();
    expect(await ended(upstream.exchange(request, terms(15_000)))).toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
    expect(sentAt).toHaveLength(0);
  });
});

test("an error that is none of the contract's passes as it is and is not tried again", async () => {
  const bug = new TypeError("undefined is not a function");
  const send: Send = () => Promise.reject(bug);
  const sleep = () => Promise.reject(new Error("it must not wait"));
  const upstream = new Upstream({
    account: "a",
    limits: { maxConcurrent: 1, maxPerMinute: 120 },
    retryPausesMs: [1],
    send,
    sleep,
    now: () => Date.now(),
    random: () => 0,
  });
  await expect(upstream.exchange(request, terms(15_000))).rejects.toBe(bug);
});
