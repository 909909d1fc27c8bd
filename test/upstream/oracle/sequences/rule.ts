/** When a planner that does not know the future asks for all ids of a scope in place of those named. */
export interface Rule {
  name: string;
  /** Asks for all where that is known to cost no more than the ids named. */
  free: boolean;
  /** The call of a scope, counted within one time to live, that asks for all whatever it costs; infinite: none. */
  allFrom: number;
  /** Asks for all once the calls over named ids of one time to live have cost so many times what all costs; infinite: never. */
  buyAt: number;
  /** The call of a scope, counted within one time to live, that first asks what all costs where that is not known; infinite: none. */
  askAt: number;
  /** How long a question waits at most for others while a call of its scope is in flight. */
  gatherMs: number;
}

const never = Number.POSITIVE_INFINITY;
const named: Omit<Rule, "name"> = { free: false, allFrom: never, buyAt: never, askAt: never, gatherMs: 0 };
const rentOrBuy: Omit<Rule, "name"> = { ...named, free: true, buyAt: 1, askAt: 2 };

/** The rule that the gateway follows: docs/architecture.md, "Which calls". */
export const chosen: Rule = { ...rentOrBuy, name: "rent or buy x 1, gather 100 ms", gatherMs: 100 };

/** What can be chosen from. */
export const rules: readonly Rule[] = [
  { ...named, name: "what is named" },
  { ...named, name: "all where that is free", free: true },
  { ...named, name: "all from the first question", allFrom: 1 },
  { ...named, name: "all from the second question", allFrom: 2 },
  { ...rentOrBuy, name: "rent or buy x 0.5", buyAt: 0.5 },
  { ...rentOrBuy, name: "rent or buy x 1" },
  { ...rentOrBuy, name: "rent or buy x 2", buyAt: 2 },
  { ...rentOrBuy, name: "rent or buy x 1, cost asked at once", askAt: 1 },
  { ...rentOrBuy, name: "rent or buy x 1, gather 25 ms", gatherMs: 25 },
  { ...rentOrBuy, name: "rent or buy x 1, gather 50 ms", gatherMs: 50 },
  chosen,
];
