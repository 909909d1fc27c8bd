/** Equal values are those of equal JSON. The first of equal ones stays. */
export const distinct = <T>(values: readonly T[]): T[] => [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];

/** The one value that all have; undefined where they differ, null where there is none. */
export function common<T>(values: readonly T[]): T | null | undefined {
  const [first = null, ...others] = distinct(values);
  return others.length > 0 ? undefined : first;
}
