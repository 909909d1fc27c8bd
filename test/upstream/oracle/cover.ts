/**
 * What an oracle knows of one API: every call of a small universe, which questions a call answers, and what it costs.
 * Whether a call answers is found by answering both from a table of events, never by the rules under test.
 */
export interface Universe<Q, C> {
  /** Every call that could be of use to these questions. */
  calls(questions: readonly Q[]): Iterable<C>;
  answers(call: C, question: Q): boolean;
  /** Exchanges of the call when it is made for these questions. */
  cost(call: C, questions: readonly Q[]): number;
}

/** The fewest exchanges by which calls of the universe answer every question, each question from one call. */
export function minimum<Q, C>(questions: readonly Q[], universe: Universe<Q, C>): number {
  const masks = 1 << questions.length;
  const chosen = (mask: number) => questions.filter((_, index) => mask & (1 << index));
  const one = new Array<number>(masks).fill(Number.POSITIVE_INFINITY);
  for (const call of universe.calls(questions)) {
    const answered = questions.reduce((mask, question, index) => (universe.answers(call, question) ? mask | (1 << index) : mask), 0);
    for (let mask = answered; mask > 0; mask = (mask - 1) & answered) {
      one[mask] = Math.min(one[mask]!, universe.cost(call, chosen(mask)));
    }
  }
  const least = [0];
  for (let mask = 1; mask < masks; mask++) {
    least[mask] = Number.POSITIVE_INFINITY;
    for (let part = mask; part > 0; part = (part - 1) & mask) least[mask] = Math.min(least[mask]!, one[part]! + least[mask ^ part]!);
  }
  return least[masks - 1]!;
}

/** Every subset, the empty one among them. */
export const subsets = <T>(values: readonly T[]): T[][] =>
  Array.from({ length: 1 << values.length }, (_, mask) => values.filter((_, index) => mask & (1 << index)));

/** The function with its results kept, by the text of its arguments. */
export function remembered<A extends unknown[], R>(compute: (...args: A) => R): (...args: A) => R {
  const results = new Map<string, R>();
  return (...args) => {
    const key = args.map(textOf).join();
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = compute(...args);
    results.set(key, result);
    return result;
  };
}

const texts = new WeakMap<object, string>();
function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const text = texts.get(value) ?? JSON.stringify(value);
  texts.set(value, text);
  return text;
}

/** A weight for every event of a table: powers of two, so that equal sums are sums over equal events. */
export function weighed<E>(events: readonly E[]): { sum(which: (event: E) => boolean): string } {
  const weights = events.map((event, index) => ({ event, weight: 1n << BigInt(index) }));
  return {
    sum: (which) => weights.reduce((sum, { event, weight }) => (which(event) ? sum + weight : sum), 0n).toString(36),
  };
}

export const product = <A, B>(as: readonly A[], bs: readonly B[]): [A, B][] => as.flatMap((a) => bs.map((b): [A, B] => [a, b]));
