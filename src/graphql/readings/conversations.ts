import type { IntervalMetricsQuestion, IntervalRow } from "../../upstream/question.js";
import { measured } from "../asking.js";
import { pageOf } from "../connection.js";
import type { GatewayContext } from "../context.js";
import { compareKeys } from "../ordering.js";
import type { PageRequest } from "../questions/paging.js";
import type { Page } from "../types/connection.js";
import { Conversation } from "../types/conversation.js";

/** A conversation that remembers the question whose rows listed it. */
export class ListedConversation extends Conversation {
  constructor(
    accountId: string,
    id: string,
    readonly listed: IntervalMetricsQuestion,
  ) {
    super(accountId, id);
  }
}

/** The conversations of the rows, by their first interval, then by id. */
export async function conversationsPage(
  context: GatewayContext,
  page: PageRequest,
  [question]: readonly IntervalMetricsQuestion[],
): Promise<Page<Conversation>> {
  if (!question) return pageOf(page, { nodes: [], keyOf: () => [], order: "keys", totalCount: null });
  const { reply } = await measured(context, question);
  const keys = [...firstIntervals(reply.rows)].map(([id, from]) => [String(from), id] as const).sort(compareKeys);
  const { edges, ...rest } = pageOf(page, { nodes: keys, keyOf: (key) => key, order: "keys", totalCount: keys.length });
  const conversation = (id: string) => new ListedConversation(question.account, id, question);
  return { ...rest, edges: edges.map(({ cursor, node: [, id] }) => ({ cursor, node: conversation(id) })) };
}

function firstIntervals(rows: readonly IntervalRow[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { ids, window } of rows) {
    const id = ids.CONVERSATION;
    if (id !== undefined) first.set(id, Math.min(window.from, first.get(id) ?? window.from));
  }
  return first;
}
