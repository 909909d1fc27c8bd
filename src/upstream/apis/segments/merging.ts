import { contains, equalIds, fitsUrl, union } from "../../planning/ids.js";
import type { Ids } from "../../question.js";

/** The platform answers at most about this many agent-skill-interval cells quickly; beyond, only what is asked for is asked. */
export const maxFreeCells = 50_000;

/** What questions to both segment APIs have in common. */
export interface SegmentsPart {
  of: "rows" | "total";
  ids: Ids;
  everyMinutes: number | null;
}

/**
 * The ids and the interval of the one call that answers all these parts; null when there is none: two intervals, totals
 * over different sets, or a row outside the set that is totalled (widening the set would spoil the total).
 */
export function mergeSegments(parts: readonly SegmentsPart[]): { ids: Ids; everyMinutes: number | null; totalled: boolean } | null {
  const intervals = new Set(parts.map((part) => part.everyMinutes).filter((every) => every !== null));
  if (intervals.size > 1) return null;
  const everyMinutes = [...intervals][0] ?? null;
  const totals = parts.filter((part) => part.of === "total").map((part) => part.ids);
  const total = totals[0];
  if (total === undefined) {
    const ids = union(parts.map((part) => part.ids));
    return { ids: fitsUrl(ids) ? ids : "all", everyMinutes, totalled: false };
  }
  if (totals.some((other) => !equalIds(other, total)) || parts.some((part) => !contains(total, part.ids))) return null;
  return { ids: total, everyMinutes, totalled: true };
}

/** Whether a call over these ids, in these intervals, answers the part: its summary serves a part without intervals. */
export function segmentsCover(call: { ids: Ids; everyMinutes: number | null }, part: SegmentsPart): boolean {
  if (part.everyMinutes !== null && part.everyMinutes !== call.everyMinutes) return false;
  return part.of === "total" ? equalIds(call.ids, part.ids) : contains(call.ids, part.ids);
}
