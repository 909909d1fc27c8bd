const digits = /^-?\d+$/;

/** A total order of ids: by number where both are numbers, numbers first, else by text. */
export function compareIds(a: string, b: string): number {
  const numeric = digits.test(a);
  if (numeric !== digits.test(b)) return numeric ? -1 : 1;
  const difference = numeric ? BigInt(a) - BigInt(b) : 0n;
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A total order of keys: part by part as ids, a key before those that begin with it. */
export function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.slice(0, b.length).entries()) {
    const difference = compareIds(part, b[index]!);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The ids by a figure of each: those without one last in both directions, ties by id. */
export function orderedByFigure(
  ids: Iterable<string>,
  figureOf: (id: string) => number | null | undefined,
  direction: "ASC" | "DESC",
): string[] {
  const sign = direction === "ASC" ? 1 : -1;
  const figures = new Map([...ids].map((id) => [id, figureOf(id) ?? null]));
  return [...figures.keys()].sort((a, b) => {
    const [figureA, figureB] = [figures.get(a) ?? null, figures.get(b) ?? null];
    if (figureA === null || figureB === null) return Number(figureA === null) - Number(figureB === null) || compareIds(a, b);
    return sign * (figureA - figureB) || compareIds(a, b);
  });
}
