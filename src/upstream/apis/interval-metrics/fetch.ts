import { joined, minuteMs, slotsOf, type Window } from "../../../time.js";
import type { ExchangeRequest, Fetch } from "../../call.js";
import { AnswerReader } from "../platform-form.js";
import { doneRuns } from "./done-runs.js";
import { judgedRows, type RowRead } from "./judged-rows.js";
import { readPages } from "./pages.js";
import { intervalMetricsRequest, type Position } from "./request.js";
import { readRow } from "./row.js";
import { rowsBySlot } from "./rows-by-slot.js";

interface WindowRead {
  rows: readonly RowRead[];
  /** Parts of the window whose rows are complete. */
  complete: readonly Window[];
}

/** How often a part of a window that turns out to be unfinished is narrowed to what is done in it. */
const narrowings = 2;

/**
 * All rows of the window over all pages, in as many parts side by side as the context says. When the platform is still computing
 * (202), the runs of intervals that are done are asked for again, and the rest of the window is `pending`.
 */
export const fetchIntervalMetrics: Fetch<"interval-metrics"> = async (call, { account, source, exchange, expects, read, parts }) => {
  const reader = new AnswerReader("INTERVAL_METRICS", account);
  const everyMs = call.everyMinutes * minuteMs;
  const askedAt: number[] = [];
  let bytes = 0;
  let failure: unknown;
  const counted = async (request: ExchangeRequest) => {
    if (failure !== undefined) throw failure;
    const response = await exchange(request);
    askedAt.push(response.askedAt);
    bytes += response.bytes;
    return response;
  };
  const readWindow = async (window: Window, narrowingsLeft: number): Promise<WindowRead> => {
    const terms = {
      request: (position: Position) => intervalMetricsRequest(call, account, source, window, position),
      readEntry: (entry: unknown) => readRow(entry, window, call.grouping, reader),
      exchange: counted,
      expects,
      read,
      reader,
    };
    const pages = await readPages(terms, (body) => doneRuns(body, window, everyMs, reader));
    if ("rows" in pages) return { rows: pages.rows, complete: [window] };
    if (narrowingsLeft === 0 || pages.done.length === 0) return { rows: [], complete: [] };
    expects(pages.done.length);
    const runs: WindowRead[] = [];
    for (const run of pages.done) runs.push(await readWindow(run, narrowingsLeft - 1));
    return together(runs);
  };
  const stoppingOthers = (error: unknown): never => {
    failure ??= error;
    throw error;
  };
  const windows = cutIntoParts(call.window, everyMs, parts);
  const whole = together(await Promise.all(windows.map((window) => readWindow(window, narrowings).catch(stoppingOthers))));
  const { rows, remarks } = judgedRows(whole.rows, call);
  const ages = { asOf: Math.min(...askedAt), newestAskedAt: Math.max(...askedAt) };
  const pending = gaps(call.window, joined(whole.complete));
  const reply = { ...ages, window: call.window, ...rowsBySlot(rows, call.everyMinutes), pending };
  return { reply, pages: askedAt.length, bytes, remarks };
};

const together = (parts: readonly WindowRead[]): WindowRead => ({
  rows: parts.flatMap(({ rows }) => rows),
  complete: parts.flatMap(({ complete }) => complete),
});

/** At most so many parts of the window, as even as whole intervals allow. */
function cutIntoParts(window: Window, everyMs: number, most: number): Window[] {
  const slots = slotsOf(window, everyMs);
  const parts = Math.min(Math.max(1, most), slots.length);
  const startOf = (part: number): number => slots[Math.round((part * slots.length) / parts)]?.from ?? window.to;
  return Array.from({ length: parts }, (_, part) => ({ from: startOf(part), to: startOf(part + 1) }));
}

/** What is left of a window without the given parts, which are in order and apart. */
function gaps(window: Window, parts: readonly Window[]): Window[] {
  const bounds = [window.from, ...parts.flatMap(({ from, to }) => [from, to]), window.to];
  return Array.from({ length: bounds.length / 2 }, (_, index) => ({ from: bounds[2 * index]!, to: bounds[2 * index + 1]! })).filter(
    ({ from, to }) => from < to,
  );
}
