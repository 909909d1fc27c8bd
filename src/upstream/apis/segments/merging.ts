import type { Window } from "../../../time.js";
import { common, contains, equalIds, fitsUrl, union } from "../../planning/ids.js";
import type { Ids, Question, Replied, Rows, SegmentsSection } from "../../question.js";
import type { Seen } from "../descriptor.js";

/** What holds of both segment APIs, whose answers have no pages and whose windows are not cut. */
export const withoutPages = {
  service: "operations",
  kinds: ["segments"],
  kindsOf: () => ["segments"] as const,
  split: <Q>(question: Q): Q[] => [question],
  joined: <R>(_: unknown, [reply]: readonly R[]): R => reply!,
  aligned: <Q>(question: Q): Q => question,
  regions: <Q>(questions: readonly Q[]): Q[][] => [[...questions]],
  cutShort: <C>(call: C): C => call,
  continued: <R>(_: unknown, rest: R): R => rest,
  sizesSoFar: () => [],
  isSettled: () => false,
  isWorth: () => true,
} as const;

/** The platform answers at most about this many agent-skill-interval cells quickly; beyond, only what is asked for is asked. */
export const maxFreeCells = 50_000;

/** Whether rows are the same on this account however many ids are asked for with them. */
export const mayWiden = ({ mergesOff = [] }: Pick<Question, "mergesOff">): boolean => !mergesOff.includes("widen");

/** Ids that an account is taken to have while none were counted. */
const assumedIds = 500;

/** Whether all ids may be asked for although their number is not known, in an answer of so many cells for each id. */
export const mayTryAll = (cellsEach: number, { triesAll, spentOnNamed }: Seen, shape: string): boolean =>
  (triesAll || spentOnNamed(shape) > 0) && assumedIds * cellsEach <= maxFreeCells;

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

/** The ids of the part that a call over these ids, in these intervals, answers; null for none. Its summary serves a part without intervals. */
export function segmentsCovered(call: { ids: Ids; everyMinutes: number | null }, part: SegmentsPart): Ids | null {
  if (part.everyMinutes !== null && part.everyMinutes !== call.everyMinutes) return null;
  if (part.of === "total") return equalIds(call.ids, part.ids) ? part.ids : null;
  return common(call.ids, part.ids);
}

/** The sub-interval in use that a call without one can carry for nothing. */
export function intervalInUse(
  lastMinutes: number,
  inUse: readonly { everyMinutes: number | null }[],
  cells: (intervals: number) => number,
): number | null {
  const candidates = inUse.flatMap(({ everyMinutes }) => everyMinutes ?? []);
  return candidates.find((everyMinutes) => cells(lastMinutes / everyMinutes) <= maxFreeCells) ?? null;
}

interface Levels<L> extends Replied<SegmentsSection> {
  intervals: readonly L[] | null;
}

/** One reply out of the replies to parts by ids; as old as the oldest, of the window of the first. */
export function combinedSegments<Q, L extends { window: Window }, R extends L & Levels<L>>(
  parts: readonly { question: Q; reply: R }[],
  picked: (level: L, question: Q) => L,
  both: (a: L, b: L) => L,
): R {
  const own = ({ question, reply }: { question: Q; reply: R }): R => ({
    ...reply,
    ...picked(reply, question),
    intervals: reply.intervals?.map((level) => picked(level, question)) ?? null,
  });
  const [first, ...others] = parts.map(own);
  let whole = first!;
  for (const part of others) {
    const [asOf, newestAskedAt] = [Math.min(whole.asOf, part.asOf), Math.max(whole.newestAskedAt, part.newestAskedAt)];
    const intervals = whole.intervals?.map((level, index) => both(level, part.intervals?.[index] ?? level)) ?? null;
    whole = { ...whole, ...both(whole, part), asOf, newestAskedAt, intervals };
  }
  return whole;
}

/** The rows of these ids. */
export const pickedRows = (rows: Rows, ids: Ids): Rows =>
  ids === "all" ? rows : new Map(ids.flatMap((id) => (rows.has(id) ? [[id, rows.get(id)!]] : [])));
