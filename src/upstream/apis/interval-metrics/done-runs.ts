import { ceilTo, floorTo, joined, type Window } from "../../../time.js";
import type { AnswerReader, Json } from "../platform-form.js";
import { readTimes } from "./row.js";

/**
 * The longest runs of intervals that a 202 calls Done, inside the window and on its interval boundaries. A status off the UTC grid is,
 * like a row, that of the interval in which it begins.
 */
export function doneRuns(body: Json, window: Window, everyMs: number, reader: AnswerReader): Window[] {
  const statuses = reader.list(body.intervals, "the list of interval statuses").map((entry) => {
    const raw = reader.object(entry, "an interval status");
    if (typeof raw.status !== "string") throw reader.invalid("an interval has no status");
    return { interval: onGrid(readTimes(raw, reader), everyMs), done: raw.status.toLowerCase() === "done" };
  });
  if (statuses.length === 0) throw reader.invalid("it is not ready, yet names no interval");
  return joined(statuses.flatMap(({ interval, done }) => (done ? [interval] : [])))
    .map(({ from, to }) => ({
      from: ceilTo(Math.max(from, window.from), everyMs),
      to: floorTo(Math.min(to, window.to), everyMs),
    }))
    .filter(({ from, to }) => from < to);
}

/** Statuses may also span several intervals or a part of one: those stay as they are. */
function onGrid({ from, to }: Window, everyMs: number): Window {
  if (to - from !== everyMs) return { from, to };
  const start = floorTo(from, everyMs);
  return { from: start, to: start + everyMs };
}
