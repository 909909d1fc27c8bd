/** How bad a value is: 0 fine, 1 a warning, 2 critical. */
export type Level = 0 | 1 | 2;

/** From where on a metric is bad. With `critical` below `warning` low values are the bad ones. Numbers are in the metric's unit. */
export interface Threshold {
  /** As the catalogue names it, for example CurrentMetrics.unassignedConversations. */
  metric: string;
  warning: number;
  critical: number;
  /** By how much a value must be better than a bound before the level goes down: a value at the edge does not flicker. */
  margin: number;
}

/** The level of a value that had `previous` before. A level is entered at its bound, and left only past its margin. */
export function nextLevel(previous: Level | undefined, value: number, { warning, critical, margin }: Threshold): Level {
  const sign = critical >= warning ? 1 : -1;
  const reaches = (bound: number, slack: number) => value * sign >= bound * sign - slack;
  const entered: Level = reaches(critical, 0) ? 2 : reaches(warning, 0) ? 1 : 0;
  if (previous === undefined || entered >= previous) return entered;
  // A value that is exactly one margin better has left.
  const holds = (bound: number) => value * sign > bound * sign - margin;
  if (previous === 2 && holds(critical)) return 2;
  return entered === 1 || holds(warning) ? 1 : 0;
}

/** The levels of many values by key, from those before. A value that is missing has no level, and is judged anew when it is back. */
export function nextLevels(
  previous: ReadonlyMap<string, Level>,
  values: Iterable<{ key: string; value: number | null; threshold: Threshold }>,
): Map<string, Level> {
  const levels = new Map<string, Level>();
  for (const { key, value, threshold } of values) {
    if (value !== null) levels.set(key, nextLevel(previous.get(key), value, threshold));
  }
  return levels;
}
