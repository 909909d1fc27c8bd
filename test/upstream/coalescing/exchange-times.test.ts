import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { ExchangeTimes } from "../../../src/upstream/coalescing/reading.js";

const api = "skill-segments";
const timesOf = (...durationsMs: number[]): ExchangeTimes => {
  const times = new ExchangeTimes();
  for (const ms of durationsMs) times.ended(api, ms);
  return times;
};
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe("the usual time", () => {
  it.each([
    ["one exchange", [700], 700],
    ["nine, the slowest", upTo(9), 9],
    ["ten, the slowest but one", upTo(10), 9],
    ["a hundred", upTo(100), 90],
    ["the last hundred", upTo(250), 240],
    ["exchanges in any order", upTo(100).reverse(), 90],
  ])("is the 90th percentile of %s", (_, durationsMs, usual) => {
    expect(timesOf(...durationsMs).usualMs(api)).toBe(usual);
  });

  it("is each API's own, and unknown while none was seen", () => {
    const times = timesOf(700);
    expect(times.usualMs("key-metrics")).toBeUndefined();
  });

  test("of any exchanges is one of the last hundred, and nine tenths of them took no longer", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 150 }), (durationsMs) => {
        const usual = timesOf(...durationsMs).usualMs(api)!;
        const last = durationsMs.slice(-100);
        const within = last.filter((ms) => ms <= usual).length;
        const faster = last.filter((ms) => ms < usual).length;
        expect(last).toContain(usual);
        expect(within).toBeGreaterThanOrEqual(0.9 * last.length);
        expect(faster).toBeLessThan(0.9 * last.length);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

describe("an exchange is overdue", () => {
  it.each([
    ["after the time of its first asker while none was seen", [], 2_500, 2_500],
    ["after 30 s at the latest while none was seen", [], 120_000, 30_000],
    ["after 2 s at the soonest", [100], 15_000, 2_000],
    ["after three times the usual time", [5_000], 15_000, 15_000],
    ["after more than 30 s where the platform usually takes long", [20_000], 15_000, 60_000],
  ])("%s", (_, durationsMs, firstDeadlineMs, afterMs) => {
    expect(timesOf(...durationsMs).overdueAfterMs(api, firstDeadlineMs)).toBe(afterMs);
  });
});

describe("an exchange that was closed", () => {
  it("counts twice the time after which it was overdue, its own duration if that is longer, and 30 s at most", () => {
    const quick = timesOf(100);
    quick.closed(api, 2_000, 15_000);
    expect(quick.usualMs(api)).toBe(4_000);
    const late = timesOf(100);
    late.closed(api, 9_000, 15_000);
    expect(late.usualMs(api)).toBe(9_000);
    late.closed(api, 27_000, 15_000);
    expect(late.usualMs(api)).toBe(30_000);
  });

  it("outweighs a hundred quicker ones at once, and is outweighed by nine that end", () => {
    const times = timesOf(...Array(100).fill(100));
    times.closed(api, 2_000, 15_000);
    expect(times.overdueAfterMs(api, 15_000)).toBe(12_000);
    for (let ended = 0; ended < 8; ended++) times.ended(api, 100);
    expect(times.usualMs(api)).toBe(4_000);
    times.ended(api, 100);
    expect(times.overdueAfterMs(api, 15_000)).toBe(2_000);
  });

  test("leaves a platform that has become slow enough time soon, whatever it took before", () => {
    const scenario = fc.record({
      before: fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 100 }),
      takesMs: fc.integer({ min: 1, max: 29_999 }),
      firstDeadlineMs: fc.integer({ min: 500, max: 120_000 }),
    });
    fc.assert(
      fc.property(scenario, ({ before, takesMs, firstDeadlineMs }) => {
        const times = timesOf(...before);
        let closings = 0;
        for (;;) {
          const overdueMs = times.overdueAfterMs(api, firstDeadlineMs);
          if (overdueMs > takesMs) break;
          times.closed(api, overdueMs, firstDeadlineMs);
          closings++;
          expect(times.usualMs(api)).toBe(Math.min(30_000, 2 * overdueMs));
        }
        expect(closings).toBeLessThanOrEqual(3);
      }),
      { numRuns: 500, seed: 11 },
    );
  });
});
