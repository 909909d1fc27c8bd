import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { GatewayError } from "../../../src/errors.js";
import type { Turn, TurnTerms } from "../../../src/upstream/budget/rate-limiter.js";
import { pass, standAtNoon } from "../fake-time.js";
import { exchange, laneOf, now, type Run, within } from "../lane-by-hand.js";

standAtNoon();

const mostAtOnce = (runs: readonly Run[]): number =>
  Math.max(0, ...runs.map(({ begun }) => runs.filter((other) => other.begun <= begun && begun < other.ended).length));
const mostBegunIn = (spanMs: number, runs: readonly Run[]): number =>
  Math.max(0, ...runs.map(({ begun }) => runs.filter((other) => other.begun >= begun && other.begun < begun + spanMs).length));

describe("the limits", () => {
  test("hold in every sliding window, whatever arrives when, leaves how long after its turn and lasts how long, and every turn that was not refused comes in time", async () => {
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
        const lane = laneOf(most);
        const runs: Run[] = [];
        const ends = [];
        for (const { afterMs, durationMs, waitMs, lookUpMs } of arrivals) {
          await pass(afterMs);
          const deadline = now() + waitMs;
          ends.push(
            exchange(lane, within(waitMs), durationMs, runs, lookUpMs).then(
              ({ granted }) => expect(granted).toBeLessThanOrEqual(deadline),
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
  });

  test("are used to the full: a burst goes out at once, and the next when the window has moved on", async () => {
    const lane = laneOf({ maxConcurrent: 10, maxPerMinute: 3 });
    const start = now();
    const runs: Run[] = [];
    for (let index = 0; index < 6; index++) void exchange(lane, within(200_000), 0, runs);
    await pass(200_000);
    expect(runs.map(({ begun }) => begun - start)).toEqual([0, 0, 0, 60_250, 60_250, 60_250]);
  });

  test("count a request from when it leaves, not from when its turn came", async () => {
    const lane = laneOf({ maxConcurrent: 10, maxPerMinute: 4, maxPerSecond: 2 });
    const start = now();
    const runs: Run[] = [];
    for (let index = 0; index < 8; index++) void exchange(lane, within(200_000), 0, runs, index < 2 ? 9_000 : 0);
    await pass(200_000);
    expect(runs.map(({ begun }) => begun - start)).toEqual([9_000, 9_000, 10_250, 10_250, 69_250, 69_250, 70_500, 70_500]);
  });

  test("count a turn that was given back unused from when it came", async () => {
    const lane = laneOf({ maxConcurrent: 4, maxPerMinute: 2 });
    const [unused, used] = [await lane.acquire(within(0)), await lane.acquire(within(0))];
    await pass(8_000);
    used.sending();
    unused.release();
    await expect(lane.acquire(within(0))).rejects.toMatchObject({ extensions: { retryAfterMs: 52_250 } });
    await pass(52_250);
    (await lane.acquire(within(0))).sending();
    await expect(lane.acquire(within(0))).rejects.toMatchObject({ extensions: { retryAfterMs: 8_000 } });
  });

  test("refuse who waits as soon as a late departure leaves no turn in time", async () => {
    const lane = laneOf({ maxConcurrent: 4, maxPerMinute: 1 });
    const turn = await lane.acquire(within(0));
    let refused: unknown;
    lane.acquire(within(62_000)).catch((error: GatewayError) => {
      refused = error.extensions.retryAfterMs;
    });
    await pass(5_000);
    expect(refused).toBeUndefined();
    turn.sending();
    await pass(0);
    expect(refused).toBe(60_250);
  });

  test("leave a budget that counts what was begun in the last minute", async () => {
    const lane = laneOf({ maxConcurrent: 2, maxPerMinute: 5 });
    const turns = [await lane.acquire(within(0)), await lane.acquire(within(0))];
    for (const turn of turns) turn.sending();
    const waiting = lane.acquire(within(10));
    expect(lane.budget()).toEqual({ maximumAvailable: 5, currentlyAvailable: 3, restoreRatePerMinute: 5, concurrencyLimit: 2, waiting: 1 });
    for (const turn of turns) turn.release();
    (await waiting).sending();
    expect(lane.budget()).toMatchObject({ currentlyAvailable: 2, waiting: 0 });
    await pass(61_000);
    expect(lane.budget()).toMatchObject({ currentlyAvailable: 5 });
  });

  test("count a turn once, however often it is released", async () => {
    const lane = laneOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const turn = await lane.acquire(within(0));
    turn.release();
    turn.release();
    await lane.acquire(within(0));
    let second: Turn | undefined;
    void lane.acquire(within(1_000)).then((granted) => {
      second = granted;
    });
    await pass(10);
    expect(second).toBeUndefined();
  });
});

describe("the order of turns", () => {
  test("interactive before refresh, then what is due earliest, then who came first", async () => {
    const lane = laneOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const busy = await lane.acquire(within(0));
    const order: string[] = [];
    const wait = (name: string, terms: TurnTerms) =>
      lane.acquire(terms).then((turn) => {
        order.push(name);
        turn.release();
      });
    const ends = [
      wait("refresh, soon", within(1_000, "refresh")),
      wait("late", within(9_000)),
      wait("soon", within(5_000)),
      wait("soon, second", within(5_000)),
      wait("long, but due first", { deadline: now() + 60_000, due: now() + 2_000, priority: "interactive" }),
    ];
    busy.release();
    await Promise.all(ends);
    expect(order).toEqual(["long, but due first", "soon", "soon, second", "late", "refresh, soon"]);
  });

  test("a place moves when its terms change, and is gone when it is left", async () => {
    const lane = laneOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const busy = await lane.acquire(within(0));
    const order: string[] = [];
    const contender = (name: string) => ({
      grant: (turn: Turn) => {
        order.push(name);
        turn.release();
      },
      refuse: () => order.push(`${name} refused`),
    });
    lane.queue(within(5_000), contender("first"));
    const moved = lane.queue(within(9_000), contender("moved"));
    const left = lane.queue(within(1_000), contender("left"));
    moved.move(within(2_000));
    left.leave();
    busy.release();
    left.move(within(1));
    expect(order).toEqual(["moved", "first"]);
    expect(lane.budget().waiting).toBe(0);
  });
});

describe("a turn that cannot come in time", () => {
  test("is refused at once, with the time until the next one", async () => {
    const lane = laneOf({ maxConcurrent: 5, maxPerMinute: 2 });
    (await lane.acquire(within(0))).sending();
    await pass(10_000);
    (await lane.acquire(within(0))).sending();
    const refusal = lane.acquire(within(15_000));
    await expect(refusal).rejects.toMatchObject({ extensions: { code: "BUDGET_EXHAUSTED", retryable: true, retryAfterMs: 50_250 } });
    void lane.acquire(within(51_000));
    await expect(lane.acquire(within(51_000))).rejects.toMatchObject({ extensions: { retryAfterMs: 60_250 } });
  });

  test("is refused as soon as that shows, when exchanges ahead last longer than the limits told", async () => {
    const lane = laneOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const busy = await lane.acquire(within(0));
    const late = lane.acquire(within(1_000));
    const ended = expect(late).rejects.toMatchObject({ extensions: { code: "BUDGET_EXHAUSTED" } });
    await pass(5_000);
    busy.release();
    await ended;
    expect(lane.budget().currentlyAvailable).toBe(99);
  });

  test("is refused when the queue is full", async () => {
    const lane = laneOf({ maxConcurrent: 1, maxPerMinute: 100_000 });
    await lane.acquire(within(0));
    for (let index = 0; index < 10_000; index++) lane.queue(within(60_000), { grant: () => undefined, refuse: () => undefined });
    await expect(lane.acquire(within(60_000))).rejects.toMatchObject({ extensions: { code: "BUDGET_EXHAUSTED" } });
  });
});

test("a closed lane refuses who waits and who comes later, and lets turns that were granted run out", async () => {
  const lane = laneOf({ maxConcurrent: 1, maxPerMinute: 100 });
  const running = await lane.acquire(within(0));
  const waiting = expect(lane.acquire(within(5_000))).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
  lane.close();
  await waiting;
  await expect(lane.acquire(within(5_000))).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
  running.release();
  expect(vi.getTimerCount()).toBe(0);
});
