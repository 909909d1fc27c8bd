import { Field, ObjectType } from "type-graphql";
import { intervalMetrics } from "../../catalogue/interval-metrics.js";
import type { Window } from "../../time.js";
import {
  canonical,
  type Grouping,
  type HandleTimeModel,
  type IntervalMetricsQuestion,
  type IntervalMetricsReply,
  type IntervalRow,
} from "../../upstream/question.js";
import { checkedConversationId, intervalWindow, unlessRefused, type WindowArguments } from "../bounds.js";
import { ageOf, compareIds, compareKeys, type PageRequest, pageOf } from "../connection.js";
import { type Asker, demandConversations } from "../context.js";
import { namingIn } from "../directory-memory.js";
import type { Asks, Reading } from "../field.js";
import type { SelectedField, Selection } from "../selection.js";
import {
  Agent,
  Conversation,
  ConversationConnection,
  Measured,
  type Measurement,
  MetricField,
  MetricWindow,
  measurementOf,
  Skill,
  siblings,
  unmeasured,
} from "../types/entities.js";
import { type FilteringArguments, filteredBy, filtersOf, groupingOf, intervalScope, kindsAmong } from "./interval-metrics.js";

const sum = "Sum over the intervals of the window. ";

/** What a conversation's rows add up to: times in milliseconds, null without a row that carries them. */
export interface HandlingSums extends Pick<ConversationHandling, "handleTime" | "workTime" | "agents" | "skills"> {
  pending: readonly Window[];
}

@ObjectType({
  simpleResolvers: true,
  implements: [Measured],
  description: "Handling of one conversation over a window: sums of its interval rows.",
})
export class ConversationHandling extends Measured {
  @Field(() => MetricWindow, { description: "What was really asked: aligned to the platform's intervals." })
  readonly window: MetricWindow;
  @Field(() => [MetricWindow], { description: "Parts of the window that the platform is still computing: not in the sums yet." })
  readonly pending: MetricWindow[];
  @MetricField(intervalMetrics.metrics.handleTime, sum)
  readonly handleTime: number | null;
  @MetricField(intervalMetrics.metrics.workTime, sum)
  readonly workTime: number | null;
  @Field(() => [Agent], { nullable: true, description: "Agents who handled the conversation in the window, by id." })
  readonly agents: Agent[] | null;
  @Field(() => [Skill], { nullable: true, description: "Skills in which the conversation was handled in the window, by id." })
  readonly skills: Skill[] | null;

  constructor(measurement: Measurement, sums: HandlingSums) {
    super({}, measurement);
    this.window = new MetricWindow(measurement.window);
    this.pending = sums.pending.map((part) => new MetricWindow(part));
    this.handleTime = sums.handleTime;
    this.workTime = sums.workTime;
    this.agents = sums.agents;
    this.skills = sums.skills;
  }
}

/** The conversation of this id. Throws BAD_USER_INPUT, and FORBIDDEN without the right to conversations. */
export function conversationMeant({ id }: { id: string }, asker: Pick<Asker, "rights">): string {
  demandConversations(asker);
  return checkedConversationId("id", id);
}

export interface HandlingArguments extends WindowArguments {
  handleTimeModel: HandleTimeModel;
}

export type ConversationsArguments = HandlingArguments & FilteringArguments;

/** Sums do not depend on it; the finest is the one that `Conversation.intervals` shares by default. */
const everyMinutes = 15;

const groupingFor = (handlings: readonly Selection[]): Grouping[] => [
  "CONVERSATION",
  ...(handlings.some((each) => each.all("agents").length > 0) ? (["AGENT"] as const) : []),
  ...(handlings.some((each) => each.all("skills").length > 0) ? (["SKILL"] as const) : []),
];

/**
 * Conversation.handling: the rows that its sums are made of. In a list, without a window of its own, it keeps the window and the
 * filters of the list. The list's own rows answer it where they are all that it means.
 */
export const handlingRows: Asks<HandlingArguments, IntervalMetricsQuestion> = ({ parent, args, selection, asker }) => {
  const listed = parent.listed?.api === "interval-metrics" ? parent.listed : null;
  const kept = hasOwnWindow(args) ? null : listed;
  const { CONVERSATION: _, ...among } = kept?.among ?? {};
  const kinds = [...groupingFor([selection]), ...kindsAmong({ among })];
  const scope = intervalScope(parent.account, kinds, { ...args, everyMinutes }, asker, kept?.window);
  if (!selection.wantsData) return [];
  if (listed && isOfList(args, listed, asker)) return [listed];
  const own = { ...scope, ...(kindsAmong({ among }).length > 0 && { among }) };
  return filteredBy("CONVERSATION", parent).map((filters) => ({ ...own, filters: { ...kept?.filters, ...filters } }));
};

/** ContactCenter.conversations: rows that also hold what `handling` of its nodes asks. */
export const conversationRows: Asks<ConversationsArguments, IntervalMetricsQuestion, PageRequest> = ({
  parent,
  args,
  selection,
  asker,
}) => {
  const scope = intervalScope(parent.account, ["CONVERSATION"], { ...args, everyMinutes }, asker);
  const filters = filtersOf(args, asker);
  if (!filters) return null;
  if (!selection.wantsData) return [];
  const handlings = [...selection.all("nodes", "handling"), ...selection.all("edges", "node", "handling")];
  const ofList = handlings.filter((field) => unlessRefused(() => isOfList(argumentsOf(field), { ...scope, ...filters }, asker)));
  // Times of one conversation add up over agents, skills and groups, so that rows of several ids can be told apart and added.
  const kinds = [...groupingFor(ofList.map((field) => field.selection)), ...kindsAmong(filters)];
  return [{ ...scope, ...filters, grouping: groupingOf(kinds) }];
};

const argumentsOf = ({ args }: SelectedField): HandlingArguments => args as unknown as HandlingArguments;

type List = Pick<IntervalMetricsQuestion, "handleTimeModel" | "window" | "filters" | "among">;

/** A window of its own means all rows of the conversation, which only a list without filters holds. */
function isOfList(args: HandlingArguments, { handleTimeModel, window, filters, among = {} }: List, asker: Asker): boolean {
  if (args.handleTimeModel !== handleTimeModel) return false;
  if (!hasOwnWindow(args)) return true;
  const isFiltered = Object.keys({ ...filters, ...among }).length > 0;
  return !isFiltered && canonical(intervalWindow(args, everyMinutes, asker)) === canonical(window);
}

const hasOwnWindow = ({ lastMinutes, between }: WindowArguments): boolean => typeof lastMinutes === "number" || Boolean(between);

/** A page of the conversations in the rows, by their first interval, then by id. */
export function readConversations({
  account,
  page,
  answers: [answer],
}: Reading<unknown, IntervalMetricsQuestion, PageRequest>): ConversationConnection {
  const keys = [...firstIntervals(answer?.reply.rows ?? [])].map(([id, from]) => [String(from), id] as const).sort(compareKeys);
  const listed = pageOf(page, { nodes: keys, keyOf: (key) => key, order: "keys", totalCount: answer ? keys.length : null });
  const ids = listed.nodes.map(([, id]) => id);
  const age = answer ? ageOf([answer]) : null;
  return new ConversationConnection({ ...listed, age, nodes: siblings(Conversation, account, ids, answer && { listed: answer.question }) });
}

function firstIntervals(rows: readonly IntervalRow[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { ids, window } of rows) {
    const id = ids.CONVERSATION;
    if (id !== undefined) first.set(id, Math.min(window.from, first.get(id) ?? window.from));
  }
  return first;
}

const noSums: HandlingSums = { pending: [], handleTime: null, workTime: null, agents: null, skills: null };

/** The sums of the conversation over the window; null when no row is the conversation's and the window is complete. */
export function readHandling({ account, id, answers: [answer] }: Reading<unknown, IntervalMetricsQuestion>): ConversationHandling | null {
  if (!answer) return new ConversationHandling(unmeasured, noSums);
  const { reply, question } = answer;
  const rows = rowsOf(reply, id);
  if (rows.length === 0 && reply.pending.length === 0) return null;
  const entities = <E>(kind: "AGENT" | "SKILL", Entity: Parameters<typeof siblings<E>>[0]) => {
    if (!question.grouping.includes(kind)) return null;
    const byId = rowsById(rows, kind);
    return siblings(Entity, account, [...byId.keys()], { namingOf: (each) => namingIn(byId.get(each)!, kind, reply.asOf) });
  };
  return new ConversationHandling(
    { ...measurementOf(answer), window: question.window },
    {
      pending: reply.pending,
      handleTime: sumOf(rows, "handleTime"),
      workTime: sumOf(rows, "workTime"),
      agents: entities("AGENT", Agent),
      skills: entities("SKILL", Skill),
    },
  );
}

const byConversation = new WeakMap<object, Map<string, IntervalRow[]>>();

/** The conversation's rows; a reply is sorted by conversation once. */
function rowsOf(reply: IntervalMetricsReply, id: string): readonly IntervalRow[] {
  const known = byConversation.get(reply) ?? new Map<string, IntervalRow[]>();
  if (!byConversation.has(reply)) {
    for (const row of reply.rows) {
      const { CONVERSATION: own } = row.ids;
      if (own === undefined) continue;
      const rows = known.get(own);
      if (rows) rows.push(row);
      else known.set(own, [row]);
    }
    byConversation.set(reply, known);
  }
  return known.get(id) ?? [];
}

/** Null when no row carries the metric. */
function sumOf(rows: readonly IntervalRow[], metric: string): number | null {
  const values = rows.flatMap(({ values }) => values[metric] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** The last row of each id, by id. */
function rowsById(rows: readonly IntervalRow[], kind: Grouping): Map<string, IntervalRow> {
  const byId = new Map<string, IntervalRow>();
  for (const row of rows) {
    const id = row.ids[kind];
    if (id !== undefined) byId.set(id, row);
  }
  return new Map([...byId].sort(([a], [b]) => compareIds(a, b)));
}
