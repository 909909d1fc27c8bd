/** No data: what the platform writes for an average that nothing counts for. */
export const noData = -1;

/** The platform's Long averages are cut, not rounded; -1 when nothing counts. */
export const cutAverage = (sum: number, count: number): number => (count === 0 ? noData : Math.trunc(sum / count));

/** A double with at most `digits` decimals. */
export const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

export function sum<T>(records: readonly T[], figure: (record: T) => number): number {
  let total = 0;
  for (const record of records) total += figure(record);
  return total;
}

export function count<T>(records: readonly T[], holds: (record: T) => boolean): number {
  let total = 0;
  for (const record of records) if (holds(record)) total++;
  return total;
}

/** Records under each of their keys, in order of first appearance. */
export function grouped<T>(records: readonly T[], keysOf: (record: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const record of records) {
    for (const key of keysOf(record)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [record]);
      else group.push(record);
    }
  }
  return groups;
}
