import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Level, nextLevel, nextLevels, type Threshold } from "../../examples/wallboard/thresholds.js";

const whole = fc.integer({ min: -1000, max: 1000 });
const thresholds: fc.Arbitrary<Threshold> = fc.record({
  metric: fc.constant("CurrentMetrics.unassignedConversations"),
  warning: whole,
  critical: whole,
  margin: fc.integer({ min: 0, max: 200 }),
});
const levels: fc.Arbitrary<Level> = fc.constantFrom(0, 1, 2);
/** The value that is so much better. */
const better = (value: number, by: number, { warning, critical }: Threshold) => (critical >= warning ? value - by : value + by);

describe("a level with a margin", () => {
  it("without a level before is that of the bounds alone", () => {
    const waiting: Threshold = { metric: "CurrentMetrics.unassignedConversations", warning: 5, critical: 10, margin: 2 };
    expect([4, 5, 9, 10, 11].map((value) => nextLevel(undefined, value, waiting))).toEqual([0, 1, 1, 2, 2]);
    const satisfied: Threshold = { metric: "KeyMetrics.csat", warning: 0.6, critical: 0.4, margin: 0.05 };
    expect([0.7, 0.6, 0.5, 0.4, 0].map((value) => nextLevel(undefined, value, satisfied))).toEqual([0, 1, 1, 2, 2]);
  });

  it("goes up at a bound, and down only when the value is better than the bound by the margin", () => {
    const waiting: Threshold = { metric: "CurrentMetrics.unassignedConversations", warning: 5, critical: 10, margin: 2 };
    const seen: Level[] = [];
    for (const value of [4, 5, 4, 5, 4, 3, 10, 9, 10, 9, 8, 3]) seen.push(nextLevel(seen.at(-1), value, waiting));
    expect(seen).toEqual([0, 1, 1, 1, 1, 0, 2, 2, 2, 2, 1, 0]);
  });

  it("is never better than the bounds say, and never worse than they say of a value worse by the margin", () => {
    fc.assert(
      fc.property(thresholds, levels, whole, (threshold, previous, value) => {
        const level = nextLevel(previous, value, threshold);
        expect(level).toBeGreaterThanOrEqual(nextLevel(undefined, value, threshold));
        expect(level).toBeLessThanOrEqual(nextLevel(undefined, better(value, -threshold.margin, threshold), threshold));
      }),
    );
  });

  it("settles: the same value again changes nothing", () => {
    fc.assert(
      fc.property(thresholds, levels, whole, (threshold, previous, value) => {
        const level = nextLevel(previous, value, threshold);
        expect(nextLevel(level, value, threshold)).toBe(level);
      }),
    );
  });

  it("does not flicker: values that differ by less than the margin never bring it down", () => {
    const band = thresholds.chain((threshold) =>
      fc.tuple(fc.constant({ ...threshold, margin: threshold.margin + 1 }), whole, fc.array(fc.integer({ min: 0, max: threshold.margin }))),
    );
    fc.assert(
      fc.property(band, ([threshold, base, offsets]) => {
        let previous: Level | undefined;
        for (const offset of offsets) {
          const level = nextLevel(previous, base + offset, threshold);
          expect(level).toBeGreaterThanOrEqual(previous ?? 0);
          previous = level;
        }
      }),
    );
  });

  it("falls to fine from any level once a value is better than both bounds by the margin", () => {
    fc.assert(
      fc.property(thresholds, levels, fc.nat(100), (threshold, previous, further) => {
        const { warning, critical, margin } = threshold;
        const least = critical >= warning ? Math.min(warning, critical) : Math.max(warning, critical);
        expect(nextLevel(previous, better(least, margin + further + 1, threshold), threshold)).toBe(0);
      }),
    );
  });
});

it("judges a value anew that was missing for a while", () => {
  const threshold: Threshold = { metric: "CurrentMetrics.unassignedConversations", warning: 5, critical: 10, margin: 2 };
  const after = (before: ReadonlyMap<string, Level>, value: number | null) => nextLevels(before, [{ key: "a", value, threshold }]);
  const critical = after(new Map(), 10);
  expect([...after(critical, 9)]).toEqual([["a", 2]]);
  const missing = after(critical, null);
  expect([...missing]).toEqual([]);
  expect([...after(missing, 9)]).toEqual([["a", 1]]);
});
