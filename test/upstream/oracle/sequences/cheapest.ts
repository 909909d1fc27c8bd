/** One way to serve some of the things that have to be served: a bit for each. */
export interface Choice {
  serves: number;
  exchanges: number;
}

export interface Cover<C> {
  exchanges: number;
  chosen: readonly C[];
}

/** The choices that serve all of so many things with the fewest exchanges; null when there are none that do. */
export function cheapest<C extends Choice>(things: number, choices: readonly C[]): Cover<C> | null {
  const known = new Map<number, Cover<C> | null>([[0, { exchanges: 0, chosen: [] }]]);
  const least = (open: number): Cover<C> | null => {
    const before = known.get(open);
    if (before !== undefined) return before;
    const first = open & -open;
    let best: Cover<C> | null = null;
    for (const choice of choices) {
      if (!(choice.serves & first) || (best && choice.exchanges >= best.exchanges)) continue;
      const rest = least(open & ~choice.serves);
      const exchanges = choice.exchanges + (rest?.exchanges ?? Number.POSITIVE_INFINITY);
      if (rest && (!best || exchanges < best.exchanges)) best = { exchanges, chosen: [choice, ...rest.chosen] };
    }
    known.set(open, best);
    return best;
  };
  return least(2 ** things - 1);
}

/** Without those that another makes needless: it serves at least the same and costs no more. Of equal ones the first stays. */
export const undominated = <C extends Choice>(choices: readonly C[]): C[] =>
  choices.filter(
    (choice, index) =>
      !choices.some((other, before) => {
        const servesAll = (other.serves & choice.serves) === choice.serves && other.exchanges <= choice.exchanges;
        const isEqual = other.serves === choice.serves && other.exchanges === choice.exchanges;
        return other !== choice && servesAll && (!isEqual || before < index);
      }),
  );
