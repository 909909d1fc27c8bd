import type { KeyMetricsCall } from "../../call.js";
import {
  canonical,
  common,
  contains,
  equalIds,
  type Ids,
  idSet,
  type KeyKind,
  type KeyMetricsFilters,
  type KeyMetricsOrder,
  type KeyMetricsReply,
  type KeyMetricsWindow,
  keysPerPage,
  textOf,
  union,
} from "../../question.js";
import { type AnswerRecord, type Api, type FreshnessKind, type QuestionOf, regionsOf, type Seen } from "../descriptor.js";
import { continued, faultFor, fetchKeyMetrics, rowsById, windowAt } from "./fetch.js";
import { stored } from "./stored.js";

type Asked = QuestionOf<"key-metrics">;

/** The window of a call without by-time metrics. The platform demands one in every call. */
const anyWindow = { lastMinutes: 60 };
const noFilters: KeyMetricsFilters = { agentIds: null, agentGroupIds: null, skillIds: null };
/** All rows may be read in place of the named rows, at the price of more calls, if they are at most this many, or this many times the named rows. */
const mostBoughtRows = 500;
const mostBoughtTimes = 20;

/**
 * Questions for different rows, and for by-time and current metrics, share a call. So does a total whose filters are those of the call.
 * Different windows, other filters and the two groupings do not share one. Figures without a window can be in a call of any window.
 */
export const keyMetrics: Api<"key-metrics"> = {
  name: "key-metrics",
  metricsApi: "KEY_METRICS",
  title: "Key messaging metrics",
  service: "keyMetrics",
  kinds: ["keyMetrics", "current"],
  kindsOf: (question) => keyFigures(question),

  scope: ({ includeSubGroups, userType }) => [includeSubGroups, userType],
  restricted: (question, off) =>
    off.includes("keys") && question.of !== "total" && !isOrder(question.keys) ? { ...question, keys: "all" } : question,
  // Without the merge "keys", rows are asked for every key. No filtered call answers such a question.
  apartBy(question, off) {
    if (off === "total") return question.of === "total";
    return off === "current" ? question.window === null : undefined;
  },
  split: (question) => [question],
  joined: (_, [reply]) => reply!,
  ids: ({ of, keys }) => (of === "total" || isOrder(keys) ? null : keys),
  withIds: (question, keys) => ({ ...question, keys }),
  contains(whole, part) {
    if (whole.of !== part.of || !sameFilters(whole.filters, part.filters)) return false;
    if (part.window !== null && (whole.window === null || textOf(whole.window) !== textOf(part.window))) return false;
    // An answer over a window has current figures too, but may be fresh for longer than they are.
    if (part.current && !whole.current && whole.window !== null) return false;
    if (whole.of === "total") return true;
    if (isOrder(whole.keys) || isOrder(part.keys)) return canonical(whole.keys) === canonical(part.keys);
    return contains(whole.keys, part.keys);
  },
  overlaps: (one, other) => {
    if (one.of !== other.of || isOrder(one.keys) || isOrder(other.keys)) return one.of === other.of;
    return common(one.keys, other.keys) !== null;
  },
  combined(_, parts) {
    const rowsOf = ({ question, reply }: (typeof parts)[number]) =>
      isOrder(question.keys) || question.keys === "all" ? reply.rows : reply.rows.filter(({ id }) => contains(question.keys as Ids, [id]));
    const replies = parts.map(({ reply }) => reply);
    return {
      ...replies[0]!,
      asOf: Math.min(...replies.map(({ asOf }) => asOf)),
      newestAskedAt: Math.max(...replies.map(({ newestAskedAt }) => newestAskedAt)),
      ...rowsById(parts.flatMap(rowsOf)),
    };
  },
  // A window given by its length equals a window given by its ends if it has these ends now.
  aligned(question, others, now) {
    const { window } = question;
    if (window === null || !("lastMinutes" in window)) return question;
    const ends = textOf(windowAt(now, window));
    const same = others.find((other) => other.window !== null && !("lastMinutes" in other.window) && textOf(other.window) === ends);
    return same ? { ...question, window: same.window } : question;
  },

  regions: (questions) => regionsOf(questions, linksOf),
  merge(questions, seen) {
    const first = questions[0];
    const windows = distinct(questions.map(({ window }) => window).filter((window) => window !== null));
    const rows = questions.filter((question) => question.of !== "total");
    const totals = distinct(questions.filter((question) => question.of === "total").map(({ filters }) => filters));
    const groupings = new Set(rows.map(({ of }) => of)).size > 1 ? [] : distinct(rows.map(({ filters }) => filters));
    if (!first || windows.length > 1 || totals.length > 1 || groupings.length !== Math.min(1, rows.length)) return null;
    const shape = groupings[0]
      ? groupedShape(rows, rows[0]!.of as KeyKind, groupings[0], totals[0], seen)
      : { groupBy: null, filters: totals[0]!, order: null, take: 0, exchanges: 1 };
    if (!shape) return null;
    const { exchanges, open = false, prefix, ...asked } = shape;
    const { includeSubGroups, userType } = first;
    const window = windows[0] ?? windowInUse(asked, seen.inUse as readonly Asked[]);
    return {
      call: {
        api: "key-metrics",
        window: window ?? anyWindow,
        byTime: window !== undefined,
        current: true,
        total: true,
        includeSubGroups,
        userType,
        ...asked,
      },
      exchanges,
      open,
      ...(prefix && { prefix }),
    };
  },
  signature: ({ window, current, of, filters, keys }) =>
    canonical({ window, current, of, filters, order: isOrder(keys) ? keys : null, all: keys === "all" }),
  // A total without a window may come with a call of any window, so it may need no call of its own.
  totalOver: ({ of, window, filters }) => (of === "total" && window !== null ? canonical([filters, window]) : null),
  totalIds: ({ filters }, { of }) => (of === "total" ? null : filters[ownFilter(of)]),

  covered(call, question, reply, sentAt) {
    return figuresCovered(call, question, reply, sentAt) ? keysCovered(call, question, reply) : null;
  },
  holds: ({ groupBy, total, filters }) => [
    ...(total ? [held("total", filters)] : []),
    ...(groupBy ? [held(groupBy, { ...filters, [ownFilter(groupBy)]: null })] : []),
  ],
  sought: ({ of, filters }) => held(of, filters),
  faultFor,
  cutShort: (call, { rows }) => ({ ...call, take: rows.length }),
  continued: (prefix, { call, reply }) => {
    const { skip = 0, ...whole } = call;
    return {
      call: { ...whole, take: typeof call.take === "number" ? skip + call.take : call.take },
      reply: continued(prefix.reply, reply),
    };
  },

  slot: (call) => canonical(call),
  named: ({ groupBy, filters }) => (groupBy ? filters[ownFilter(groupBy)] : null),
  withNamed: (call, ids) => (call.groupBy ? { ...call, filters: { ...call.filters, [ownFilter(call.groupBy)]: ids } } : call),
  shape: ({ groupBy, filters }) =>
    groupBy && filters[ownFilter(groupBy)] !== null ? countName(groupBy, { ...filters, [ownFilter(groupBy)]: null }) : null,
  *sizes({ call, reply }) {
    // If the call names keys, its count is the number of those names.
    if (!call.groupBy || reply.count === null || call.filters[ownFilter(call.groupBy)] !== null) return;
    for (const name of sizeNames(call.groupBy, call.filters, call)) yield [name, reply.count];
  },
  sizesVary: false,
  sizesSoFar: () => [],
  isSettled: () => false,
  rows: ({ rows }) => rows.length,
  isWorth(call, wanted, furtherPages) {
    const rows = wanted.filter(({ of }) => of !== "total");
    const ids = rows.map((question) => this.ids(question));
    if (call.groupBy === null || ids.some((named) => named === null || named === "all")) return true;
    return furtherPages <= pages(idSet(ids.flatMap((named) => named as readonly string[])).length);
  },

  fetch: fetchKeyMetrics,
  stored,
  probe: () => ({
    call: {
      api: "key-metrics",
      window: anyWindow,
      byTime: true,
      current: true,
      groupBy: null,
      total: true,
      filters: noFilters,
      includeSubGroups: false,
      userType: "ALL",
      order: null,
      take: 0,
    },
    said: () => "totals came.",
  }),
};

const held = (of: Asked["of"], { agentIds, agentGroupIds, skillIds }: KeyMetricsFilters): string =>
  `${of} ${agentIds} ${agentGroupIds} ${skillIds}`;

type Shape = Pick<KeyMetricsCall, "groupBy" | "filters" | "order" | "take" | "skip"> & {
  exchanges: number;
  open?: boolean;
  prefix?: AnswerRecord<"key-metrics"> | undefined;
};

/** The cheapest way to read these rows, with the total over `total` if it is asked for; null when no single call can. */
function groupedShape(
  rows: readonly Asked[],
  groupBy: KeyKind,
  others: KeyMetricsFilters,
  total: KeyMetricsFilters | undefined,
  seen: Seen,
): Shape | null {
  const own = ownFilter(groupBy);
  if (total && !sameFilters({ ...total, [own]: null }, others)) return null;
  const sets = rows.flatMap(({ keys }) => (isOrder(keys) ? [] : [keys]));
  const named = union(sets);
  const listed = idSet(sets.flatMap((keys) => (keys === "all" ? [] : keys)));
  const orders = rows.map(({ keys }) => keys).filter(isOrder);
  const everyKey = named === "all" || orders.length > 0;
  const [exact, like] = sizeNames(groupBy, others, rows[0]!);
  const known = seen.size(exact) ?? seen.size(like);

  const filtered = (ids: readonly string[]): Shape => ({
    groupBy,
    filters: { ...others, [own]: ids },
    order: null,
    take: "all",
    exchanges: pages(ids.length),
  });
  const unfiltered = (): Shape => {
    const sorted = oneOrder(orders);
    if (sorted && named !== "all" && named.length === 0 && !(known !== undefined && known <= keysPerPage)) {
      const { first, ...order } = sorted;
      const prefix = total ? undefined : prefixOf(sorted, rows, others, seen);
      const skip = prefix?.reply.rows.length ?? 0;
      const needed = Math.min(first, known ?? skip + keysPerPage) - skip;
      const isOpen = known === undefined && first - skip > keysPerPage;
      const part = skip > 0 ? { skip, prefix } : {};
      return { groupBy, filters: others, order, take: first - skip, ...part, exchanges: pages(needed), open: isOpen };
    }
    return { groupBy, filters: others, order: null, take: "all", exchanges: pages(known ?? listed.length), open: known === undefined };
  };

  if (total) {
    const set = total[own];
    if (set === null) return unfiltered();
    return !everyKey && contains(set, named) ? filtered(set) : null;
  }
  if (everyKey) return unfiltered();
  const asked = filtered(listed);
  const spent = seen.spentOnNamed(countName(groupBy, others));
  // If the number of all keys is not known, the first page of all tells it. The call ends there if they are too many.
  if (known === undefined) {
    // With a filter there are at most as many keys as without it.
    const atMost = seen.size(sizeNames(groupBy, noFilters, rows[0]!)[0]);
    const isTried = atMost === undefined ? seen.triesAll && asked.exchanges === 1 : atMost <= keysPerPage;
    return spent > 0 || isTried ? unfiltered() : asked;
  }
  const isBought = spent >= pages(known) && isWorthAll(known, listed.length);
  return known <= keysPerPage || pages(known) < asked.exchanges || isBought ? unfiltered() : asked;
}

/** The longest fresh beginning of a list in this order. The next pages are read from its end. */
function prefixOf(
  { first, ...order }: KeyMetricsOrder,
  rows: readonly Asked[],
  others: KeyMetricsFilters,
  { fresh }: Seen,
): AnswerRecord<"key-metrics"> | undefined {
  const beginnings = (fresh as unknown as readonly AnswerRecord<"key-metrics">[]).filter(({ call, reply }) => {
    const isBeginning =
      typeof call.take === "number" && call.take < first && reply.rows.length === call.take && call.take % keysPerPage === 0;
    if (!isBeginning || call.groupBy !== rows[0]!.of || !sameFilters(call.filters, others)) return false;
    return canonical(call.order) === canonical(order) && rows.every((question) => figuresCovered(call, question, reply));
  });
  return beginnings.reduce<AnswerRecord<"key-metrics"> | undefined>(
    (longest, each) => (longest && longest.reply.rows.length >= each.reply.rows.length ? longest : each),
    undefined,
  );
}

/** Whether all keys may be read in place of the named ones. */
export const isWorthAll = (all: number, named: number): boolean => all <= Math.max(mostBoughtRows, mostBoughtTimes * named);

/** The kinds of figures that a question wants. The answer to a question for keys alone is fresh for as long as current values are. */
function keyFigures({ window, current }: Pick<Asked, "window" | "current">): readonly [FreshnessKind, ...FreshnessKind[]] {
  if (window === null) return ["current"];
  return current ? ["keyMetrics", "current"] : ["keyMetrics"];
}

/** A window whose figures are asked for repeatedly, and come with this call at no cost. */
function windowInUse(
  { groupBy, filters }: Pick<KeyMetricsCall, "groupBy" | "filters">,
  inUse: readonly Asked[],
): KeyMetricsWindow | undefined {
  const rides = inUse.find((question) => {
    if (question.window === null) return false;
    if (question.of === "total") return sameFilters(question.filters, filters);
    return question.of === groupBy && sameFilters(question.filters, { ...filters, [ownFilter(groupBy)]: null });
  });
  return rides?.window ?? undefined;
}

/** Whether the call's answer has the question's window. Windows with equal ends are equal, whether given by length or by ends. */
function figuresCovered(call: KeyMetricsCall, { window }: Asked, reply: KeyMetricsReply | null, sentAt = reply?.asOf): boolean {
  if (window === null) return true;
  if (!call.byTime) return false;
  if (textOf(call.window) === textOf(window)) return true;
  if (sentAt === undefined) return false;
  const [answered, asked] = [reply?.window ?? windowAt(sentAt, call.window), windowAt(sentAt, window)];
  return asked.from === answered.from && asked.to === answered.to;
}

/** `reply` null: the call is under way, so the keys in a part of a sorted list are not known. */
function keysCovered(call: KeyMetricsCall, question: Asked, reply: KeyMetricsReply | null): Asked | null {
  if (question.of === "total") return call.total && sameFilters(call.filters, question.filters) ? question : null;
  if (call.groupBy !== question.of) return null;
  const own = ownFilter(question.of);
  if (!sameFilters({ ...call.filters, [own]: null }, question.filters)) return null;
  const set = call.filters[own];
  const whole = call.take === "all" || (reply !== null && reply.rows.length >= (reply.count ?? Number.POSITIVE_INFINITY));
  if (isOrder(question.keys)) {
    const { first, ...order } = question.keys;
    const isLongEnough =
      whole || (canonical(call.order) === canonical(order) && typeof call.take === "number" && (call.skip ?? 0) + call.take >= first);
    return set === null && isLongEnough ? question : null;
  }
  const ids = whole ? common(set ?? "all", question.keys) : set === null && reply !== null ? idsAmong(reply, question.keys) : null;
  if (ids === null) return null;
  return ids === question.keys ? question : { ...question, keys: ids };
}

/** The ids that have a row; null when none has. */
function idsAmong({ byId }: KeyMetricsReply, keys: Ids): readonly string[] | null {
  if (keys === "all") return null;
  const ids = keys.filter((key) => byId.has(key));
  if (ids.length === keys.length) return keys;
  return ids.length > 0 ? ids : null;
}

export const isOrder = (keys: Ids | KeyMetricsOrder): keys is KeyMetricsOrder => typeof keys === "object" && "metric" in keys;

const keyKinds = ["skillId", "agentGroupId"] as const satisfies KeyKind[];
const ownFilter = (kind: KeyKind | null) => (kind === "agentGroupId" ? "agentGroupIds" : "skillIds");
const pages = (keys: number): number => Math.max(1, Math.ceil(keys / keysPerPage));
const countName = (groupBy: KeyKind, filters: KeyMetricsFilters): string => `${groupBy} ${textOf(filters)}`;
/**
 * The names of the number of keys: with exactly these filters, and with filters of the same kinds but any ids. The second is the best
 * guess if the first is not known.
 */
function sizeNames(
  groupBy: KeyKind,
  filters: KeyMetricsFilters,
  { includeSubGroups, userType }: Pick<Asked, "includeSubGroups" | "userType">,
): [exact: string, like: string] {
  const kinds = [...(includeSubGroups ? ["sub-groups"] : []), ...(userType === "ALL" ? [] : [userType])];
  const filtered = Object.keys(filters).filter((kind) => filters[kind as keyof KeyMetricsFilters] !== null);
  return [[countName(groupBy, filters), ...kinds].join(" "), [groupBy, "like", ...filtered, ...kinds].join(" ")];
}
const sameFilters = (a: KeyMetricsFilters, b: KeyMetricsFilters): boolean =>
  equalIds(a.agentIds, b.agentIds) && equalIds(a.agentGroupIds, b.agentGroupIds) && equalIds(a.skillIds, b.skillIds);
const distinct = <T extends object>(values: readonly T[]): T[] =>
  values.length === 1 ? [...values] : [...new Map(values.map((value) => [textOf(value), value])).values()];

/** Rows can share a call with rows of the same grouping and filters. A total can share one with equal totals and with the rows it is over. */
function linksOf({ of, filters }: Asked): [string, ...string[]] {
  if (of !== "total") return [countName(of, filters)];
  const rows = keyKinds.map((kind) => countName(kind, { ...filters, [ownFilter(kind)]: null }));
  return [`total ${textOf(filters)}`, ...rows];
}

/** The common order, long enough for all; undefined when the orders differ or there is none. */
function oneOrder(orders: readonly KeyMetricsOrder[]): KeyMetricsOrder | undefined {
  const texts = new Set(orders.map(({ metric, direction }) => `${metric}:${direction}`));
  const longest = orders.reduce<KeyMetricsOrder | undefined>((a, b) => (a && a.first >= b.first ? a : b), undefined);
  return texts.size === 1 ? longest : undefined;
}
