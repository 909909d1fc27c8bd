import type { Call } from "../../../../src/upstream/call.js";
import { oracleOf } from "./api-oracle.js";
import { pagesOf } from "./centre.js";
import { cheapest } from "./cheapest.js";
import type { Part } from "./clairvoyant.js";
import type { Sequence } from "./sequence.js";

/** A call and the parts that it is made for. */
export interface Planned {
  call: Call;
  served: readonly Part[];
}

/**
 * The cheapest calls for these parts together, as far as anybody can tell who knows the sizes of these names: all ids whose size is
 * not known count as one page. Of calls that cost the same those over named ids are taken.
 */
export function batchOf({ api, centre }: Sequence, parts: readonly Part[], sizes: ReadonlySet<string>): Planned[] {
  const oracle = oracleOf(api);
  const isNamed = (call: Call) => oracle.forAll(call, []) !== null;
  const calls = oracle.calls([...new Set(parts.map(({ asked }) => asked))]);
  const choices = calls
    .toSorted((a, b) => Number(isNamed(b)) - Number(isNamed(a)))
    .map((call) => ({
      call,
      exchanges: isNamed(call) || sizes.has(oracle.sizeName(call)) ? pagesOf(call, centre) : 1,
      serves: parts.reduce((mask, { question }, index) => (oracle.answers(call, question) ? mask | (1 << index) : mask), 0),
    }));
  let open = 2 ** parts.length - 1;
  return (cheapest(parts.length, choices)?.chosen ?? []).map(({ call, serves }) => {
    const own = open & serves;
    open &= ~serves;
    return { call, served: parts.filter((_, index) => own & (1 << index)) };
  });
}
