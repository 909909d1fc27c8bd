import { ceilTo, floorTo, joined, minuteMs, type Window } from "../../../time.js";
import type { ExchangeRequest, Fetch } from "../../call.js";
import type { IntervalRow } from "../../question.js";
import { AnswerReader, type Json } from "../answer-reader.js";
import { type PagesTerms, readPages } from "./pages.js";
import { intervalMetricsRequest } from "./request.js";
import { readRow, readTimes } from "./row.js";

interface WindowRead {
  rows: readonly IntervalRow[];
  /** Parts of the window whose rows are complete. */
  complete: readonly Window[];
}

/** How often a part of a window that turns out to be unfinished is narrowed to what is done in it. */
const narrowings = 2;

/**
 * All rows of the window over all pages. When the platform is still computing (202), the runs of intervals that are done
 * are asked for again, and the rest of the window is `pending`. `source` names the asking program to the platform.
 */
export const intervalMetricsFetch =
  (source: string): Fetch<"interval-metrics"> =>
  async (call, { account, exchange, read }) => {
    const reader = new AnswerReader("INTERVAL_METRICS", account);
    const askedAt: number[] = [];
    let bytes = 0;
    const counted = async (request: ExchangeRequest) => {
      const response = await exchange(request);
      askedAt.push(response.askedAt);
      bytes += response.bytes;
      return response;
    };
    const readWindow = async (window: Window, narrowingsLeft: number): Promise<WindowRead> => {
      const terms: PagesTerms = {
        request: (position) => intervalMetricsRequest(call, account, source, window, position),
        exchange: counted,
        readRow: (entry) => readRow(entry, call.grouping, reader),
        read,
        reader,
      };
      const pages = await readPages(terms, (body) => doneRuns(body, window, call.everyMinutes * minuteMs, reader));
      if ("rows" in pages) return { rows: pages.rows.filter((row) => isWithin(row.window, window)), complete: [window] };
      const parts: WindowRead[] = [];
      if (narrowingsLeft > 0) for (const run of pages.done) parts.push(await readWindow(run, narrowingsLeft - 1));
      return { rows: parts.flatMap(({ rows }) => rows), complete: parts.flatMap(({ complete }) => complete) };
    };
    const { rows, complete } = await readWindow(call.window, narrowings);
    const ages = { asOf: Math.min(...askedAt), newestAskedAt: Math.max(...askedAt) };
    const reply = { ...ages, window: call.window, rows, pending: gaps(call.window, joined(complete)) };
    return { reply, pages: askedAt.length, bytes, remarks: [] };
  };

const isWithin = (part: Window, whole: Window): boolean => part.from >= whole.from && part.to <= whole.to;

/** The longest runs of intervals that a 202 calls Done, inside the window and on its interval boundaries. */
function doneRuns(body: Json, window: Window, everyMs: number, reader: AnswerReader): Window[] {
  const statuses = reader.list(body.intervals, "the list of interval statuses").map((entry) => {
    const raw = reader.object(entry, "an interval status");
    if (typeof raw.status !== "string") throw reader.invalid("an interval has no status");
    return { interval: readTimes(raw, reader), done: raw.status.toLowerCase() === "done" };
  });
  if (statuses.length === 0) throw reader.invalid("it is not ready, yet names no interval");
  return joined(statuses.flatMap(({ interval, done }) => (done ? [interval] : [])))
    .map(({ from, to }) => ({
      from: ceilTo(Math.max(from, window.from), everyMs),
      to: floorTo(Math.min(to, window.to), everyMs),
    }))
    .filter(({ from, to }) => from < to);
}

/** What is left of a window without the given parts, which are in order and apart. */
function gaps(window: Window, parts: readonly Window[]): Window[] {
  const bounds = [window.from, ...parts.flatMap(({ from, to }) => [from, to]), window.to];
  return Array.from({ length: bounds.length / 2 }, (_, index) => ({ from: bounds[2 * index]!, to: bounds[2 * index + 1]! })).filter(
    ({ from, to }) => from < to,
  );
}
