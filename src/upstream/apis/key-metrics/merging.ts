import type { KeyMetricsCall } from "../../call.js";
import { contains, equalIds, union } from "../../planning/ids.js";
import { regionsOf } from "../../planning/regions.js";
import {
  canonical,
  type Ids,
  idSet,
  type KeyKind,
  type KeyMetricsFilters,
  type KeyMetricsOrder,
  type KeyMetricsReply,
  keysPerPage,
  textOf,
} from "../../question.js";
import type { FreshnessKind, Merging, QuestionOf, Sizes, Stored } from "../merging.js";

type Asked = QuestionOf<"key-metrics">;

/** By-time metrics are left out when nobody wants them, but the platform demands a window all the same. */
const anyWindow = { lastMinutes: 60 };

/**
 * Row ids, by-time and current metrics share a call; so does the `all` section where its filters are exactly the call's.
 * Windows, other filters and the two groupings do not. Figures without a window ride on a call of any window.
 */
export const keyMetricsMerging: Merging<"key-metrics"> = {
  family: ({ api, account, credential, includeSubGroups, userType }) => canonical({ api, account, credential, includeSubGroups, userType }),

  regions: (questions) => regionsOf(questions, linksOf),

  merge(questions, sizes) {
    const first = questions[0];
    const windows = distinct(questions.map(({ window }) => window).filter((window) => window !== null));
    const rows = questions.filter((question) => question.of !== "total");
    const totals = distinct(questions.filter((question) => question.of === "total").map(({ filters }) => filters));
    const groupings = new Set(rows.map(({ of }) => of)).size > 1 ? [] : distinct(rows.map(({ filters }) => filters));
    if (!first || windows.length > 1 || totals.length > 1 || groupings.length !== Math.min(1, rows.length)) return null;
    const shape = groupings[0]
      ? groupedShape(rows, rows[0]!.of as KeyKind, groupings[0], totals[0], sizes)
      : { groupBy: null, filters: totals[0]!, order: null, take: 0, exchanges: 1 };
    if (!shape) return null;
    const { exchanges, open = false, ...asked } = shape;
    const { includeSubGroups, userType } = first;
    const window = windows[0] ?? anyWindow;
    const byTime = windows.length > 0;
    return {
      call: { api: "key-metrics", window, byTime, current: true, total: true, includeSubGroups, userType, ...asked },
      exchanges,
      open,
    };
  },

  covers: (call, question) => figuresCovered(call, question) && keysCovered(call, question, null),

  lookUp(stored, question, usable) {
    const found = stored.find(
      (answer) =>
        figuresCovered(answer.call, question) &&
        keysCovered(answer.call, question, answer.reply) &&
        keyFigures(question).every((kind) => usable(answer, kind)),
    );
    return found ? { reply: found.reply } : { missing: question };
  },

  signature: ({ window, current, of, filters, keys }) =>
    canonical({ window, current, of, filters, order: isOrder(keys) ? keys : null, all: keys === "all" }),

  *sizes({ call, reply }: Stored<"key-metrics">) {
    if (!call.groupBy || reply.count === null) return;
    yield [countName(call.groupBy, call.filters), reply.count];
    yield [likeName(call.groupBy, call.filters), reply.count];
  },
};

type Shape = Pick<KeyMetricsCall, "groupBy" | "filters" | "order" | "take"> & { exchanges: number; open?: boolean };

/** The cheapest way to read these rows, with the total of `total` where one is asked for; null when there is none. */
function groupedShape(
  rows: readonly Asked[],
  groupBy: KeyKind,
  others: KeyMetricsFilters,
  total: KeyMetricsFilters | undefined,
  sizes: Sizes,
): Shape | null {
  const own = ownFilter(groupBy);
  if (total && !sameFilters({ ...total, [own]: null }, others)) return null;
  const sets = rows.flatMap(({ keys }) => (isOrder(keys) ? [] : [keys]));
  const named = union(sets);
  const listed = idSet(sets.flatMap((keys) => (keys === "all" ? [] : keys)));
  const orders = rows.map(({ keys }) => keys).filter(isOrder);
  const everyKey = named === "all" || orders.length > 0;
  const known = sizes(countName(groupBy, others)) ?? sizes(likeName(groupBy, others));

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
      const exchanges = pages(Math.min(first, known ?? keysPerPage));
      return { groupBy, filters: others, order, take: first, exchanges, open: known === undefined && first > keysPerPage };
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
  return known !== undefined && (known <= keysPerPage || pages(known) < asked.exchanges) ? unfiltered() : asked;
}

/** The kinds of figures a question wants; one for keys alone lives as long as current values do. */
export function keyFigures({ window, current }: Pick<Asked, "window" | "current">): FreshnessKind[] {
  if (window === null) return ["current"];
  return current ? ["keyMetrics", "current"] : ["keyMetrics"];
}

function figuresCovered(call: KeyMetricsCall, question: Asked): boolean {
  if (question.window === null) return true;
  return call.byTime && textOf(call.window) === textOf(question.window);
}

/** `reply` null: the call has not come back, so which keys a part of a sorted list holds is not known. */
function keysCovered(call: KeyMetricsCall, question: Asked, reply: KeyMetricsReply | null): boolean {
  if (question.of === "total") return call.total && sameFilters(call.filters, question.filters);
  if (call.groupBy !== question.of) return false;
  const own = ownFilter(question.of);
  if (!sameFilters({ ...call.filters, [own]: null }, question.filters)) return false;
  const set = call.filters[own];
  const whole = call.take === "all" || (reply !== null && reply.rows.length >= (reply.count ?? Number.POSITIVE_INFINITY));
  if (isOrder(question.keys)) {
    const { first, ...order } = question.keys;
    return set === null && (whole || (canonical(call.order) === canonical(order) && typeof call.take === "number" && call.take >= first));
  }
  if (whole) return contains(set ?? "all", question.keys);
  return question.keys !== "all" && set === null && reply !== null && question.keys.every((id) => reply.byId.has(id));
}

export const isOrder = (keys: Ids | KeyMetricsOrder): keys is KeyMetricsOrder => typeof keys === "object" && "metric" in keys;

const keyKinds = ["skillId", "agentGroupId"] as const satisfies KeyKind[];
const ownFilter = (kind: KeyKind) => (kind === "skillId" ? "skillIds" : "agentGroupIds");
const pages = (keys: number): number => Math.max(1, Math.ceil(keys / keysPerPage));
const countName = (groupBy: KeyKind, filters: KeyMetricsFilters): string => `${groupBy} ${textOf(filters)}`;
/** For filters of the same kinds with other ids: what the last of them had is the best that is known. */
const likeName = (groupBy: KeyKind, filters: KeyMetricsFilters): string =>
  `${groupBy} like ${Object.keys(filters).filter((kind) => filters[kind as keyof KeyMetricsFilters] !== null)}`;
const sameFilters = (a: KeyMetricsFilters, b: KeyMetricsFilters): boolean =>
  equalIds(a.agentIds, b.agentIds) && equalIds(a.agentGroupIds, b.agentGroupIds) && equalIds(a.skillIds, b.skillIds);
const distinct = <T extends object>(values: readonly T[]): T[] =>
  values.length === 1 ? [...values] : [...new Map(values.map((value) => [textOf(value), value])).values()];

/** Rows share with rows of the same grouping and filters, a total with equal ones and with the rows of which it is the total. */
function linksOf({ of, filters }: Asked): [string, ...string[]] {
  if (of !== "total") return [countName(of, filters)];
  const rows = keyKinds.map((kind) => countName(kind, { ...filters, [ownFilter(kind)]: null }));
  return [`total ${textOf(filters)}`, ...rows];
}

/** The one order of these, long enough for all; undefined when they differ or there is none. */
function oneOrder(orders: readonly KeyMetricsOrder[]): KeyMetricsOrder | undefined {
  const texts = new Set(orders.map(({ metric, direction }) => `${metric}:${direction}`));
  const longest = orders.reduce<KeyMetricsOrder | undefined>((a, b) => (a && a.first >= b.first ? a : b), undefined);
  return texts.size === 1 ? longest : undefined;
}
