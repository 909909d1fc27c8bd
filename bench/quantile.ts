/** The value below which this share of the values lies, 0 to 1; the values in any order, at least one. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

export const middle = (values: readonly number[]): number => quantile(values, 0.5);
