import { alignedOutward, cutAtDays, dayMs, hourMs, joined as joinedWindows, minuteMs, slotsOf, type Window } from "../../../time.js";
import {
  canonical,
  type Grouping,
  grouped,
  type IntervalFilters,
  type IntervalMetricsReply,
  type IntervalRow,
  textOf,
} from "../../question.js";
import {
  type AnswerRecord,
  type Api,
  counted,
  type Found,
  type FoundPart,
  type QuestionOf,
  regionsOf,
  type Seen,
  type Usable,
} from "../descriptor.js";
import { fetchIntervalMetrics, rowsPerPage } from "./fetch.js";
import { stored } from "./stored.js";

type Asked = QuestionOf<"interval-metrics">;
type Record = AnswerRecord<"interval-metrics">;

/** Rows estimated at up to this part of a page are taken to fit one page. */
const surelyOnePage = 0.8;
/** Rows in one interval if none was seen: the rows of twenty agents at work. */
const guessedRowsInSlot = 20;
/** A window of up to so many intervals is read with all its rows although their number is not known. */
const mostTriedSlots = 5;
/** The longest window of one call. */
const longestMs = 24 * hourMs;
/** Rows of an interval that ended this long before they were asked for no longer change. */
const settledAfterMs = 2 * hourMs;

/** Windows and rows share a call; groupings, interval lengths, handle time models and filters of kinds not grouped by do not. */
export const intervalMetrics: Api<"interval-metrics"> = {
  name: "interval-metrics",
  metricsApi: "INTERVAL_METRICS",
  title: "Interval metrics",
  service: "intervalMetrics",
  kinds: ["intervals", "closedIntervals"],
  kindsOf: (_, settled) => (settled ? ["closedIntervals"] : ["intervals"]),

  scope: ({ grouping, everyMinutes, handleTimeModel, filters }) => [
    grouping,
    everyMinutes,
    handleTimeModel,
    canonical(parted(filters, grouping).foreign),
  ],
  restricted: (question) => question,
  apartBy: (question, off) => (off === "unfiltered" ? canonical(parted(question.filters, question.grouping).picks) : undefined),
  split: (question) => cutAtIds(question).flatMap(cutAtDaysOf),
  joined(question, replies) {
    if (replies.length === 1) return replies[0]!;
    const [, ...others] = amongOf(question).map(([kind, ids]) => [kind, new Set<string | undefined>(ids)] as const);
    const bySlot = new Map<number, IntervalRow[]>();
    for (const [slot, rows] of replies.flatMap((reply) => [...reply.bySlot])) {
      const own = rows.filter(({ ids }) => others.every(([kind, wanted]) => wanted.has(ids[kind])));
      const known = bySlot.get(slot);
      if (known) known.push(...own);
      else if (own.length > 0) bySlot.set(slot, own);
    }
    return {
      ...agesOf(replies),
      window: question.window,
      rows: [...bySlot.values()].flat(),
      bySlot,
      pending: joinedWindows(replies.flatMap(({ pending }) => pending)),
    };
  },
  ids: () => null,
  withIds: (question) => question,
  contains: (whole, part) => isWithin(part.window, whole.window) && rowsCovered(whole, part),
  overlaps: (one, other) => overlap(one.window, other.window),
  // The question takes its own rows from the answer to a question that contains it.
  combined(question, [whole]) {
    const { question: call, reply } = whole!;
    return lookUp([{ call, reply, bytes: 0, pages: 0 }], question, () => true).parts[0]!.reply;
  },
  aligned: (question) => question,

  regions(questions) {
    const windows = new Map(questions.map(({ window }) => [textOf(window), window]));
    const near = (window: Window) => [...windows.values()].filter((other) => fitsCall(hull([window, other])));
    const pairs = new Map([...windows].map(([text, window]) => [text, near(window).map((other) => textOf(hull([window, other])))]));
    return regionsOf(questions, ({ window }) => [textOf(window), ...(pairs.get(textOf(window)) ?? [])]);
  },
  merge(questions, seen) {
    const first = questions[0];
    if (!first) return null;
    const { grouping, everyMinutes, handleTimeModel } = first;
    const window = hull(questions.map((question) => question.window));
    if (!fitsCall(window)) return null;
    const { foreign } = parted(first.filters, grouping);
    const picks = commonPicks(questions);
    const rows = expectedRows(seen, first, window);
    const mustPick = first.mergesOff?.includes("unfiltered") ?? false;
    const isPicked = Object.keys(picks).length > 0 && (mustPick || !isWorthAll(rows, first, window, seen));
    const filters = isPicked ? { ...foreign, ...picks } : foreign;
    const includeBotSkills = questions.some((question) => question.includeBotSkills);
    return {
      call: { api: "interval-metrics", grouping, everyMinutes, handleTimeModel, window, filters, includeBotSkills },
      exchanges: isPicked ? 1 : pages(rows ?? 0),
      open: !isPicked && rows === undefined,
    };
  },
  signature: ({ window, includeBotSkills }) => canonical({ window, includeBotSkills }),
  totalOver: () => null,
  totalIds: () => null,

  covered: (call, question) => (isWithin(question.window, call.window) && rowsCovered(call, question) ? question : null),
  holds: () => ["rows"],
  sought: () => "rows",
  lookUp,
  faultFor: () => null,
  cutShort: (call) => call,
  continued: (_, rest) => rest,

  slot: ({ window, filters, includeBotSkills }) => canonical([window, filters, includeBotSkills]),
  named: ({ filters, grouping }) => {
    const ids = Object.values(parted(filters, grouping).picks);
    return ids.length > 0 ? ids : null;
  },
  withNamed: (call) => call,
  shape: ({ filters, grouping }) => (Object.keys(parted(filters, grouping).picks).length > 0 ? named : null),
  *sizes({ call, reply }) {
    const slots = slotsIn(call);
    const isUnpicked = Object.keys(parted(call.filters, call.grouping).picks).length === 0;
    if (isUnpicked && slots > 0 && reply.pending.length === 0) yield [rowsName(call), reply.rows.length / slots];
  },
  sizesVary: true,
  sizesSoFar: (call, rows) =>
    rows > 0 && Object.keys(parted(call.filters, call.grouping).picks).length === 0 ? [[rowsName(call), rows / slotsIn(call)]] : [],
  // The whole window had ended long before it was asked for, and nothing is pending.
  isSettled: ({ asOf, window, pending }) => window.to <= asOf - settledAfterMs && pending.length === 0,
  rows: ({ rows }) => rows.length,
  isWorth: () => true,

  fetch: fetchIntervalMetrics,
  stored,
  probe(now) {
    const { from } = alignedOutward({ from: now - 3 * hourMs, to: now }, 15 * minuteMs);
    const window = { from, to: from + 15 * minuteMs };
    const call = { api: "interval-metrics", grouping: ["SKILL"], everyMinutes: 15, handleTimeModel: "IFT", filters: {}, window } as const;
    return {
      call: { ...call, includeBotSkills: true },
      said: ({ rows }) => `${counted(rows.length, "skill")} with activity in a quarter of an hour, three hours ago.`,
    };
  },
};

/** Each interval is taken from the newest usable record that has it. */
function lookUp(records: readonly Record[], question: Asked, usable: Usable): Found<Asked> {
  const slots = slotsOf(question.window, question.everyMinutes * minuteMs).map((slot) => ({
    slot,
    source: source(holding(records, question, slot), question, slot, usable),
  }));
  const holes = slots.filter(({ source }) => !source).map(({ slot }) => slot);
  if (holes.length > 0) return { parts: [], missing: { ...question, window: hull(holes) } };
  return { parts: [assembled(question, slots as { slot: Window; source: Record }[])], missing: null };
}

/** A call spans a day at most. */
const cutAtDaysOf = (question: Asked): Asked[] =>
  question.window.to - question.window.from <= dayMs ? [question] : cutAtDays(question.window).map((window) => ({ ...question, window }));

type Among = readonly [kind: Grouping, ids: readonly string[]];

/** The kinds of `among`, the one with the fewest ids first: a question is cut at those. */
const amongOf = ({ among }: Pick<Asked, "among">): readonly Among[] =>
  (Object.entries(among ?? {}) as unknown as Among[]).sort(([, a], [, b]) => a.length - b.length);

/** A call takes one id of a kind. Rows of other ids of the other kinds are left out when the replies are joined. */
function cutAtIds(question: Asked): Asked[] {
  const { among: _, ...rest } = question;
  const [fewest] = amongOf(question);
  if (!fewest) return [question];
  const [kind, ids] = fewest;
  return ids.map((id) => ({ ...rest, filters: { ...rest.filters, [kind]: id } }));
}

const slotsIn = ({ window, everyMinutes }: Pick<Asked, "window" | "everyMinutes">): number =>
  (window.to - window.from) / (everyMinutes * minuteMs);

/** The one shape of calls by picked ids. */
const named = "picked";

/** The name of the size that is learnt: rows in one interval, on average, of everything that is grouped like this. */
const rowsName = ({
  grouping,
  everyMinutes,
  handleTimeModel,
  filters,
}: Pick<Asked, "grouping" | "everyMinutes" | "handleTimeModel" | "filters">) =>
  `rows ${grouping} ${everyMinutes} ${handleTimeModel} ${Object.keys(parted(filters, grouping).foreign)}`;

/** Rows that everything in the window is expected to have; undefined when nothing like it was seen. */
function expectedRows(seen: Seen, question: Asked, window: Window): number | undefined {
  const inSlot = seen.size(rowsName(question));
  return inSlot === undefined ? undefined : (inSlot * (window.to - window.from)) / (question.everyMinutes * minuteMs);
}

/**
 * Whether all rows are read in place of the picked ones: they fit one page, or as much was spent on picked ones already. If their number is
 * not known, the second pick reads all, and in a window of few intervals the first. Conversations are too many for that.
 */
function isWorthAll(rows: number | undefined, { grouping, everyMinutes }: Asked, window: Window, seen: Seen): boolean {
  const slots = slotsIn({ window, everyMinutes });
  const spent = seen.spentOnNamed(named);
  if (rows === undefined) return !grouping.includes("CONVERSATION") && (spent > 0 || (seen.triesAll && slots <= mostTriedSlots));
  return rows <= surelyOnePage * rowsPerPage || spent >= pages(rows);
}

/** What was seen, with a guess for rows that were not, to compare two plans that are both estimates. */
export const guessed = (seen: Seen): Seen => ({
  triesAll: seen.triesAll,
  fresh: seen.fresh,
  inUse: seen.inUse,
  spentOnNamed: (shape) => seen.spentOnNamed(shape),
  size: (name) => seen.size(name) ?? (name.startsWith("rows ") ? guessedRowsInSlot : undefined),
});

/** `picks`: filters of kinds that are grouped by, which only pick rows. `foreign`: the others, which change the figures of rows. */
function parted(filters: IntervalFilters, grouping: readonly Grouping[]): { picks: IntervalFilters; foreign: IntervalFilters } {
  const entries = Object.entries(filters) as [Grouping, string][];
  const pick = ([kind]: [Grouping, string]) => grouping.includes(kind);
  return { picks: Object.fromEntries(entries.filter(pick)), foreign: Object.fromEntries(entries.filter((entry) => !pick(entry))) };
}

/** The picks that all questions have in common. A call may make only these. */
function commonPicks(questions: readonly Asked[]): IntervalFilters {
  const [first, ...rest] = questions;
  if (!first) return {};
  const { picks } = parted(first.filters, first.grouping);
  const agreed = (Object.entries(picks) as [Grouping, string][]).filter(([kind, id]) => rest.every(({ filters }) => filters[kind] === id));
  return Object.fromEntries(agreed);
}

const pages = (rows: number): number => Math.max(1, Math.ceil(rows / rowsPerPage));

const rowsCovered = (call: { filters: IntervalFilters; includeBotSkills: boolean }, question: Asked): boolean =>
  (call.includeBotSkills || !question.includeBotSkills) &&
  (Object.entries(call.filters) as [Grouping, string][]).every(([kind, id]) => question.filters[kind] === id);

const bySlot = new WeakMap<readonly Record[], Map<number, Record[]>>();

/** The records whose window holds the interval, in their order. A list of records is sorted by the intervals that they hold once. */
function holding(records: readonly Record[], { everyMinutes }: Asked, slot: Window): readonly Record[] {
  const everyMs = everyMinutes * minuteMs;
  const known = bySlot.get(records) ?? grouped(records, ({ reply }) => slotsOf(reply.window, everyMs).map(({ from }) => from));
  bySlot.set(records, known);
  return known.get(slot.from) ?? [];
}

/** The newest usable answer that holds the slot. A settled slot is usable for longer than one that may still change. */
function source(records: readonly Record[], question: Asked, slot: Window, usable: Usable): Record | undefined {
  return records.find((record) => {
    const { window, asOf, pending } = record.reply;
    if (!isWithin(slot, window) || !rowsCovered(record.call, question)) return false;
    const kind = pending.some((part) => overlap(part, slot))
      ? "pending"
      : slot.to <= asOf - settledAfterMs
        ? "closedIntervals"
        : "intervals";
    return usable(record as unknown as AnswerRecord, kind);
  });
}

/** One reply made from the answers that hold its slots, with only the rows of the question. It has the age of the oldest answer. */
function assembled(question: Asked, slots: readonly { slot: Window; source: Record }[]): FoundPart<Asked> {
  const { window, filters, includeBotSkills } = question;
  const answers = [...new Set(slots.map(({ source }) => source))];
  const picks = Object.entries(filters) as [Grouping, string][];
  // A row without an id counts for an id only if the platform itself picked it for that id.
  const wanted = (row: IntervalRow, call: Record["call"]) =>
    (includeBotSkills || row.human) && picks.every(([kind, id]) => (row.ids[kind] ?? call.filters[kind]) === id);
  const [picked] = picks;
  const rowsOf = ({ slot, source: { call, reply } }: (typeof slots)[number]) => {
    const rows = reply.bySlot.get(slot.from) ?? [];
    const own = picked && call.filters[picked[0]] === undefined ? rowsWithId(rows, ...picked) : rows;
    return own.filter((row) => wanted(row, call));
  };
  const found = slots.map((each) => [each.slot.from, rowsOf(each)] as const).filter(([, rows]) => rows.length > 0);
  const pending = slots.filter(({ slot, source }) => source.reply.pending.some((part) => overlap(part, slot))).map(({ slot }) => slot);
  const reply: IntervalMetricsReply = {
    ...agesOf(answers.map((answer) => answer.reply)),
    window,
    rows: found.flatMap(([, rows]) => rows),
    bySlot: new Map(found),
    pending: joinedWindows(pending),
  };
  return { question, reply, from: answers as unknown as AnswerRecord[] };
}

const byId = new WeakMap<readonly IntervalRow[], Map<Grouping, Map<string | undefined, IntervalRow[]>>>();

/** The rows with this id. The rows of an interval are sorted by their ids of a kind once. */
function rowsWithId(rows: readonly IntervalRow[], kind: Grouping, id: string): readonly IntervalRow[] {
  const kinds = byId.get(rows) ?? new Map<Grouping, Map<string | undefined, IntervalRow[]>>();
  byId.set(rows, kinds);
  const known = kinds.get(kind) ?? grouped(rows, ({ ids }) => [ids[kind]]);
  kinds.set(kind, known);
  return known.get(id) ?? [];
}

const agesOf = (replies: readonly IntervalMetricsReply[]): Pick<IntervalMetricsReply, "asOf" | "newestAskedAt"> => ({
  asOf: Math.min(...replies.map(({ asOf }) => asOf)),
  newestAskedAt: Math.max(...replies.map(({ newestAskedAt }) => newestAskedAt)),
});

const fitsCall = ({ from, to }: Window): boolean => to - from <= longestMs;
const isWithin = (part: Window, whole: Window): boolean => part.from >= whole.from && part.to <= whole.to;
const overlap = (a: Window, b: Window): boolean => a.from < b.to && b.from < a.to;

const hull = (windows: readonly Window[]): Window => ({
  from: Math.min(...windows.map(({ from }) => from)),
  to: Math.max(...windows.map(({ to }) => to)),
});
