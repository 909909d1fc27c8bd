import { canonical, type KeyKind, type KeyMetricsReply, keysPerPage } from "../../upstream/question.js";
import { asked, measured } from "../asking.js";
import { type OrderedList, pageOf } from "../connection.js";
import type { GatewayContext } from "../context.js";
import { activeAgents } from "../directory.js";
import { compareIds, orderedByFigure } from "../ordering.js";
import {
  type AgentsArguments,
  agentOrderRows,
  type KeysArguments,
  keyList,
  keyPage,
  listPage,
  namedIds,
  platformOrder,
} from "../questions/lists.js";
import { one } from "../questions/parent.js";
import type { Selection } from "../selection.js";
import { agentSegmentSorts } from "../types/agent-segment-sort.js";
import type { Page } from "../types/connection.js";
import { keyMetricSorts } from "../types/key-metric-sort.js";

type Ids = Pick<OrderedList<string>, "order" | "totalCount"> & { ids: readonly string[] };

/** A page of entities in the order of their ids' list. */
export const pageOfIds = <E>(page: Parameters<typeof pageOf>[0], { ids, order, totalCount }: Ids, entity: (id: string) => E): Page<E> => {
  const { edges, ...rest } = pageOf(page, { nodes: ids, keyOf: (id) => [id], order, totalCount });
  return { ...rest, edges: edges.map(({ cursor, node }) => ({ cursor, node: entity(node) })) };
};

/** The agents named or active, in the order asked for. */
export async function agentsPage<E>(
  context: GatewayContext,
  account: string,
  args: AgentsArguments,
  selection: Selection,
  entity: (id: string) => E,
): Promise<Page<E>> {
  const page = listPage("ContactCenter.agents", one(account), args);
  const ids = selection.wantsData ? await agentIds(context, account, args) : nothing;
  return pageOfIds(page, ids, entity);
}

const nothing: Ids = { ids: [], order: "given", totalCount: null };

async function agentIds(context: GatewayContext, account: string, args: AgentsArguments): Promise<Ids> {
  const named = namedIds(args.ids);
  const question = agentOrderRows(one(account), args, context);
  const [ids, rows] = await Promise.all([named ?? activeAgents(context, account), question && measured(context, question)]);
  if (!rows || !args.orderBy) return { ids, order: named ? "given" : "keys", totalCount: ids.length };
  const { metric, direction } = args.orderBy;
  const figures = rows.reply.agents;
  const known = named ?? new Set([...ids, ...figures.keys()].filter((id) => id !== "null"));
  const ordered = orderedByFigure(known, (id) => figures.get(id)?.[agentSegmentSorts[metric].field], direction);
  return { ids: ordered, order: "figures", totalCount: ordered.length };
}

/** The skills or groups named or known, in the order asked for. */
export async function keysPage<E>(
  context: GatewayContext,
  of: KeyKind,
  account: string,
  args: KeysArguments,
  selection: Selection,
  entity: (id: string) => E,
): Promise<Page<E>> {
  const page = keyPage(of, one(account), args);
  const [question] = keyList(of)(one(account), args, selection, context) ?? [];
  const named = namedIds(args.ids);
  if (!question) return pageOfIds(page, named ? { ids: named, order: "given", totalCount: named.length } : nothing, entity);
  const { reply } = await (args.orderBy ? measured : asked)(context, question);
  return pageOfIds(page, idsOf(reply, args, named), entity);
}

/** A list of one page of keys is ordered here. A longer one keeps the platform's own order where its call asked for exactly this one. */
function idsOf(reply: KeyMetricsReply, { orderBy }: KeysArguments, named: readonly string[] | null): Ids {
  const ids = named ?? reply.rows.map(({ id }) => id);
  const totalCount = named ? named.length : reply.count;
  if (!orderBy) return { ids: [...ids].sort(compareIds), order: "keys", totalCount };
  const isSorted = canonical(reply.order) === canonical(platformOrder(orderBy));
  if (!named && isSorted && (totalCount ?? ids.length) > keysPerPage) return { ids, order: "figures", totalCount };
  const { field } = keyMetricSorts[orderBy.metric];
  const figures = new Map(reply.rows.map(({ id, byTime, current }) => [id, byTime[field] ?? current[field]]));
  return { ids: orderedByFigure(ids, (id) => figures.get(id), orderBy.direction), order: "figures", totalCount };
}
