import fc from "fast-check";
import type { ApiName } from "../src/upstream/question.js";
import { replay } from "../test/upstream/oracle/replay.js";
import { leastExchanges } from "../test/upstream/oracle/sequences/clairvoyant.js";
import { apis, sequences } from "../test/upstream/oracle/sequences/generated.js";
import { simulated } from "../test/upstream/oracle/sequences/online.js";
import { rules } from "../test/upstream/oracle/sequences/rule.js";
import type { Sequence } from "../test/upstream/oracle/sequences/sequence.js";

interface Judged {
  sequence: Sequence;
  least: number;
}

/** Exchanges of one planner beside the least possible. */
class Tally {
  readonly #ratios: number[] = [];
  #exchanges = 0;
  #least = 0;

  add(exchanges: number, least: number): void {
    this.#ratios.push(exchanges / least);
    this.#exchanges += exchanges;
    this.#least += least;
  }

  get mean(): string {
    return (this.#ratios.reduce((sum, ratio) => sum + ratio, 0) / this.#ratios.length).toFixed(3);
  }

  get worst(): string {
    return Math.max(...this.#ratios).toFixed(2);
  }

  get both(): string {
    return `${this.mean} ${this.worst.padStart(5)}`;
  }

  /** All exchanges by all of the least. */
  get sums(): string {
    return (this.#exchanges / this.#least).toFixed(3);
  }

  /** The share of sequences that cost no more than the least. */
  get atLeast(): string {
    return `${Math.round((100 * this.#ratios.filter((ratio) => ratio <= 1).length) / this.#ratios.length)} %`;
  }
}

/**
 * Short sequences of questions over time: exchanges of the coalescer as it is, and of rules it could follow, beside those of a
 * planner that knows the future. The same seed gives the same sequences.
 *
 * No rule reaches 1.00 on every sequence, and this is how near rent or buy is certain to come. Let all
 * ids of a scope cost B exchanges, within the cap on rows, and let questions differ in their ids alone. Of all that one call of the
 * planner that knows the future serves, at most one time to live long, the rule pays
 * - for named ids: less than B before the last of those calls, and r for that one, so at most B - 1 + r;
 * - for the cost of all, where it is not known: 1, and nothing more where all fits that one page;
 * - for all: B, once.
 * The other planner pays at least r. So the ratio is at most (2B - 1 + r) / r <= 2B where B is known, 2B + 1 where it is not, and 2
 * where B is 1, as it always is for the segment APIs. With the factor f in place of 1 it is at most ceil(fB) + B. The bound is
 * reached by B questions for one id each, and one more. Gathering only makes one call out of several, and leaves the bound as it is.
 * Ids that cannot share a named call, as those of interval metrics, cost the other planner as many exchanges as there are, or B:
 * there the same sums give 2 where B is known, and 2 + 1 / B where it is not.
 *
 * No rule without the future comes below B in the worst case: its first call for one id asks for all (B where 1 would do), or it
 * pays for named ids first and then for all (more than B where 1 would do), or it never asks for all (as many as there are questions).
 * Questions of m different forms (interval, split, total, window) cost at most m times as much. Where a cap forbids all, the number
 * of questions is the only bound. 500 rows are one page of interval metrics: there the cap leaves nothing to buy but one page.
 */
export async function benchSequences(cases: number, seed: number): Promise<void> {
  const judged = apis.map((api): [ApiName, Judged[]] => [
    api,
    fc.sample(sequences(api), { numRuns: cases, seed }).map((sequence) => ({ sequence, least: leastExchanges(sequence) })),
  ]);
  console.log(`${cases} sequences for each API, seed ${seed}\n`);
  table("the coalescer as it is", ["mean", "worst", "sums", "at the least"], await coalesced(judged));
  table("rules, by API: mean and worst", [...apis, "all", "waits, ms"], compared(judged));
}

async function coalesced(judged: readonly [ApiName, Judged[]][]): Promise<[string, string[]][]> {
  const rows: [string, string[]][] = [];
  const all = new Tally();
  for (const [api, cases] of judged) {
    for (const warm of [false, true]) {
      const tally = new Tally();
      for (const { sequence, least } of cases.filter((each) => each.sequence.warm === warm)) {
        const { exchanges } = await replay(sequence);
        tally.add(exchanges, least);
        all.add(exchanges, least);
      }
      rows.push([`${api}, ${warm ? "sizes seen" : "nothing seen"}`, [tally.mean, tally.worst, tally.sums, tally.atLeast]]);
    }
  }
  return [...rows, ["all", [all.mean, all.worst, all.sums, all.atLeast]]];
}

function compared(judged: readonly [ApiName, Judged[]][]): [string, string[]][] {
  return rules.map((rule) => {
    const all = new Tally();
    let waitedMs = 0;
    let questions = 0;
    const cells = judged.map(([, cases]) => {
      const tally = new Tally();
      for (const { sequence, least } of cases) {
        const cost = simulated(sequence, rule);
        tally.add(cost.exchanges, least);
        all.add(cost.exchanges, least);
        waitedMs += cost.waitedMs;
        questions += sequence.arrivals.length;
      }
      return tally.both;
    });
    return [rule.name, [...cells, all.both, (waitedMs / questions).toFixed(2)]];
  });
}

function table(title: string, heads: readonly string[], rows: readonly [string, string[]][]): void {
  const row = (name: string, cells: readonly string[]) => console.log(name.padEnd(36) + cells.map((cell) => cell.padStart(17)).join(""));
  row(title, heads);
  for (const [name, cells] of rows) row(name, cells);
  console.log();
}
