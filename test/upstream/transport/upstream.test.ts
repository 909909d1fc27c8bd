import { describe, expect, test } from "vitest";
import { acquirePermit } from "../../../src/upstream/budget/permit.js";
import { Condition } from "../../../src/upstream/transport/api-health.js";
import { Connection, type Fetchers } from "../../../src/upstream/transport/session.js";
import type { Send, Upstream } from "../../../src/upstream/transport/upstream.js";
import { noon, pass, settle, standAtNoon } from "../fake-time.js";
import { broken, ended, failure, ok, pause, request, terms, upstreamBy, upstreamOver } from "../outcomes-by-hand.js";
import { skillRows } from "../questions-by-hand.js";

standAtNoon();

describe("many failures in a row", () => {
  async function failFive(upstream: Upstream): Promise<void> {
    for (let times = 0; times < 5; times++) await ended(upstream.exchange(request, terms(1)));
  }

  test("open the circuit: nothing is sent, and everybody is told at once", async () => {
    const { upstream, sentAt } = upstreamOver([broken]);
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
    const { upstream, sentAt } = upstreamOver([broken, broken, broken, broken, broken, "hang"]);
    await failFive(upstream);
    await pass(60_000);
    for (let asker = 0; asker < 3; asker++) upstream.exchange(request, terms(600_000)).catch(() => "nobody waits for it");
    await settle();
    expect(sentAt).toHaveLength(6);

    const again = upstreamOver([broken, broken, broken, broken, broken, ok]);
    await failFive(again.upstream);
    await pass(60_000);
    const ends = Array.from({ length: 3 }, () => ended(again.upstream.exchange(request, terms(60_000))));
    await settle();
    expect((await Promise.all(ends)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test("of the asker's own making, such as a 400, open no circuit", async () => {
    const { upstream, sentAt } = upstreamOver([failure("UPSTREAM_REJECTED")]);
    for (let times = 0; times < 20; times++) await ended(upstream.exchange(request, terms(1)));
    expect(sentAt).toHaveLength(20);
  });
});

describe("turns", () => {
  test("every exchange takes one, retries included, and gives it back", async () => {
    const { upstream, sentAt } = upstreamOver([broken, ok], { maxConcurrent: 1, maxPerMinute: 3 });
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

  test("limits count a request from when it leaves, however long the look-ups before it last", async () => {
    const sentAt: number[] = [];
    const send: Send = async (_, { sending }) => {
      if (sentAt.length < 4) await pause(9_000);
      sending?.();
      sentAt.push(Date.now() - noon);
      return ok;
    };
    const upstream = upstreamBy(send, { maxConcurrent: 4, maxPerMinute: 4 });
    const ends = Array.from({ length: 8 }, () => ended(upstream.exchange(request, terms(120_000))));
    await pass(120_000);
    await Promise.all(ends);
    expect(sentAt).toEqual([9_000, 9_000, 9_000, 9_000, 69_250, 69_250, 69_250, 69_250]);
  });

  test("a turn that was acquired already serves the first exchange of a call, its other pages wait for their own", async () => {
    const { upstream, sentAt } = upstreamOver([ok], { maxConcurrent: 1, maxPerMinute: 120 });
    const fetch: Fetchers["skill-segments"] = async (_, { exchange }) => {
      await exchange(request);
      const { askedAt } = await exchange(request);
      const window = { from: 0, to: 1 };
      const reply = { asOf: askedAt, newestAskedAt: askedAt, window, skills: new Map(), total: null, intervals: null };
      return { reply, pages: 2, bytes: 4, remarks: [] };
    };
    const never = () => Promise.reject(new Error("another API was asked"));
    const fetchers: Fetchers = { "skill-segments": fetch, "agent-segments": never, "key-metrics": never, "interval-metrics": never };
    const condition = new Condition("a", () => undefined);
    const connection = new Connection("a", upstream, fetchers, condition, () => Date.now());
    const { lastMinutes, everyMinutes, userType, skills } = skillRows();
    const turn = await acquirePermit(connection.lane("operations"), { deadline: noon + 1_000, priority: "interactive" });
    const call = { api: "skill-segments", lastMinutes, everyMinutes, userType, skills } as const;
    expect(await connection.fetch(call, terms(1_000, { turn }))).toMatchObject({ pages: 2 });
    expect(sentAt).toHaveLength(2);
    expect(connection.budgets()[0]).toMatchObject({ currentlyAvailable: 118 });
  });

  test("one that was refused is waited for again when somebody joined meanwhile who waits longer", async () => {
    const { upstream } = upstreamOver([ok], { maxConcurrent: 1, maxPerMinute: 120 });
    const busy = await acquirePermit(upstream.lane("operations"), { deadline: noon, priority: "interactive" });
    let deadline = noon + 1_000;
    const end = ended(upstream.exchange(request, terms(0, { deadline: () => deadline })));
    await pass(500);
    deadline = noon + 60_000;
    await pass(5_000);
    busy.release();
    expect(await end).toMatchObject({ status: 200, afterMs: 5_500 });
  });

  test("success brings back what a 429 has taken", async () => {
    const { upstream } = upstreamOver([failure("UPSTREAM_RATE_LIMITED"), ok], { maxConcurrent: 2, maxPerMinute: 1_000 });
    const limit = () => upstream.budgets()[0]?.concurrencyLimit;
    const first = ended(upstream.exchange(request, terms(15_000)));
    await settle();
    expect(limit()).toBe(1);
    await pass(15_000);
    await first;
    for (let times = 0; times < 10; times++) {
      const next = ended(upstream.exchange(request, terms(15_000)));
      await pass(1_000);
      await next;
    }
    expect(limit()).toBe(2);
  });

  test("an exchange has half a minute, or as long as somebody waits, and carries the caller's token", async () => {
    const given: Parameters<Send>[1][] = [];
    const send: Send = async (_, sendTerms) => {
      given.push(sendTerms);
      return ok;
    };
    const upstream = upstreamBy(send, { maxConcurrent: 1, maxPerMinute: 120 });
    await upstream.exchange(request, terms(1_000, { bearer: "token of the caller" }));
    await upstream.exchange(request, terms(1_000));
    await upstream.exchange(request, terms(60_000));
    expect(given).toMatchObject([
      { deadline: noon + 30_000, bearer: "token of the caller" },
      { deadline: noon + 30_000 },
      { deadline: noon + 60_000 },
    ]);
    expect(given[1]).not.toHaveProperty("bearer");
  });

  test("a closed upstream refuses further exchanges", async () => {
    const { upstream, sentAt } = upstreamOver([ok]);
    upstream.close();
    expect(await ended(upstream.exchange(request, terms(15_000)))).toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
    expect(sentAt).toHaveLength(0);
  });
});

test("an error that is none of the contract's passes as it is and is not tried again", async () => {
  const bug = new TypeError("undefined is not a function");
  const send: Send = () => Promise.reject(bug);
  const upstream = upstreamBy(send);
  // A pause before another try would never end: this clock stands.
  await expect(upstream.exchange(request, terms(15_000))).rejects.toBe(bug);
});
