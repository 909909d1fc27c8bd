import { figureIn } from "../catalogue/metric.js";
import {
  type AgentSegmentsQuestion,
  canonical,
  idSet,
  type KeyKind,
  type KeyMetricsOrder,
  type KeyMetricsQuestion,
  type KeyMetricsReply,
  type KeyMetricsWindow,
  keysPerPage,
} from "../upstream/question.js";
import {
  checkedId,
  checkedNumber,
  defaultMinutes,
  keyMetricsWindow,
  type ListArgument,
  segmentMinutes,
  unlessRefused,
  type WindowArguments,
} from "./bounds.js";
import {
  ageOf,
  compareIds,
  type EntityPage,
  entityPage,
  type OrderedList,
  orderedByFigure,
  type PageBounds,
  type PageRequest,
  type PagingArguments,
  pageOf,
} from "./connection.js";
import type { Asker } from "./context.js";
import { activity, agentsActive, keys } from "./directory.js";
import type { Naming } from "./directory-memory.js";
import type { Asking, Asks, Reading } from "./field.js";
import type { SelectedField, Selection } from "./selection.js";
import type { AgentSegmentOrder, KeyMetricOrder } from "./types/arguments.js";
import { type Parent, siblings } from "./types/entities.js";
import { agentSegmentSorts, keyMetricSorts } from "./types/enums.js";

interface ListArguments<Order> extends PagingArguments {
  ids?: ListArgument;
  orderBy?: Order | null | undefined;
}
type AgentsArguments = ListArguments<AgentSegmentOrder>;
type KeysArguments = ListArguments<KeyMetricOrder>;

const checked = new WeakMap<readonly string[], readonly string[]>();

/**
 * The ids named, in their order and without repeats; null when none were given. Throws BAD_USER_INPUT. A list is checked once: a variable
 * may stand at any number of fields.
 */
function namedIds(ids: ListArgument): readonly string[] | null {
  if (!ids) return null;
  const known = checked.get(ids);
  if (known) return known;
  checkedNumber("the number of ids", ids.length, 0, entityPage.most);
  const named = [...new Set(ids.map((id) => checkedId("ids", id)))];
  checked.set(ids, named);
  return named;
}

/** How long a page of entities is: as long as `ids` unless `first` says otherwise. Throws BAD_USER_INPUT. */
export const listBounds = ({ ids }: ListArguments<unknown>): PageBounds => ({
  ...entityPage,
  unlessGiven: namedIds(ids)?.length || entityPage.unlessGiven,
});

/** The entities of a list, as far as its arguments name them. `listed`: the question whose rows are the list. */
export function entitiesOf({ account }: Parent, page: PageRequest, args: ListArguments<unknown>, listed?: KeyMetricsQuestion): Parent {
  const named = namedIds(args.ids);
  if (named && (!args.orderBy || page.first >= named.length)) {
    const start = args.orderBy ? 0 : (page.after?.position ?? 0);
    const ids = named.slice(start, start + page.first);
    return { account, ids, atMost: ids.length };
  }
  const ordered = listed && typeof listed.keys === "object" && "metric" in listed.keys;
  return { account, ids: null, atMost: page.first, ...(ordered ? { listed } : {}) };
}

type Entity<E> = Parameters<typeof siblings<E>>[0];
type Ids = Pick<OrderedList<string>, "order" | "totalCount"> & Pick<EntityPage<unknown>, "age"> & { ids: readonly string[] };

const nothing: Ids = { ids: [], order: "given", totalCount: null, age: null };

/** A page of entities in the order of their ids' list. */
export const entitiesPage = <E>(
  { account, page }: Pick<Reading<unknown, never, PageRequest>, "account" | "page">,
  { ids, order, totalCount, age }: Ids,
  Entity: Entity<E>,
  namingOf?: (id: string) => Naming | undefined,
): EntityPage<E> => {
  const named = pageOf(page, { nodes: ids, keyOf: (id) => [id], order, totalCount });
  return { ...named, age, nodes: siblings(Entity, account, named.nodes, namingOf && { namingOf }) };
};

/** All of `ids`, in their own order, as these answers have them. */
export const byId = (ids: readonly string[], answers: Parameters<typeof ageOf>[0]): Ids => ({
  ids,
  order: "keys",
  totalCount: ids.length,
  age: ageOf(answers),
});

// ---------------------------------------------------------------- the window of an order

/** The fields of this name that are selected on the entities of the list. */
const ofEntities = (selection: Selection, name: string): readonly SelectedField[] => [
  ...selection.all("nodes", name),
  ...selection.all("edges", "node", name),
];

/** The one value that all of them are; undefined when there is none or more than one. */
function onlyOne<T>(values: readonly T[]): T | undefined {
  const [first, ...others] = new Map(values.map((value) => [canonical(value), value])).values();
  return others.length === 0 ? first : undefined;
}

/** The window that an order has of its own. Throws BAD_USER_INPUT. */
const ownMinutes = (lastMinutes: number | null | undefined): number | null =>
  typeof lastMinutes === "number" ? segmentMinutes(lastMinutes, "orderBy.lastMinutes") : null;

/** The window of a by-time metric: its own, else that of the figures selected on the entities. */
function orderWindow(order: KeyMetricOrder, selection: Selection, account: string, asker: Asker): KeyMetricsWindow {
  const lastMinutes = ownMinutes(order.lastMinutes);
  if (lastMinutes !== null) return { lastMinutes };
  const windows = ofEntities(selection, "keyMetrics").flatMap(
    ({ args }) => unlessRefused(() => keyMetricsWindow(args as WindowArguments, account, asker)) ?? [],
  );
  return onlyOne(windows) ?? { lastMinutes: defaultMinutes };
}

// ---------------------------------------------------------------- agents

/** The window of a segment metric: its own, else that of the segments selected on the agents. A window that they refuse is none. */
function orderMinutes(order: AgentSegmentOrder, selection: Selection): number {
  const minutes = ofEntities(selection, "segments").flatMap(
    ({ args }) => unlessRefused(() => segmentMinutes(Number(args.lastMinutes))) ?? [],
  );
  return ownMinutes(order.lastMinutes) ?? onlyOne(minutes) ?? defaultMinutes;
}

/** The rows by which agents are ordered; null: no figure orders them. */
function agentOrderRows(
  { parent: { account }, selection, asker: { credential } }: Pick<Asking<unknown>, "parent" | "selection" | "asker">,
  { ids, orderBy }: AgentsArguments,
): AgentSegmentsQuestion | null {
  const named = namedIds(ids);
  if (!orderBy || named?.length === 0) return null;
  return {
    api: "agent-segments",
    account,
    credential,
    lastMinutes: orderMinutes(orderBy, selection),
    everyMinutes: null,
    groupIds: null,
    userType: orderBy.userType,
    source: null,
    of: "rows",
    agents: named ? idSet(named) : "all",
    skills: null,
  };
}

/** Everyone active, unless ids name them; then the rows that order them. */
export const agentList: Asks<AgentsArguments, AgentSegmentsQuestion, PageRequest> = ({ parent, args, selection, asker }) => {
  const order = agentOrderRows({ parent, selection, asker }, args);
  if (!selection.wantsData) return [];
  return [...(args.ids ? [] : [activity(parent, asker)]), ...(order ? [order] : [])];
};

/** The agents named or active, in the order asked for. */
export function agentIds({ args, answers }: Reading<AgentsArguments, AgentSegmentsQuestion, PageRequest>): Ids {
  const named = namedIds(args.ids);
  const active = named ? undefined : answers[0];
  const ids = named ?? (active && agentsActive(active));
  if (!ids) return nothing;
  const rows = args.orderBy && answers.at(-1);
  const age = named ? null : ageOf(answers);
  if (!args.orderBy || !rows) return { ids, order: named ? "given" : "keys", totalCount: ids.length, age };
  const { metric, direction } = args.orderBy;
  const figures = rows.reply.agents;
  const known = named ?? new Set([...ids, ...figures.keys()].filter((id) => id !== nobody));
  const ordered = orderedByFigure(known, (id) => figureIn(figures.get(id) ?? {}, agentSegmentSorts[metric]), direction);
  return { ids: ordered, order: "figures", totalCount: ordered.length, age };
}

// ---------------------------------------------------------------- skills and groups

/** The order in the platform's words. */
const platformOrder = ({ metric, direction }: KeyMetricOrder): Omit<KeyMetricsOrder, "first"> => ({
  metric: keyMetricSorts[metric].answer,
  direction: direction === "ASC" ? "asc" : "desc",
});

/** All keys, or as many as an order needs to reach the end of the page; none when ids alone say it. */
export const keyList =
  (of: KeyKind): Asks<KeysArguments, KeyMetricsQuestion, PageRequest> =>
  ({ parent: { account }, args: { ids, orderBy }, page: { first, after }, selection, asker }) => {
    const named = namedIds(ids);
    const window = orderBy ? orderWindow(orderBy, selection, account, asker) : null;
    if (!selection.wantsData || named?.length === 0) return [];
    if (!orderBy) return named ? [] : [keys(of, { account, ids: null }, asker)];
    const { freshForMs: _, ...unordered } = keys(of, { account, ids: named }, asker);
    const isCurrent = keyMetricSorts[orderBy.metric].group.type === "CurrentMetrics";
    // A page read whole costs no more than a part of it, and a whole list of one page is ordered by us.
    const needed = Math.ceil(((after?.position ?? 0) + first) / keysPerPage) * keysPerPage;
    return [
      {
        ...unordered,
        window: isCurrent ? null : window,
        current: isCurrent,
        keys: named ? unordered.keys : { ...platformOrder(orderBy), first: needed },
        includeSubGroups: orderBy.includeSubGroups,
        userType: orderBy.userType,
      },
    ];
  };

/** The skills or groups named or known, in the order asked for; with their names where rows carry them. */
export function readKeyList<E>(reading: Reading<KeysArguments, KeyMetricsQuestion, PageRequest>, Entity: Entity<E>): EntityPage<E> {
  const { args, answers } = reading;
  const named = namedIds(args.ids);
  const reply = answers[0]?.reply;
  if (!reply) return entitiesPage(reading, named ? { ...nothing, ids: named, totalCount: named.length } : nothing, Entity);
  const listed = { ...keyIds(reply, args, named), age: named ? null : ageOf(answers) };
  return entitiesPage(reading, listed, Entity, (id) => {
    const row = reply.byId.get(id);
    return row && { name: row.name, login: null, asOf: reply.asOf };
  });
}

/** The key of the platform's row without an entity. */
const nobody = "null";

/** A list of one page of keys is ordered here. A longer one keeps the platform's own order where its call asked for exactly this one. */
function keyIds(reply: KeyMetricsReply, { orderBy }: KeysArguments, named: readonly string[] | null): Omit<Ids, "age"> {
  const ids = named ?? reply.rows.flatMap(({ id }) => (id === nobody ? [] : [id]));
  const others = reply.byId.has(nobody) ? 1 : 0;
  const totalCount = named ? named.length : reply.count && reply.count - others;
  if (!orderBy) return { ids: [...ids].sort(compareIds), order: "keys", totalCount };
  const isSorted = canonical(reply.order) === canonical(platformOrder(orderBy));
  if (!named && isSorted && (totalCount ?? ids.length) > keysPerPage) return { ids, order: "figures", totalCount };
  const { field } = keyMetricSorts[orderBy.metric];
  const figures = new Map(reply.rows.map(({ id, byTime, current }) => [id, byTime[field] ?? current[field]]));
  return { ids: orderedByFigure(ids, (id) => figures.get(id), orderBy.direction), order: "figures", totalCount };
}
