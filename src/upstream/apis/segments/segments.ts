import { floorTo, minuteMs, slotsOf, type Window } from "../../../time.js";
import type { ExchangeResponse } from "../../call.js";
import {
  common,
  contains,
  equalIds,
  type Faults,
  fitsUrl,
  type Ids,
  type Question,
  type Replied,
  type ReplyByApi,
  type Rows,
  type SegmentsSection,
  union,
} from "../../question.js";
import type { Api, QuestionOf, Seen } from "../descriptor.js";
import { type AnswerReader, firstFault, isObject, type Json, type Sections } from "../platform-form.js";

type SegmentsApi = "agent-segments" | "skill-segments";

/** What both segment APIs have in common: their answers have no pages, and their windows are not cut. */
export const segmentsApi = {
  service: "operations",
  kinds: ["segments"],
  kindsOf: () => ["segments"] as const,
  /** If asking for more ids changes the rows on this account, each id is asked for by itself. */
  split<A extends SegmentsApi>(this: Pick<Api<A>, "ids" | "withIds">, question: QuestionOf<A>): QuestionOf<A>[] {
    const ids = this.ids(question);
    return mayWiden(question) || ids === null || ids === "all" ? [question] : ids.map((id) => this.withIds(question, [id]));
  },
  joined<A extends SegmentsApi>(
    this: Pick<Api<A>, "split" | "combined">,
    question: QuestionOf<A>,
    replies: readonly ReplyByApi[A][],
  ): ReplyByApi[A] {
    if (replies.length === 1) return replies[0]!;
    const parts = this.split(question).map((part, index) => ({ question: part, reply: replies[index]! }));
    return this.combined(question, parts);
  },
  aligned: <Q>(question: Q): Q => question,
  regions: <Q>(questions: readonly Q[]): Q[][] => [[...questions]],
  cutShort: <C>(call: C): C => call,
  continued: <R>(_: unknown, rest: R): R => rest,
  sizesVary: true,
  sizesSoFar: () => [],
  isSettled: () => false,
  isWorth: () => true,
} as const;

/** The platform answers up to about this many agent-skill-interval cells quickly. A larger answer is not widened. */
export const maxFreeCells = 50_000;

/** Whether rows stay the same on this account when more ids are asked for. */
export const mayWiden = ({ mergesOff = [] }: Pick<Question, "mergesOff">): boolean => !mergesOff.includes("widen");

/** Ids that an account is assumed to have until they are counted. */
const assumedIds = 500;

/** Whether all ids may be asked for although their number is not known. `cellsEach`: cells of the answer for each id. */
export const mayTryAll = (cellsEach: number, seen: Seen, shape: string): boolean =>
  (seen.triesAll || seen.spentOnNamed(shape) > 0) && assumedIds * cellsEach <= maxFreeCells;

/** What questions to both segment APIs have in common. */
interface SegmentsPart {
  of: "rows" | "total";
  ids: Ids;
  everyMinutes: number | null;
}

/**
 * The ids and the interval of the one call that answers all these parts. Null when there is none: they have two intervals, totals
 * over different sets, or a row outside the set of the total. A wider set would make the total wrong.
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

/** The ids of the part that the call answers; null for none. The summary of a call with intervals answers a part without them. */
export function segmentsCovered(call: { ids: Ids; everyMinutes: number | null }, part: SegmentsPart): Ids | null {
  if (part.everyMinutes !== null && part.everyMinutes !== call.everyMinutes) return null;
  if (part.of === "total") return equalIds(call.ids, part.ids) ? part.ids : null;
  return common(call.ids, part.ids);
}

/** An interval that is asked for repeatedly and can be added to a call without intervals at no cost. */
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

/** One reply made from the replies to parts by ids. It has the age of the oldest and the window of the first. */
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

/** What the two segment methods of the Messaging Operations API have in common: window, intervals and totals. */

interface Span {
  lastMinutes: number;
  everyMinutes: number | null;
}

interface Level {
  window: Window;
}

/** Prefix of a level's sections: none for the whole window, `intervals.` for its intervals. */
export type Place = "" | "intervals.";

type SegmentsReading<L extends Level> = L & {
  asOf: number;
  newestAskedAt: number;
  faults?: Faults<SegmentsSection>;
  intervals: readonly L[] | null;
};

interface SegmentsTerms<L extends Level> {
  reader: AnswerReader;
  sections: Sections<SegmentsSection>;
  /** Reads the rows and the total of one level, each as a section. Null: an interval that the platform left out. */
  readLevel(level: Json | null, window: Window, place: Place): L;
}

/**
 * The whole answer: its summary and, when asked for, every interval of the window, oldest first. Sections are judged separately.
 * UPSTREAM_INVALID_RESPONSE when neither rows nor total of the whole window can be read.
 */
export function readSegments<L extends Level>(
  { body, askedAt }: ExchangeResponse,
  span: Span,
  terms: SegmentsTerms<L>,
): SegmentsReading<L> {
  const { reader, sections, readLevel } = terms;
  const whole = reader.object(body, "the body");
  const around: Window = { from: askedAt - span.lastMinutes * minuteMs, to: askedAt };
  const { everyMinutes } = span;
  const everyMs = everyMinutes === null ? null : everyMinutes * minuteMs;
  const summary = everyMs === null ? whole : reader.object(whole.timeframeSummary, "timeframeSummary");
  const placed = everyMs === null ? null : sections.read("intervals", () => placedIntervals(whole, around, everyMs, reader), null);
  const window = placed?.window ?? around;
  const level = readLevel(unwrapped(summary), window, "");
  const slots = placed?.slots ?? [];
  const intervals = everyMs === null ? null : slots.map(({ slot, level: part }) => readLevel(part, slot, "intervals."));
  sections.refuseWithout("rows", "total");
  return { ...level, asOf: askedAt, newestAskedAt: askedAt, ...sections.faults, intervals };
}

interface Placed {
  window: Window;
  slots: readonly { slot: Window; level: Json | null }[];
}

/** The window of the intervals, and each interval in it. An interval that the platform left out is null. */
function placedIntervals(whole: Json, around: Window, everyMs: number, reader: AnswerReader): Placed {
  const stamped = reader.list(whole.metricsByIntervals, "metricsByIntervals").map((entry) => {
    const interval = reader.object(entry, "an interval");
    return { timestamp: reader.number(interval.timestamp, "the timestamp of an interval"), level: unwrapped(interval) };
  });
  const timestamps = stamped.map(({ timestamp }) => timestamp);
  const window = windowAround(timestamps, around, everyMs);
  const slots = slotsOf(window, everyMs);
  const levels = new Map(stamped.map(({ timestamp, level }) => [Math.round((timestamp - window.from) / everyMs), level]));
  if (levels.size < stamped.length) throw reader.invalid("two intervals begin at the same time");
  if ([...levels.keys()].some((index) => slots[index] === undefined)) throw reader.invalid("an interval lies outside the window");
  return { window, slots: slots.map((slot, index) => ({ slot, level: levels.get(index) ?? null })) };
}

/**
 * The window of an answer whose intervals begin at `timestamps`. The platform may leave out intervals without segments, also at
 * the end. So several windows may hold all timestamps. The one that ends nearest to the time of asking is taken.
 */
function windowAround(timestamps: readonly number[], around: Window, everyMs: number): Window {
  if (timestamps.length === 0) return around;
  const lengthMs = around.to - around.from;
  const askedAt = around.to;
  const newest = Math.max(...timestamps);
  const earliestEnd = newest + everyMs;
  const latestEnd = earliestEnd + Math.max(0, floorTo(Math.min(...timestamps) + lengthMs - earliestEnd, everyMs));
  const nearestEnd = earliestEnd + Math.round((askedAt - earliestEnd) / everyMs) * everyMs;
  const to = Math.min(Math.max(nearestEnd, earliestEnd), latestEnd);
  return { from: to - lengthMs, to };
}

/** Agent intervals wrap their data in `metricsData`. The vendor's page of skill segments shows no wrapper. Both forms are read. */
const unwrapped = (level: Json): Json => (isObject(level.metricsData) ? level.metricsData : level);

const totalNames = ["metricsTotal", "metricsTotals"] as const;

const ownTotal = (object: Json): unknown => object[totalNames[0]] ?? object[totalNames[1]];

/**
 * The total of a level. It is `metricsTotal` in the examples of the vendor's pages and `metricsTotals` in their text. Other methods of the
 * service give it inside the section of the rows. It is read there if the level has none.
 */
export const totalOf = (level: Json, rows: unknown): unknown => ownTotal(level) ?? (isObject(rows) ? ownTotal(rows) : undefined);

/** Names that methods of the service give to the section of the rows by skill. */
type SkillsName = "metricsPerSkill" | "skillsMetrics" | "skillsMetricsPerAgent";

/**
 * The rows by skill: under the documented name, else under the name of another method of the service. Some of those put the rows into
 * `metricsPerSkill` beside their total, others put the total among the rows. Undefined where there are none.
 */
export function skillsOf(level: Json, documented: SkillsName): unknown {
  const section = level[documented] ?? level.metricsPerSkill ?? level.skillsMetrics ?? level.skillsMetricsPerAgent ?? level[documented];
  if (!isObject(section)) return section;
  const skills = section.metricsPerSkill ?? section;
  return isObject(skills) ? withoutTotal(skills) : skills;
}

const withoutTotal = ({ [totalNames[0]]: _, [totalNames[1]]: __, ...rest }: Json): Json => rest;

/** The figures of a row. If it has none, they are in a total inside the row, as in other methods of the service. */
export function figuresOf(row: Json, segments: string): Json {
  const total = ownTotal(row);
  return row[segments] === undefined && isObject(total) ? total : row;
}

/** The fault of a section that the question needs; null when all are sound. A question for intervals needs the summary too. */
export function segmentsFault(
  faults: Faults<SegmentsSection> | undefined,
  { of, everyMinutes, split }: { of: "rows" | "total"; everyMinutes: number | null; split: boolean },
): string | null {
  const level = [of, ...(split ? (["bySkill"] as const) : [])] as const;
  const intervals = ["intervals", ...level.map((name) => `intervals.${name}` as const)] as const;
  return firstFault(faults, everyMinutes === null ? level : [...level, ...intervals]);
}
