/** How a derived metric is worked out from two metrics of the same row. Null where one of them is null, or where the formula has no value. */
export interface Formula<F extends string = string> {
  of: readonly [F, F];
  /** As a reader writes it. */
  text: string;
  value(left: number, right: number): number | null;
}

/** One as a share of the other; null where the other is zero. */
export const quotient = <A extends string, B extends string>(part: A, whole: B): Formula<A | B> => ({
  of: [part, whole],
  text: `${part} / ${whole}`,
  value: (left, right) => (right === 0 ? null : left / right),
});

export const difference = <A extends string, B extends string>(from: A, less: B): Formula<A | B> => ({
  of: [from, less],
  text: `${from} - ${less}`,
  value: (left, right) => left - right,
});
