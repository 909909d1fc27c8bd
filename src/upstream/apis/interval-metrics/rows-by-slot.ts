import { floorTo, minuteMs } from "../../../time.js";
import type { IntervalMetricsReply, IntervalRow } from "../../question.js";

/** The rows of a reply with their index: each in the interval of our UTC grid in which it begins. */
export function rowsBySlot(rows: readonly IntervalRow[], everyMinutes: number): Pick<IntervalMetricsReply, "rows" | "bySlot"> {
  const bySlot = new Map<number, IntervalRow[]>();
  for (const row of rows) {
    const slot = floorTo(row.window.from, everyMinutes * minuteMs);
    const others = bySlot.get(slot);
    if (others) others.push(row);
    else bySlot.set(slot, [row]);
  }
  return { rows, bySlot };
}
