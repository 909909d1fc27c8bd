import { describe, expect, test } from "vitest";
import { pass, standAtNoon } from "../fake-time.js";
import { acquirePermit, exchange, limiterOf, now, type Run, within } from "../permits-by-hand.js";

standAtNoon();

describe("a 429", () => {
  test("pauses all requests for as long as the platform says", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 });
    (await acquirePermit(limiter, within(0))).release();
    limiter.rateLimited(7_000);
    const start = now();
    const begun = acquirePermit(limiter, within(20_000)).then(() => now() - start);
    await pass(20_000);
    expect(await begun).toBe(7_000);
  });

  test("pauses for a second when the platform does not say, and twice as long each time it happens again", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 });
    const waits: number[] = [];
    for (let round = 0; round < 8; round++) {
      limiter.rateLimited(undefined);
      const start = now();
      let waited = 0;
      const permit = acquirePermit(limiter, within(100_000)).then((granted) => {
        waited = now() - start;
        granted.release();
      });
      await pass(100_000);
      await permit;
      waits.push(waited);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test("is jittered, never shorter than asked for", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 }, () => 1);
    limiter.rateLimited(4_000);
    const start = now();
    const begun = acquirePermit(limiter, within(20_000)).then(() => now() - start);
    await pass(20_000);
    expect(await begun).toBe(5_000);
  });

  test.each([0, 1])("pauses five minutes at most, whatever the platform says, with a jitter of %i", async (jitter) => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 }, () => jitter);
    limiter.rateLimited(99_999_999_000);
    await pass(100);
    limiter.rateLimited(99_999_999_000);
    const start = now();
    await expect(acquirePermit(limiter, within(299_000))).rejects.toMatchObject({
      extensions: { code: "UPSTREAM_RATE_LIMITED", retryAfterMs: 300_000 },
    });
    const begun = acquirePermit(limiter, within(600_000)).then(() => now() - start);
    await pass(600_000);
    expect(await begun).toBe(300_000);
  });

  test("refuses at once the requests that cannot wait for the end of the pause", async () => {
    const limiter = limiterOf({ maxConcurrent: 1, maxPerMinute: 100 });
    const busy = await acquirePermit(limiter, within(0));
    const hasty = expect(acquirePermit(limiter, within(5_000))).rejects.toMatchObject({
      extensions: { code: "UPSTREAM_RATE_LIMITED", retryAfterMs: 30_000 },
    });
    const patient = acquirePermit(limiter, within(60_000));
    limiter.rateLimited(30_000);
    await hasty;
    busy.release();
    await pass(30_100);
    await patient;
  });

  test("halves what runs at once, several that belong together only once, and success brings it back", async () => {
    const limiter = limiterOf({ maxConcurrent: 8, maxPerMinute: 10_000 });
    limiter.rateLimited(undefined);
    await pass(100);
    limiter.rateLimited(undefined);
    expect(limiter.budget().concurrencyLimit).toBe(4);
    await pass(2_000);
    limiter.rateLimited(undefined);
    expect(limiter.budget().concurrencyLimit).toBe(2);
    for (let success = 0; success < 1_000; success++) limiter.succeeded();
    expect(limiter.budget().concurrencyLimit).toBe(8);
  });

  test("lets requests that wait through as soon as successes allow more at once", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 });
    limiter.rateLimited(1_000);
    const ends = [1, 2, 3].map(() => acquirePermit(limiter, within(60_000)).then((permit) => permit.use()));
    await pass(10_000);
    let served = 0;
    for (const end of ends) void end.then(() => served++);
    await pass(0);
    expect(served).toBe(2);
    for (let success = 0; success < 10; success++) limiter.succeeded();
    await pass(100);
    expect(served).toBe(3);
  });

  test("spaces what comes after it, closer together with every success", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 1_000 });
    limiter.rateLimited(1_000);
    await pass(1_000);
    const start = now();
    const runs: Run[] = [];
    for (let index = 0; index < 3; index++) void exchange(limiter, within(20_000), 0, runs);
    await pass(20_000);
    expect(runs.map(({ begun }) => begun - start)).toEqual([0, 100, 200]);
    for (let success = 0; success < 1_000; success++) limiter.succeeded();
    for (let index = 0; index < 3; index++) void exchange(limiter, within(20_000), 0, runs);
    await pass(0);
    expect(runs).toHaveLength(6);
  });

  test("begins with short pauses again once an exchange has gone well", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 });
    for (let round = 0; round < 4; round++) {
      limiter.rateLimited(undefined);
      await pass(100_000);
    }
    limiter.succeeded();
    limiter.rateLimited(undefined);
    const start = now();
    const begun = acquirePermit(limiter, within(100_000)).then(() => now() - start);
    await pass(100_000);
    expect(await begun).toBe(1_000);
  });

  test("never stops the service for good: one at a time always remains", async () => {
    const limiter = limiterOf({ maxConcurrent: 2, maxPerMinute: 100 });
    for (let round = 0; round < 10; round++) {
      limiter.rateLimited(undefined);
      await pass(1_000);
    }
    expect(limiter.budget().concurrencyLimit).toBe(1);
    const permit = acquirePermit(limiter, within(600_000));
    await pass(600_000);
    (await permit).release();
  });
});

describe("a pause", () => {
  test.each([0, -5_000, 300])("lasts a second where the platform asks for %i ms", async (retryAfterMs) => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 });
    expect(limiter.rateLimited(retryAfterMs)).toBe(now() + 1_000);
    expect(limiter.pause).toMatchObject({ extensions: { code: "UPSTREAM_RATE_LIMITED", retryAfterMs: 1_000 } });
    await pass(999);
    expect(limiter.pause).toBeDefined();
    await pass(1);
    expect(limiter.pause).toBeUndefined();
  });

  test("of a second has its jitter too", () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 }, () => 1);
    expect(limiter.rateLimited(0)).toBe(now() + 1_250);
  });

  test.each([undefined, 0])("lasts a second after the latest 429 of several that belong together (%s)", async (retryAfterMs) => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 });
    limiter.rateLimited(retryAfterMs);
    await pass(400);
    expect(limiter.rateLimited(retryAfterMs)).toBe(now() + 1_000);
  });

  test("lets a permit expire that came before it: its request would be sent into the pause", async () => {
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 100 });
    const [refused, early] = [await acquirePermit(limiter, within(0)), await acquirePermit(limiter, within(0))];
    refused.use();
    limiter.rateLimited(2_000);
    refused.release();
    expect(early.use()).toBe(false);
    expect(limiter.budget().currentlyAvailable).toBe(99);
    const another = acquirePermit(limiter, within(10_000));
    await pass(2_000);
    expect((await another).use()).toBe(true);
  });
});
