import { grouped } from "../metrics/figure.js";

export type Figures = Record<string, number>;
export type UserType = "human" | "bot" | "all";
type Measures<T> = Record<string, (records: readonly T[]) => number>;

/** The measures asked for, in the page's order; the first, the total, is always there. */
function chosen<T>(measures: Measures<T>, metrics: readonly string[] | undefined): [string, (records: readonly T[]) => number][] {
  return Object.entries(measures).filter(([name], at) => at === 0 || metrics === undefined || metrics.includes(name));
}

export function figuresOf<T>(measures: Measures<T>, metrics: readonly string[] | undefined, records: readonly T[]): Figures {
  return Object.fromEntries(chosen(measures, metrics).map(([name, measure]) => [name, measure(records)]));
}

/** Like any figures, but all zero, averages too, when nothing counts: so says the page of the totals. */
export function totalOf<T>(measures: Measures<T>, metrics: readonly string[] | undefined, records: readonly T[]): Figures {
  if (records.length > 0) return figuresOf(measures, metrics, records);
  return Object.fromEntries(chosen(measures, metrics).map(([name]) => [name, 0]));
}

/** Figures by key; a key without records is not there. */
export function figuresBy<T>(
  measures: Measures<T>,
  metrics: readonly string[] | undefined,
  records: readonly T[],
  keyOf: (record: T) => string,
): Record<string, Figures> {
  const groups = grouped(records, (record) => [keyOf(record)]);
  return Object.fromEntries([...groups].map(([key, members]) => [key, figuresOf(measures, metrics, members)]));
}

export interface ByIntervals<Answer> {
  metricsByIntervals: { timestamp: number; answer: Answer }[];
  timeframeSummary: Answer;
}

/** Cuts records into intervals of a size from `from` on, ascending; every interval of the window is there. */
export function byIntervals<T, Answer>(
  records: readonly T[],
  window: { from: number; to: number; intervalMs: number },
  timeOf: (record: T) => number,
  answerOf: (records: readonly T[]) => Answer,
): ByIntervals<Answer> {
  const buckets: T[][] = Array.from({ length: Math.ceil((window.to - window.from) / window.intervalMs) }, () => []);
  for (const record of records) buckets[Math.floor((timeOf(record) - window.from) / window.intervalMs)]!.push(record);
  return {
    metricsByIntervals: buckets.map((bucket, at) => ({ timestamp: window.from + at * window.intervalMs, answer: answerOf(bucket) })),
    timeframeSummary: answerOf(records),
  };
}
