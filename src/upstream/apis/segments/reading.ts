import { floorTo, minuteMs, slotsOf, type Window } from "../../../time.js";
import type { ExchangeResponse } from "../../call.js";
import type { Faults, SegmentsSection } from "../../question.js";
import { type AnswerReader, isObject, type Json } from "../answer-reader.js";
import type { Sections } from "../sections.js";

/** What the two segment methods of the Messaging Operations API have in common: window, intervals and totals. */

interface Span {
  lastMinutes: number;
  everyMinutes: number | null;
}

interface Level {
  window: Window;
}

/** Where a level stands: the sections of the whole window have plain names, those of its intervals begin with `intervals.`. */
export type Place = "" | "intervals.";

export type SegmentsReading<L extends Level> = L & {
  asOf: number;
  newestAskedAt: number;
  faults?: Faults<SegmentsSection>;
  intervals: readonly L[] | null;
};

export interface SegmentsTerms<L extends Level> {
  reader: AnswerReader;
  sections: Sections<SegmentsSection>;
  /** Turns one level of the answer into rows and total, each a section; null is an interval that the platform left out. */
  readLevel(level: Json | null, window: Window, place: Place): L;
}

/**
 * The whole answer: its summary and, when asked for, every interval of the window, oldest first. Sections are judged apart;
 * UPSTREAM_INVALID_RESPONSE when neither rows nor total of the whole window are of use.
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

/** The intervals at their places in the window that holds them all; those that the platform left out are null. */
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
 * The window of an answer whose intervals begin at `timestamps`. The platform may leave out intervals without segments, at
 * the end too: of the windows that hold every timestamp, the one whose end is nearest to the time of asking.
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

/** Agent intervals wrap their data in `metricsData`; the page of skill segments shows no wrapper: both are read. */
const unwrapped = (level: Json): Json => (isObject(level.metricsData) ? level.metricsData : level);

/** The total of a level: `metricsTotal` in every example of the vendor's pages, `metricsTotals` in every text. */
export const totalOf = (level: Json): unknown => level.metricsTotal ?? level.metricsTotals;
