import { isDeepStrictEqual } from "node:util";
import { floorTo, minuteMs, type Window } from "../../../time.js";
import type { Grouping, IntervalRow } from "../../question.js";

/** A row as the platform gave it. */
export interface RowRead {
  window: Window;
  /** Null: it came without metrics. */
  row: IntervalRow | null;
}

export interface JudgedRows {
  rows: readonly IntervalRow[];
  /** What was odd, one sentence for each kind, with how many rows it concerns. */
  remarks: readonly string[];
}

/**
 * The rows that count: each once, of the length asked for, with metrics. Of two with the same ids and beginning the later counts. A
 * row keeps its own times, on the UTC grid or off it.
 */
export function judgedRows(
  read: readonly RowRead[],
  { grouping, everyMinutes }: { grouping: readonly Grouping[]; everyMinutes: number },
): JudgedRows {
  const everyMs = everyMinutes * minuteMs;
  const rightLength = read.filter(({ window }) => window.to - window.from === everyMs);
  const withMetrics = rightLength.flatMap(({ row }) => row ?? []);
  const rows = new Map<string, IntervalRow>();
  const changed = new Set<string>();
  for (const row of withMetrics) {
    const key = [row.window.from, ...grouping.map((kind) => row.ids[kind] ?? "")].join("\n");
    if (rows.has(key) && !isDeepStrictEqual(rows.get(key), row)) changed.add(key);
    rows.set(key, row);
  }
  const offGrid = [...rows.values()].filter(({ window }) => window.from !== floorTo(window.from, everyMs));
  const remarks: [count: number, what: string, then: string][] = [
    [read.length - rightLength.length, `of another length than ${everyMinutes} minutes`, "They are left out."],
    [rightLength.length - withMetrics.length, "without metrics", "They are left out."],
    [changed.size, "that came more than once with different figures", "The later figures count."],
    [offGrid.length, `that begin off the UTC grid of ${everyMinutes} minutes`, "Each belongs to the interval in which it begins."],
  ];
  return {
    rows: [...rows.values()],
    remarks: remarks.flatMap(([count, what, then]) => (count > 0 ? [`Interval rows ${what}: ${count}. ${then}`] : [])),
  };
}
