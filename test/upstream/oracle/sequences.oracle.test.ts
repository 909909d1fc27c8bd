import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { replay } from "./replay.js";
import { oracleOf } from "./sequences/api-oracle.js";
import { pagesOf, withinCaps } from "./sequences/centre.js";
import { leastExchanges } from "./sequences/clairvoyant.js";
import { apis, sequences } from "./sequences/generated.js";
import { simulated } from "./sequences/online.js";
import { chosen, rules } from "./sequences/rule.js";
import type { Sequence } from "./sequences/sequence.js";
import { sizesKnown } from "./sequences/warm-up.js";

/** How many times the least the coalescer may need: for any sequence, and in the mean over all of an API. */
const within = { worst: 7, mean: 1.36 };

const replayed = { numRuns: 75, seed: 1 };
const computed = { numRuns: 40, seed: 2 };
const patiently = { timeout: 60_000 };

/** What rent or buy may need at most for questions that differ in their ids alone, in times the least; undefined where a cap can forbid all. */
function boundOf(sequence: Sequence): number | undefined {
  const { calls, forAll, sizeName } = oracleOf(sequence.api);
  const all = calls(sequence.arrivals.map(({ question }) => question)).map((call) => forAll(call, []) ?? call);
  if (!all.every((call) => withinCaps(call, 0, sequence.centre))) return undefined;
  const pages = Math.max(...all.map((call) => pagesOf(call, sequence.centre)));
  const isKnown = all.every((call) => sizesKnown(sequence).has(sizeName(call)));
  return pages === 1 || isKnown ? 2 * pages : 2 * pages + 1;
}

describe.each(apis)("%s over time", (api) => {
  test("the coalescer needs no less than a planner that knows the future, and not much more", patiently, async () => {
    const ratios: number[] = [];
    await fc.assert(
      fc.asyncProperty(sequences(api), async (sequence) => {
        const least = leastExchanges(sequence);
        const { exchanges } = await replay(sequence);
        ratios.push(exchanges / least);
        expect(exchanges).toBeGreaterThanOrEqual(least);
        expect(exchanges).toBeLessThanOrEqual(within.worst * least);
      }),
      replayed,
    );
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThanOrEqual(within.mean);
  });

  test("the coalescer needs the least for questions of one moment, where sizes are known", patiently, async () => {
    await fc.assert(
      fc.asyncProperty(sequences(api, { atOnce: true, warm: true }), async (sequence) => {
        expect((await replay(sequence)).exchanges).toBe(leastExchanges(sequence));
      }),
      computed,
    );
  });

  test("the least for a sequence is no less than at one moment, and no more than for each question alone", patiently, () => {
    fc.assert(
      fc.property(sequences(api), (sequence) => {
        const least = leastExchanges(sequence);
        const atOnce = sequence.arrivals.map((arrival) => ({ ...arrival, at: 0 }));
        const alone = sequence.arrivals.map((arrival) => leastExchanges({ ...sequence, arrivals: [arrival] }));
        expect(least).toBeGreaterThanOrEqual(leastExchanges({ ...sequence, arrivals: atOnce }));
        expect(least).toBeLessThanOrEqual(alone.reduce((sum, exchanges) => sum + exchanges, 0));
      }),
      computed,
    );
  });

  test("no rule needs less than a planner that knows the future", patiently, () => {
    fc.assert(
      fc.property(sequences(api), fc.constantFrom(...rules), (sequence, rule) => {
        expect(simulated(sequence, rule).exchanges).toBeGreaterThanOrEqual(leastExchanges(sequence));
      }),
      computed,
    );
  });

  test("rent or buy stays within its bound where questions differ in their ids alone", patiently, () => {
    fc.assert(
      fc.property(sequences(api, { idsOnly: true }), (sequence) => {
        const bound = boundOf(sequence);
        fc.pre(bound !== undefined);
        expect(simulated(sequence, chosen).exchanges).toBeLessThanOrEqual(bound * leastExchanges(sequence));
      }),
      computed,
    );
  });
});
