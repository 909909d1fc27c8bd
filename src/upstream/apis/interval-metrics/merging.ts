import { hourMs, joined, minuteMs, slotsOf, type Window } from "../../../time.js";
import { regionsOf } from "../../planning/regions.js";
import { canonical, type Grouping, type IntervalFilters, type IntervalMetricsReply, type IntervalRow, textOf } from "../../question.js";
import type { Merging, QuestionOf, Sizes, Stored, Usable } from "../merging.js";

type Asked = QuestionOf<"interval-metrics">;

/** Rows on one page: the platform's maximum. */
export const rowsPerPage = 500;
/** The name of the size that is learnt: rows in one interval, on average. */
export const rowsInSlot = "rows";
/** The longest window of one call. */
const longestMs = 24 * hourMs;
/** Rows of an interval that ended this long before they were asked for no longer change. */
const settledAfterMs = 2 * hourMs;

/** Windows and rows share a call; groupings, interval lengths, handle time models and filters of kinds not grouped by do not. */
export const intervalMetricsMerging: Merging<"interval-metrics"> = {
  family: ({ api, account, credential, grouping, everyMinutes, handleTimeModel, filters }) =>
    canonical({ api, account, credential, grouping, everyMinutes, handleTimeModel, foreign: parted(filters, grouping).foreign }),

  regions(questions) {
    const windows = new Map(questions.map(({ window }) => [textOf(window), window]));
    const near = (window: Window) => [...windows.values()].filter((other) => fitsCall(hull([window, other])));
    const pairs = new Map([...windows].map(([text, window]) => [text, near(window).map((other) => textOf(hull([window, other])))]));
    return regionsOf(questions, ({ window }) => [textOf(window), ...(pairs.get(textOf(window)) ?? [])]);
  },

  merge(questions, sizes) {
    const first = questions[0];
    if (!first) return null;
    const { grouping, everyMinutes, handleTimeModel } = first;
    const window = hull(questions.map((question) => question.window));
    if (!fitsCall(window)) return null;
    const { foreign } = parted(first.filters, grouping);
    const filters = { ...foreign, ...commonPicks(questions) };
    const includeBotSkills = questions.some((question) => question.includeBotSkills);
    const picked = Object.keys(filters).length > Object.keys(foreign).length;
    const exchanges = picked ? 1 : pages(sizes, window, everyMinutes);
    return {
      call: { api: "interval-metrics", grouping, everyMinutes, handleTimeModel, window, filters, includeBotSkills },
      exchanges,
      open: !picked && sizes(rowsInSlot) === undefined,
    };
  },

  covers: (call, question) =>
    call.window.from <= question.window.from && call.window.to >= question.window.to && rowsCovered(call, question),

  lookUp(stored, question, usable) {
    const slots = slotsOf(question.window, question.everyMinutes * minuteMs).map((slot) => ({
      slot,
      source: source(stored, question, slot, usable),
    }));
    const holes = slots.filter(({ source }) => !source).map(({ slot }) => slot);
    if (holes.length > 0) return { missing: { ...question, window: hull(holes) } };
    return { reply: assembled(question, slots as { slot: Window; source: Stored<"interval-metrics"> }[]) };
  },

  signature: ({ window, includeBotSkills }) => canonical({ window, includeBotSkills }),

  *sizes({ call, reply }) {
    const { foreign } = parted(call.filters, call.grouping);
    const slots = (call.window.to - call.window.from) / (call.everyMinutes * minuteMs);
    const unpicked = Object.keys(call.filters).length === Object.keys(foreign).length;
    if (unpicked && slots > 0 && reply.pending.length === 0) yield [rowsInSlot, reply.rows.length / slots];
  },
};

/** Filters of kinds that are grouped by only pick rows; the others change what rows count. */
export function parted(filters: IntervalFilters, grouping: readonly Grouping[]): { picks: IntervalFilters; foreign: IntervalFilters } {
  const entries = Object.entries(filters) as [Grouping, string][];
  const pick = ([kind]: [Grouping, string]) => grouping.includes(kind);
  return { picks: Object.fromEntries(entries.filter(pick)), foreign: Object.fromEntries(entries.filter((entry) => !pick(entry))) };
}

/** The picks on which all questions agree: a call may make these and no others. */
function commonPicks(questions: readonly Asked[]): IntervalFilters {
  const [first, ...rest] = questions;
  if (!first) return {};
  const { picks } = parted(first.filters, first.grouping);
  const common = (Object.entries(picks) as [Grouping, string][]).filter(([kind, id]) => rest.every(({ filters }) => filters[kind] === id));
  return Object.fromEntries(common);
}

function pages(sizes: Sizes, window: Window, everyMinutes: number): number {
  const rows = sizes(rowsInSlot) ?? 0;
  return Math.max(1, Math.ceil((rows * (window.to - window.from)) / (everyMinutes * minuteMs) / rowsPerPage));
}

const rowsCovered = (call: { filters: IntervalFilters; includeBotSkills: boolean }, question: Asked): boolean =>
  (call.includeBotSkills || !question.includeBotSkills) &&
  (Object.entries(call.filters) as [Grouping, string][]).every(([kind, id]) => question.filters[kind] === id);

/** The newest usable answer that holds the slot: a settled slot lives longer than one that may still change. */
function source(
  stored: readonly Stored<"interval-metrics">[],
  question: Asked,
  slot: Window,
  usable: Usable,
): Stored<"interval-metrics"> | undefined {
  return stored.find((answer) => {
    const { window, asOf, pending } = answer.reply;
    const holds = window.from <= slot.from && window.to >= slot.to && rowsCovered(answer.call, question);
    if (!holds) return false;
    if (pending.some((part) => overlap(part, slot))) return usable(answer, "pending");
    return usable(answer, slot.to <= asOf - settledAfterMs ? "closedIntervals" : "intervals");
  });
}

/** Whether nothing in the reply can change any more: all of it had ended long before it was asked for, and nothing is pending. */
export const isSettled = ({ asOf, window, pending }: IntervalMetricsReply): boolean =>
  window.to <= asOf - settledAfterMs && pending.length === 0;

/** One reply out of the answers that hold its slots, with the rows of the question alone; as old as the oldest of them. */
function assembled(
  { window, filters, includeBotSkills }: Asked,
  slots: readonly { slot: Window; source: Stored<"interval-metrics"> }[],
): IntervalMetricsReply {
  const answers = [...new Set(slots.map(({ source }) => source))];
  const picks = Object.entries(filters) as [Grouping, string][];
  // A row without an id belongs to nobody's rows, unless the platform itself picked it for that id.
  const wanted = (row: IntervalRow, call: Stored<"interval-metrics">["call"]) =>
    (includeBotSkills || row.human) && picks.every(([kind, id]) => (row.ids[kind] ?? call.filters[kind]) === id);
  const rowsOf = ({ slot, source: { call, reply } }: (typeof slots)[number]) =>
    (reply.bySlot.get(slot.from) ?? []).filter((row) => wanted(row, call));
  const found = slots.map((each) => [each.slot.from, rowsOf(each)] as const).filter(([, rows]) => rows.length > 0);
  const pending = slots.filter(({ slot, source }) => source.reply.pending.some((part) => overlap(part, slot))).map(({ slot }) => slot);
  const ages = {
    asOf: Math.min(...answers.map(({ reply }) => reply.asOf)),
    newestAskedAt: Math.max(...answers.map(({ reply }) => reply.newestAskedAt)),
  };
  return { ...ages, window, rows: found.flatMap(([, rows]) => rows), bySlot: new Map(found), pending: joined(pending) };
}

const fitsCall = ({ from, to }: Window): boolean => to - from <= longestMs;

const overlap = (a: Window, b: Window): boolean => a.from < b.to && b.from < a.to;

const hull = (windows: readonly Window[]): Window => ({
  from: Math.min(...windows.map(({ from }) => from)),
  to: Math.max(...windows.map(({ to }) => to)),
});
