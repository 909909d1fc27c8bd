import { describe, expect, test } from "vitest";
import { pass, standAtNoon } from "../fake-time.js";
import { exchange, laneOf, now, type Run, within } from "../lane-by-hand.js";

standAtNoon();

describe("a 429", () => {
  test("pauses everybody for as long as the platform says", async () => {
    const lane = laneOf({ maxConcurrent: 4, maxPerMinute: 100 });
    (await lane.acquire(within(0))).release();
    lane.rateLimited(7_000);
    const start = now();
    const begun = lane.acquire(within(20_000)).then(() => now() - start);
    await pass(20_000);
    expect(await begun).toBe(7_000);
  });

  test("pauses for a second when the platform does not say, and twice as long each time it happens again", async () => {
    const lane = laneOf({ maxConcurrent: 4, maxPerMinute: 100 });
    const waits: number[] = [];
    for (let round = 0; round < 8; round++) {
      lane.rateLimited(undefined);
      const start = now();
      let waited = 0;
      const turn = lane.acquire(within(100_000)).then((granted) => {
        waited = now() - start;
        granted.release();
      });
      await pass(100_000);
      await turn;
      waits.push(waited);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test("is jittered, never shorter than asked for", async () => {
    const lane = laneOf({ maxConcurrent: 4, maxPerMinute: 100 }, () => 1);
    lane.rateLimited(4_000);
    const start = now();
    const begun = lane.acquire(within(20_000)).then(() => now() - start);
    await pass(20_000);
    expect(await begun).toBe(5_000);
  });

  test.each([0, 1])("pauses five minutes at most, whatever the platform says, with a jitter of %i", async (jitter) => {
    const lane = laneOf({ maxConcurrent: 4, maxPerMinute: 100 }, () => jitter);
    lane.rateLimited(99_999_999_000);
    await pass(100);
    lane.rateLimited(99_999_999_000);
    const start = now();
    await expect(lane.acquire(within(299_000))).rejects.toMatchObject({
      extensions: { code: "UPSTREAM_RATE_LIMITED", retryAfterMs: 300_000 },
    });
    const begun = lane.acquire(within(600_000)).then(() => now() - start);
    await pass(600_000);
    expect(await begun).toBe(300_000);
  });

  test("refuses at once who cannot wait for the end of the pause", async () => {
    const lane = laneOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const busy = await lane.acquire(within(0));
    const hasty = expect(lane.acquire(within(5_000))).rejects.toMatchObject({
      extensions: { code: "UPSTREAM_RATE_LIMITED", retryAfterMs: 30_000 },
    });
    const patient = lane.acquire(within(60_000));
    lane.rateLimited(30_000);
    await hasty;
    busy.release();
    await pass(30_100);
    await patient;
  });

  test("halves what runs at once, several that belong together only once, and success brings it back", async () => {
    const lane = laneOf({ maxConcurrent: 8, maxPerMinute: 10_000 });
    lane.rateLimited(undefined);
    await pass(100);
    lane.rateLimited(undefined);
    expect(lane.budget().concurrencyLimit).toBe(4);
    await pass(2_000);
    lane.rateLimited(undefined);
    expect(lane.budget().concurrencyLimit).toBe(2);
    for (let success = 0; success < 1_000; success++) lane.succeeded();
    expect(lane.budget().concurrencyLimit).toBe(8);
  });

  test("spaces what comes after it, closer together with every success", async () => {
    const lane = laneOf({ maxConcurrent: 4, maxPerMinute: 1_000 });
    lane.rateLimited(1_000);
    await pass(1_000);
    const start = now();
    const runs: Run[] = [];
    for (let index = 0; index < 3; index++) void exchange(lane, within(20_000), 0, runs);
    await pass(20_000);
    expect(runs.map(({ begun }) => begun - start)).toEqual([0, 100, 200]);
    for (let success = 0; success < 1_000; success++) lane.succeeded();
    for (let index = 0; index < 3; index++) void exchange(lane, within(20_000), 0, runs);
    await pass(0);
    expect(runs).toHaveLength(6);
  });

  test("begins with short pauses again once an exchange has gone well", async () => {
    const lane = laneOf({ maxConcurrent: 4, maxPerMinute: 100 });
    for (let round = 0; round < 4; round++) {
      lane.rateLimited(undefined);
      await pass(100_000);
    }
    lane.succeeded();
    lane.rateLimited(undefined);
    const start = now();
    const begun = lane.acquire(within(100_000)).then(() => now() - start);
    await pass(100_000);
    expect(await begun).toBe(1_000);
  });

  test("never stops the lane for good: one at a time always remains", async () => {
    const lane = laneOf({ maxConcurrent: 2, maxPerMinute: 100 });
    for (let round = 0; round < 10; round++) {
      lane.rateLimited(undefined);
      await pass(1_000);
    }
    expect(lane.budget().concurrencyLimit).toBe(1);
    const turn = lane.acquire(within(600_000));
    await pass(600_000);
    (await turn).release();
  });
});
