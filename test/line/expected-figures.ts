import type { MetricGroup } from "../../src/catalogue/metric.js";

/** Names of all fields of a group, as a selection. */
export const allOf = (group: MetricGroup): string => group.inOrder.map(({ field }) => field).join(" ");

/** What a client must read where the platform has these figures: the null rules of the contract, and milliseconds for seconds. */
export function expectedFigures(
  group: MetricGroup,
  raw: Readonly<Record<string, number>>,
  segments?: string,
): Record<string, number | null> {
  const nothingCounted = segments !== undefined && raw[segments] === 0;
  return Object.fromEntries(
    group.inOrder.map(({ field, answer, average, seconds }) => {
      const value = raw[answer];
      const isNull = value === undefined || (average && (value === -1 || nothingCounted));
      return [field, isNull ? null : seconds ? value * 1000 : value];
    }),
  );
}

/** All fields of a group, null: the object of an interval without a row. */
export const noFigures = (group: MetricGroup): Record<string, null> => Object.fromEntries(group.inOrder.map(({ field }) => [field, null]));
