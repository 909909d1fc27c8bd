import { isDeepStrictEqual } from "node:util";
import { intervalMetrics } from "../../../catalogue/interval-metrics.js";
import { isCarried } from "../../../catalogue/metric.js";
import { ceilTo, floorTo, joined, minuteMs, slotsOf, type Window } from "../../../time.js";
import type { CallContext, ExchangeRequest, ExchangeResponse, Fetch, IntervalMetricsCall } from "../../call.js";
import { type Grouping, grouped, type IntervalMetricsReply, type IntervalRow, type Values } from "../../question.js";
import { AnswerReader, isObject, type Json, requestPath } from "../platform-form.js";

interface WindowRead {
  rows: readonly RowRead[];
  /** Parts of the window whose rows are complete. */
  complete: readonly Window[];
}

/** How often an unfinished part of a window is narrowed to the intervals in it that are done. */
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

/** At most `most` parts of the window, as equal as whole intervals allow. */
function cutIntoParts(window: Window, everyMs: number, most: number): Window[] {
  const slots = slotsOf(window, everyMs);
  const parts = Math.min(Math.max(1, most), slots.length);
  const startOf = (part: number): number => slots[Math.round((part * slots.length) / parts)]?.from ?? window.to;
  return Array.from({ length: parts }, (_, part) => ({ from: startOf(part), to: startOf(part + 1) }));
}

/** What is left of a window without these parts. They are in order and do not touch each other. */
function gaps(window: Window, parts: readonly Window[]): Window[] {
  const bounds = [window.from, ...parts.flatMap(({ from, to }) => [from, to]), window.to];
  return Array.from({ length: bounds.length / 2 }, (_, index) => ({ from: bounds[2 * index]!, to: bounds[2 * index + 1]! })).filter(
    ({ from, to }) => from < to,
  );
}

// ---------------------------------------------------------------- request

/** Where a page begins: a page key, or an offset on an older platform; null for the first page. */
type Position = Readonly<Record<"pageKey", string> | Record<"offset", string>> | null;

/** Rows on one page: the platform's maximum. */
export const rowsPerPage = 500;

/** What the platform calls each grouping, and its id: as a filter of a request and in the rows of an answer. */
export const platformNames: Readonly<Record<Grouping, { grouping: string; id: string }>> = {
  SKILL: { grouping: "skill", id: "skillId" },
  AGENT_GROUP: { grouping: "agentGroup", id: "agentGroupId" },
  AGENT: { grouping: "agent", id: "agentId" },
  CONVERSATION: { grouping: "conversation", id: "conversationId" },
};

/**
 * The GET for one page of a window. Which rows the platform gives depends on the metrics asked for, so a grouping is always
 * asked for the same ones.
 */
const intervalMetricsRequest = (
  call: IntervalMetricsCall,
  account: string,
  source: string,
  window: Window,
  position: Position,
): ExchangeRequest => ({
  api: "INTERVAL_METRICS",
  service: "intervalMetrics",
  method: "GET",
  // From the vendor's page: the API is off until somebody turns it on.
  toCheck:
    "The credentials lack the permission, or the feature is off for the account: LivePerson turns on BAM_Enabled, WorkforceManagement_AHT and wfm-nrt-interval-metrics.",
  path: requestPath(`/api/account/${encodeURIComponent(account)}/interval-metrics`, {
    v: 1,
    source,
    from: rfc3339(window.from),
    to: rfc3339(window.to),
    intervalDuration: call.everyMinutes,
    grouping: call.grouping.map((grouping) => platformNames[grouping].grouping).join(","),
    ...Object.fromEntries(Object.entries(call.filters).map(([kind, id]) => [platformNames[kind as Grouping].id, id])),
    handleTimeModel: call.handleTimeModel,
    metrics: metricNames(call.grouping).join(","),
    includeBotSkills: call.includeBotSkills,
    pageSize: rowsPerPage,
    ...position,
  }),
});

/** The metrics that rows grouped like this carry: the platform must not be asked for others. */
export const metricNames = (grouping: readonly Grouping[]): string[] =>
  intervalMetrics.inOrder.flatMap((metric) => (isCarried(metric, grouping, intervalMetrics) ? [metric.upstream] : []));

/** UTC, without milliseconds. */
const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");

// ---------------------------------------------------------------- pages

interface PagesTerms<R> {
  request: (position: Position) => ExchangeRequest;
  exchange: (request: ExchangeRequest) => Promise<ExchangeResponse>;
  /** Null: the entry does not belong to what was asked. */
  readEntry: (entry: unknown) => R | null;
  expects: CallContext["expects"];
  read: CallContext["read"];
  reader: AnswerReader;
}

/** All rows of a window, or the intervals that are done when the platform is still computing others (202). */
type PagesRead<R> = { rows: readonly R[] } | { done: readonly Window[] };

/** Reads page after page until none follows; empty pages do not end it. A page that comes twice is UPSTREAM_INVALID_RESPONSE. */
async function readPages<R>(
  { request, exchange, readEntry, expects, read, reader }: PagesTerms<R>,
  readDone: (body: Json) => Window[],
): Promise<PagesRead<R>> {
  const rows: R[] = [];
  const visited = new Set<string>();
  for (let position: Position = null; ; ) {
    const { status, body } = await exchange(request(position));
    const page = reader.object(body, "the body");
    if (status === 202) {
      read({ rows: 0 });
      return { done: readDone(page) };
    }
    const entries = reader.list(page.intervals, "intervals");
    for (const entry of entries) {
      const row = readEntry(entry);
      if (row !== null) rows.push(row);
    }
    read({ rows: entries.length });
    position = nextPosition(page, reader);
    if (position === null) return { rows };
    const place = JSON.stringify(position);
    if (visited.has(place)) throw reader.invalid("its pages lead back to a page that was read already");
    visited.add(place);
    expects(1);
  }
}

/** The next page key, or what the link to the next page says in its query; the link itself is not followed. */
function nextPosition(page: Json, reader: AnswerReader): Position {
  const { paging } = reader.map(page.metadata, "metadata");
  if (!isObject(paging)) return null;
  const pageKey = reader.id(paging.nextPageKey, "nextPageKey");
  if (pageKey !== null) return { pageKey };
  const { next } = reader.map(paging.refs, "refs");
  if (next === undefined || next === null || next === "") return null;
  const query = new URLSearchParams(String(next).split("?")[1]);
  for (const name of ["pageKey", "offset"] as const) {
    const value = query.get(name);
    if (value) return name === "pageKey" ? { pageKey: value } : { offset: value };
  }
  throw reader.invalid("the link to its next page names neither page key nor offset");
}

/**
 * The longest runs of intervals that a 202 calls Done, inside the window and on its interval boundaries. A status off the UTC grid belongs,
 * like a row, to the interval in which it begins.
 */
function doneRuns(body: Json, window: Window, everyMs: number, reader: AnswerReader): Window[] {
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

// ---------------------------------------------------------------- rows

/** Metrics that are valid in an interval without human activity. */
const withoutHumans = new Set(["consumerMessages", "arrivals", "closedConversations"]);
const answerKeys = intervalMetrics.inOrder.map(({ answer }) => answer);
const humanFields = intervalMetrics.inOrder.flatMap(({ field }) => (withoutHumans.has(field) ? [] : [field]));

/**
 * One row; null when it begins outside the window asked for. Ids and names are those of the grouping alone. Without human activity
 * the figures of humans are null, because the zeros of the platform were not measured.
 */
function readRow(entry: unknown, asked: Window, grouping: readonly Grouping[], reader: AnswerReader): RowRead | null {
  const raw = reader.object(entry, "an interval");
  const window = readTimes(reader.object(raw.timeframe, "the timeframe of an interval"), reader);
  if (window.from < asked.from || window.from >= asked.to) return null;
  const metrics = reader.map(raw.metrics, "the metrics of an interval");
  if (answerKeys.every((key) => metrics[key] === undefined || metrics[key] === null)) return { window, row: null };
  const values = reader.values(intervalMetrics, metrics);
  const human = humanFields.some((field) => (values[field] ?? 0) !== 0);
  const named = (kind: Grouping, key: string): string | null => (grouping.includes(kind) ? reader.name(raw[key], key) : null);
  const row: IntervalRow = {
    window,
    ids: readIds(raw, grouping, reader),
    skillName: named("SKILL", "skillName"),
    agentGroupName: named("AGENT_GROUP", "agentGroupName"),
    agentName: named("AGENT", "agentName"),
    agentLogin: named("AGENT", "agentLogin"),
    human,
    values: human ? values : withoutFields(values, humanFields),
  };
  return { window, row };
}

/** By `from` and `to`. In the vendor's examples, `fromL` and `toL` are wrong by two hours. */
const readTimes = (raw: Json, reader: AnswerReader): Window => ({
  from: reader.instant(raw.from, "from"),
  to: reader.instant(raw.to, "to"),
});

function readIds(raw: Json, grouping: readonly Grouping[], reader: AnswerReader): IntervalRow["ids"] {
  const ids: Partial<Record<Grouping, string>> = {};
  for (const kind of grouping) {
    const key = platformNames[kind].id;
    const id = reader.id(raw[key], key);
    if (id !== null) ids[kind] = id;
  }
  return ids;
}

const withoutFields = (values: Values, fields: readonly string[]): Values => ({
  ...values,
  ...Object.fromEntries(fields.map((field) => [field, null])),
});

/** A row as the platform gave it. */
interface RowRead {
  window: Window;
  /** Null: it came without metrics. */
  row: IntervalRow | null;
}

interface JudgedRows {
  rows: readonly IntervalRow[];
  /** What was odd, one sentence for each kind, with how many rows it concerns. */
  remarks: readonly string[];
}

/**
 * The valid rows: each once, with the length that was asked for, with metrics. If two have the same ids and beginning, the later is kept. A
 * row keeps its own times, on the UTC grid or off it.
 */
function judgedRows(
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

/** The rows of a reply with their index: each in the interval of our UTC grid in which it begins. */
export function rowsBySlot(rows: readonly IntervalRow[], everyMinutes: number): Pick<IntervalMetricsReply, "rows" | "bySlot"> {
  const everyMs = everyMinutes * minuteMs;
  return { rows, bySlot: grouped(rows, ({ window }) => [floorTo(window.from, everyMs)]) };
}
