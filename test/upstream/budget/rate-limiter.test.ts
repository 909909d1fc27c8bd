import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { GatewayError } from "../../../src/errors.js";
import type { Limits } from "../../../src/upstream/budget/pace.js";
import type { Permit, PermitSource, PermitTerms } from "../../../src/upstream/budget/permit.js";
import { RateLimiter } from "../../../src/upstream/budget/rate-limiter.js";
import { pass, standAtNoon } from "../fake-time.js";
import { acquirePermit, exchange, limiterOf, now, RemotePermits, type Run, within } from "../permits-by-hand.js";

standAtNoon();

const mostAtOnce = (runs: readonly Run[]): number =>
  Math.max(0, ...runs.map(({ begun }) => runs.filter((other) => other.begun <= begun && begun < other.ended).length));
const mostBegunIn = (spanMs: number, runs: readonly Run[]): number =>
  Math.max(0, ...runs.map(({ begun }) => runs.filter((other) => other.begun >= begun && other.begun < begun + spanMs).length));

describe("the limits", () => {
  test.each<[string, (limits: Limits) => PermitSource, lateMs: number]>([
    ["of this process", (limits) => limiterOf(limits), 0],
    ["of another process, that come late and expire", (limits) => new RemotePermits(limiterOf(limits), 40, 5_000), 40],
  ])(
    "hold in every sliding window for permits %s, whatever arrives when, leaves how late and lasts how long",
    async (_, sourceOf, lateMs) => {
      const limits = fc.record({
        maxConcurrent: fc.integer({ min: 1, max: 4 }),
        maxPerMinute: fc.integer({ min: 1, max: 12 }),
        maxPerSecond: fc.integer({ min: 1, max: 3 }),
      });
      const arrival = fc.record({
        afterMs: fc.integer({ min: 0, max: 9_000 }),
        durationMs: fc.integer({ min: 0, max: 20_000 }),
        waitMs: fc.constantFrom(0, 15_000, 200_000),
        lookUpMs: fc.constantFrom(0, 0, 0, 9_000, 59_000),
      });
      await fc.assert(
        fc.asyncProperty(limits, fc.array(arrival, { maxLength: 40 }), async (most, arrivals) => {
          const source = sourceOf(most);
          const runs: Run[] = [];
          const ends = [];
          for (const { afterMs, durationMs, waitMs, lookUpMs } of arrivals) {
            await pass(afterMs);
            const deadline = now() + waitMs;
            ends.push(
              exchange(source, within(waitMs), durationMs, runs, lookUpMs).then(
                ({ granted }) => expect(granted).toBeLessThanOrEqual(deadline + lateMs),
                (error: GatewayError) => expect(error.code).toBe("BUDGET_EXHAUSTED"),
              ),
            );
          }
          await pass(3_000_000);
          await Promise.all(ends);
          expect(mostAtOnce(runs)).toBeLessThanOrEqual(most.maxConcurrent);
          expect(mostBegunIn(60_000, runs)).toBeLessThanOrEqual(most.maxPerMinute);
          expect(mostBegunIn(1_000, runs)).toBeLessThanOrEqual(most.maxPerSecond);
        }),
        { numRuns: 100, seed: 3 },
      );
    },
  );

  test("are used to the full: a burst goes out at once, and the next when the window has moved on", async () => {
    const limiter = limiterOf({ maxConcurrent: 10, maxPerMinute: 3 });
    const start = now();
    const runs: Run[] = [];
    for (let index = 0; index < 6; index++) void exchange(limiter, within(200_000), 0, runs);
    await pass(200_000);
    expect(runs.map(({ begun }) => begun - start)).toEqual([0, 0, 0, 60_250, 60_250, 60_250]);
  });

  test("count a request from when it leaves, not from when its permit came", async () => {
    const limiter = limiterOf({ maxConcurrent: 10, maxPerMinute: 4, maxPerSecond: 2 });
    const start = now();
    const runs: Run[] = [];
    for (let index = 0; index < 8; index++) void exchange(limiter, within(200_000), 0, runs, index < 2 ? 9_000 : 0);
    await pass(200_000);
    expect(runs.map(({ begun }) => begun - start)).toEqual([9_000, 9_000, 10_250, 10_250, 69_250, 69_250, 70_500, 70_500]);
  });

  test("do not count a permit that was returned unused", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 2 });
    const [unused, used] = [await acquirePermit(limiter, within(0)), await acquirePermit(limiter, within(0))];
    await expect(acquirePermit(limiter, within(0)), "it may still leave").rejects.toMatchObject({ extensions: { retryAfterMs: 60_250 } });
    await pass(8_000);
    used.use();
    unused.release();
    expect(limiter.budget().currentlyAvailable).toBe(1);
    (await acquirePermit(limiter, within(0))).use();
    await expect(acquirePermit(limiter, within(0))).rejects.toMatchObject({ extensions: { retryAfterMs: 60_250 } });
  });

  test("stay whole however often permits are returned unused", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 5, maxPerSecond: 2 });
    for (let times = 0; times < 100; times++) (await acquirePermit(limiter, within(0))).release();
    expect(limiter.budget().currentlyAvailable).toBe(5);
  });

  test("let a permit be used once, and not after it was released", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 5 });
    const [permit, released] = [await acquirePermit(limiter, within(0)), await acquirePermit(limiter, within(0))];
    released.release();
    expect([permit.use(), permit.use(), released.use()]).toEqual([true, false, false]);
    expect(limiter.budget().currentlyAvailable).toBe(4);
  });

  test("refuse a waiting request as soon as a late departure leaves no permit in time", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 1 });
    const permit = await acquirePermit(limiter, within(0));
    let refused: unknown;
    acquirePermit(limiter, within(62_000)).catch((error: GatewayError) => {
      refused = error.extensions.retryAfterMs;
    });
    await pass(5_000);
    expect(refused).toBeUndefined();
    permit.use();
    await pass(0);
    expect(refused).toBe(60_250);
  });

  test("leave a budget that counts what was begun in the last minute", async () => {
    const limiter = limiterOf({ maxConcurrent: 2, maxPerMinute: 5 });
    const permits = [await acquirePermit(limiter, within(0)), await acquirePermit(limiter, within(0))];
    for (const permit of permits) permit.use();
    const waiting = acquirePermit(limiter, within(10));
    expect(limiter.budget()).toEqual({
      maximumAvailable: 5,
      currentlyAvailable: 3,
      restoreRatePerMinute: 5,
      concurrencyLimit: 2,
      waiting: 1,
    });
    for (const permit of permits) permit.release();
    (await waiting).use();
    expect(limiter.budget()).toMatchObject({ currentlyAvailable: 2, waiting: 0 });
    await pass(61_000);
    expect(limiter.budget()).toMatchObject({ currentlyAvailable: 5 });
  });

  test("count a permit once, however often it is released", async () => {
    const limiter = limiterOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const permit = await acquirePermit(limiter, within(0));
    permit.release();
    permit.release();
    await acquirePermit(limiter, within(0));
    let second: Permit | undefined;
    void acquirePermit(limiter, within(1_000)).then((granted) => {
      second = granted;
    });
    await pass(10);
    expect(second).toBeUndefined();
  });
});

describe("the order of permits", () => {
  test("is interactive before refresh before tick, then what is due earliest, then what came first", async () => {
    const limiter = limiterOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const busy = await acquirePermit(limiter, within(0));
    const order: string[] = [];
    const wait = (name: string, terms: PermitTerms) =>
      acquirePermit(limiter, terms).then((permit) => {
        order.push(name);
        permit.release();
      });
    const ends = [
      wait("tick", within(500, "tick")),
      wait("refresh, soon", within(1_000, "refresh")),
      wait("late", within(9_000)),
      wait("soon", within(5_000)),
      wait("soon, second", within(5_000)),
      wait("long, but due first", { deadline: now() + 60_000, due: now() + 2_000, priority: "interactive" }),
    ];
    busy.release();
    await Promise.all(ends);
    expect(order).toEqual(["long, but due first", "soon", "soon, second", "late", "refresh, soon", "tick"]);
  });

  test("changes with the terms of a request, and a cancelled request has no place in it", async () => {
    const limiter = limiterOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const busy = await acquirePermit(limiter, within(0));
    const order: string[] = [];
    const requester = (name: string) => ({
      grant: (permit: Permit) => {
        order.push(name);
        permit.release();
      },
      refuse: () => order.push(`${name} refused`),
    });
    limiter.request(within(5_000), requester("first"));
    const moved = limiter.request(within(9_000), requester("moved"));
    const cancelled = limiter.request(within(1_000), requester("cancelled"));
    moved.move(within(2_000));
    cancelled.cancel();
    busy.release();
    cancelled.move(within(1));
    expect(order).toEqual(["moved", "first"]);
    expect(limiter.budget().waiting).toBe(0);
  });
});

describe("a permit that cannot come in time", () => {
  test("is refused at once, with the time until the next one", async () => {
    const limiter = limiterOf({ maxConcurrent: 5, maxPerMinute: 2 });
    (await acquirePermit(limiter, within(0))).use();
    await pass(10_000);
    (await acquirePermit(limiter, within(0))).use();
    const refusal = acquirePermit(limiter, within(15_000));
    await expect(refusal).rejects.toMatchObject({ extensions: { code: "BUDGET_EXHAUSTED", retryable: true, retryAfterMs: 50_250 } });
    void acquirePermit(limiter, within(51_000));
    await expect(acquirePermit(limiter, within(51_000))).rejects.toMatchObject({ extensions: { retryAfterMs: 60_250 } });
  });

  test("is refused as soon as that shows, when exchanges ahead last longer than the limits told", async () => {
    const limiter = limiterOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const busy = await acquirePermit(limiter, within(0));
    const late = acquirePermit(limiter, within(1_000));
    const ended = expect(late).rejects.toMatchObject({ extensions: { code: "BUDGET_EXHAUSTED" } });
    await pass(5_000);
    busy.release();
    await ended;
    expect(limiter.budget().currentlyAvailable).toBe(100);
  });

  test("is refused right after its deadline, though nothing else happens", async () => {
    const limiter = limiterOf({ maxConcurrent: 1, maxPerMinute: 100 });
    await acquirePermit(limiter, within(0));
    const refused: string[] = [];
    const wait = (name: string, ms: number) =>
      limiter.request(within(ms), { grant: () => undefined, refuse: ({ code }) => refused.push(`${name} ${code}`) });
    wait("long", 9_000);
    const moved = wait("moved", 9_000);
    wait("short", 4_000);
    moved.move(within(2_000));
    await pass(2_000);
    expect(refused).toEqual([]);
    await pass(1);
    expect(refused).toEqual(["moved BUDGET_EXHAUSTED"]);
    await pass(2_000);
    expect(refused).toEqual(["moved BUDGET_EXHAUSTED", "short BUDGET_EXHAUSTED"]);
    await pass(5_000);
    expect(refused).toHaveLength(3);
  });

  test("is waited for without end, and without a look, where there is no deadline", async () => {
    let looks = 0;
    const counting = {
      monotonic: () => {
        looks++;
        return now();
      },
    };
    const limiter = new RateLimiter({ name: "a", limits: { maxConcurrent: 1, maxPerMinute: 100 }, clock: counting, random: () => 0 });
    const busy = await acquirePermit(limiter, within(0));
    const waiting = acquirePermit(limiter, within(Number.POSITIVE_INFINITY));
    const before = looks;
    await pass(3_600_000);
    expect(looks).toBe(before);
    busy.release();
    await waiting;
  });

  test("is refused when the queue is full", async () => {
    const limiter = limiterOf({ maxConcurrent: 1, maxPerMinute: 100_000 });
    await acquirePermit(limiter, within(0));
    for (let index = 0; index < 10_000; index++) limiter.request(within(60_000), { grant: () => undefined, refuse: () => undefined });
    await expect(acquirePermit(limiter, within(60_000))).rejects.toMatchObject({ extensions: { code: "BUDGET_EXHAUSTED" } });
  });
});

test("a closed limiter refuses requests that wait and that come later, and permits that were granted stay good", async () => {
  const limiter = limiterOf({ maxConcurrent: 1, maxPerMinute: 100 });
  const running = await acquirePermit(limiter, within(0));
  const waiting = expect(acquirePermit(limiter, within(5_000))).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
  limiter.close();
  await waiting;
  await expect(acquirePermit(limiter, within(5_000))).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
  expect(running.use()).toBe(true);
  running.release();
  expect(vi.getTimerCount()).toBe(0);
});

test("a request that is moved at the moment at which its permit could come gets it, although the timer for that has not fired", async () => {
  let time = 0;
  const limiter = new RateLimiter({
    name: "operations of account a",
    limits: { maxConcurrent: 1, maxPerMinute: 100 },
    clock: { monotonic: () => time },
    random: () => 0,
  });
  limiter.rateLimited(1_000);
  let isGranted = false;
  const grant = () => {
    isGranted = true;
  };
  const request = limiter.request({ deadline: 20_000, priority: "interactive" }, { grant, refuse: () => undefined });
  // A process at work runs its timers late.
  time = 1_000;
  request.move({ deadline: 25_000, due: 20_000, priority: "interactive" });
  await pass(100);
  expect(isGranted).toBe(true);
});
