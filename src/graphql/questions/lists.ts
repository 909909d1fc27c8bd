import {
  type AgentSegmentsQuestion,
  idSet,
  type KeyKind,
  type KeyMetricsOrder,
  type KeyMetricsQuestion,
  keysPerPage,
} from "../../upstream/question.js";
import type { Asker } from "../context.js";
import type { AgentSegmentOrder } from "../types/agent-segment-order.js";
import type { KeyMetricOrder } from "../types/key-metric-order.js";
import { keyMetricSorts } from "../types/key-metric-sort.js";
import { checkedId, checkedNumber, type ListArgument } from "./bounds.js";
import { activity, keys } from "./directory.js";
import { entityPage, type PageRequest, type PagingArguments, pageRequest } from "./paging.js";
import type { Asks, Parent } from "./parent.js";
import { segmentMinutes } from "./windows.js";

export interface ListArguments<Order> extends PagingArguments {
  ids?: ListArgument;
  orderBy?: Order | null | undefined;
}
export type AgentsArguments = ListArguments<AgentSegmentOrder>;
export type KeysArguments = ListArguments<KeyMetricOrder>;

/** The ids named, in their order and without repeats; null when none were given. Throws BAD_USER_INPUT. */
export function namedIds(ids: ListArgument): readonly string[] | null {
  if (!ids) return null;
  checkedNumber("the number of ids", ids.length, 0, entityPage.most);
  return [...new Set(ids.map((id) => checkedId("ids", id)))];
}

/** Which part of a list of entities is wanted: all of `ids` unless said otherwise. Throws BAD_USER_INPUT. */
export function listPage(field: string, parent: Parent, args: ListArguments<unknown>): PageRequest {
  const unlessGiven = namedIds(args.ids)?.length || entityPage.unlessGiven;
  return pageRequest(field, parent, args, { ...entityPage, unlessGiven });
}

/** The rows by which agents are ordered; null: no figure orders them. */
export function agentOrderRows(
  { account }: Parent,
  { ids, orderBy }: AgentsArguments,
  { credential }: Asker,
): AgentSegmentsQuestion | null {
  const named = namedIds(ids);
  if (!orderBy || named?.length === 0) return null;
  return {
    api: "agent-segments",
    account,
    credential,
    lastMinutes: segmentMinutes(orderBy.lastMinutes),
    everyMinutes: null,
    groupIds: null,
    userType: orderBy.userType,
    source: null,
    of: "rows",
    agents: named ? idSet(named) : "all",
    skills: null,
  };
}

/** ContactCenter.agents: everyone active, unless ids name them; and the rows that order them. */
export const agentList: Asks<AgentsArguments, AgentSegmentsQuestion> = (parent, args, selection, asker) => {
  listPage("ContactCenter.agents", parent, args);
  const order = agentOrderRows(parent, args, asker);
  if (!selection.wantsData) return [];
  return [...(args.ids ? [] : [activity(parent, asker)]), ...(order ? [order] : [])];
};

const fieldOfKeys = { skillId: "ContactCenter.skills", agentGroupId: "ContactCenter.agentGroups" } as const;

/** Which part of the skills or groups is wanted. Throws BAD_USER_INPUT. */
export const keyPage = (of: KeyKind, parent: Parent, args: KeysArguments): PageRequest => listPage(fieldOfKeys[of], parent, args);

/** The order in the platform's words. */
export const platformOrder = ({ metric, direction }: KeyMetricOrder): Omit<KeyMetricsOrder, "first"> => ({
  metric: keyMetricSorts[metric].answer,
  direction: direction === "ASC" ? "asc" : "desc",
});

/** ContactCenter.skills and agentGroups: all keys, or as many as an order needs to reach the end of the page; none when ids alone say it. */
export const keyList =
  (of: KeyKind): Asks<KeysArguments, KeyMetricsQuestion> =>
  (parent, args, selection, asker) => {
    const { first, after } = keyPage(of, parent, args);
    const named = namedIds(args.ids);
    const { orderBy } = args;
    if (orderBy) segmentMinutes(orderBy.lastMinutes);
    if (!selection.wantsData || named?.length === 0) return [];
    if (!orderBy) return named ? [] : [keys(of, { account: parent.account, ids: null }, asker)];
    const { freshForMs: _, ...unordered } = keys(of, { account: parent.account, ids: named }, asker);
    const isCurrent = keyMetricSorts[orderBy.metric].group.type === "CurrentMetrics";
    // A page read whole costs no more than a part of it, and a whole list of one page is ordered by us.
    const needed = Math.ceil(((after?.position ?? 0) + first) / keysPerPage) * keysPerPage;
    return [
      {
        ...unordered,
        window: isCurrent ? null : { lastMinutes: orderBy.lastMinutes },
        current: isCurrent,
        keys: named ? unordered.keys : { ...platformOrder(orderBy), first: needed },
        includeSubGroups: orderBy.includeSubGroups,
        userType: orderBy.userType,
      },
    ];
  };

/** The entities of a list, as far as its arguments tell them. `listed`: the question whose rows are the list. */
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
