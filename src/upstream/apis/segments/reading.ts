import { floorTo, minuteMs, slotsOf, type Window } from "../../../time.js";
import type { ExchangeResponse } from "../../call.js";
import { type AnswerReader, isObject, type Json } from "../answer-reader.js";

/** What the two segment methods of the Messaging Operations API have in common: window, intervals and totals. */

interface Span {
  lastMinutes: number;
  everyMinutes: number | null;
}

interface Level {
  window: Window;
}

export type SegmentsReading<L extends Level> = L & { asOf: number; newestAskedAt: number; intervals: readonly L[] | null };

/**
 * The whole answer: its summary and, when asked for, every interval of the window, oldest first. `read` turns one level of
 * the answer into rows; it is given an empty level for an interval that the platform left out.
 */
export function readSegments<L extends Level>(
  { body, askedAt }: ExchangeResponse,
  { lastMinutes, everyMinutes }: Span,
  reader: AnswerReader,
  read: (level: Json | null, window: Window) => L,
): SegmentsReading<L> {
  const whole = reader.object(body, "the body");
  const lengthMs = lastMinutes * minuteMs;
  if (everyMinutes === null) {
    const window = { from: askedAt - lengthMs, to: askedAt };
    return { ...read(unwrapped(whole), window), asOf: askedAt, newestAskedAt: askedAt, intervals: null };
  }
  const everyMs = everyMinutes * minuteMs;
  const stamped = reader.list(whole.metricsByIntervals, "metricsByIntervals").map((entry) => {
    const interval = reader.object(entry, "an interval");
    return { timestamp: reader.number(interval.timestamp, "the timestamp of an interval"), level: unwrapped(interval) };
  });
  const timestamps = stamped.map(({ timestamp }) => timestamp);
  const window = windowAround(timestamps, lengthMs, everyMs, askedAt);
  const slots = slotsOf(window, everyMs);
  const levels = new Map(stamped.map(({ timestamp, level }) => [Math.round((timestamp - window.from) / everyMs), level]));
  if (levels.size < stamped.length) throw reader.invalid("two intervals begin at the same time");
  if ([...levels.keys()].some((index) => slots[index] === undefined)) throw reader.invalid("an interval lies outside the window");
  const summary = unwrapped(reader.object(whole.timeframeSummary, "timeframeSummary"));
  const intervals = slots.map((slot, index) => read(levels.get(index) ?? null, slot));
  return { ...read(summary, window), asOf: askedAt, newestAskedAt: askedAt, intervals };
}

/**
 * The window of an answer whose intervals begin at `timestamps`. The platform may leave out intervals without segments, at
 * the end too: of the windows that hold every timestamp, the one whose end is nearest to the time of asking.
 */
function windowAround(timestamps: readonly number[], lengthMs: number, everyMs: number, askedAt: number): Window {
  if (timestamps.length === 0) return { from: askedAt - lengthMs, to: askedAt };
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
