import { Field, ObjectType } from "type-graphql";
import { intervalMetrics } from "../../catalogue/interval-metrics.js";
import { badInput } from "../../errors.js";
import type { Window } from "../../time.js";
import type { Grouping, HandleTimeModel, IntervalFilters, IntervalMetricsQuestion, IntervalRow } from "../../upstream/question.js";
import { checkedConversationId, checkedId, intervalWindow, type WindowArguments } from "../bounds.js";
import { ConnectionOf, compareKeys, EdgeOf, type Page, type PageRequest, pageOf } from "../connection.js";
import { type Asker, demandConversations } from "../context.js";
import { namingIn } from "../directory-memory.js";
import type { Asks, Parent, Reading } from "../field.js";
import { DateTime } from "../scalars.js";
import {
  Agent,
  AgentGroup,
  assignMetrics,
  Conversation,
  Measured,
  type Measurement,
  MetricFields,
  MetricWindow,
  measurementOf,
  Skill,
  unmeasured,
} from "../types/entities.js";

const grouped = "Null when the rows are not grouped by it or the platform names none.";

@ObjectType({
  simpleResolvers: true,
  description:
    "One row of the interval metrics (Interval Metrics API). Which of skill, agent, agentGroup and conversation are set follows from the grouping.",
})
@MetricFields(intervalMetrics)
export class Interval {
  @Field(() => DateTime, { description: "Beginning of the interval, inside it." })
  readonly from: Date;
  @Field(() => DateTime, { description: "End of the interval, outside it." })
  readonly to: Date;
  @Field(() => Skill, { nullable: true, description: `The row's skill. ${grouped}` })
  readonly skill: Skill | null;
  @Field(() => Agent, { nullable: true, description: `The row's agent. ${grouped}` })
  readonly agent: Agent | null;
  @Field(() => AgentGroup, { nullable: true, description: `The row's agent group. ${grouped}` })
  readonly agentGroup: AgentGroup | null;
  @Field(() => Conversation, { nullable: true, description: `The row's conversation. ${grouped}` })
  readonly conversation: Conversation | null;

  /** `asOf`: epoch ms at which the platform was asked. */
  constructor(account: string, row: IntervalRow, asOf: number) {
    const { SKILL, AGENT, AGENT_GROUP, CONVERSATION } = row.ids;
    this.from = new Date(row.window.from);
    this.to = new Date(row.window.to);
    this.skill = SKILL === undefined ? null : new Skill(account, SKILL, { naming: namingIn(row, "SKILL", asOf) });
    this.agent = AGENT === undefined ? null : new Agent(account, AGENT, { naming: namingIn(row, "AGENT", asOf) });
    this.agentGroup =
      AGENT_GROUP === undefined ? null : new AgentGroup(account, AGENT_GROUP, { naming: namingIn(row, "AGENT_GROUP", asOf) });
    this.conversation = CONVERSATION === undefined ? null : new Conversation(account, CONVERSATION);
    assignMetrics(this, intervalMetrics, row.values);
  }
}

@ObjectType({ description: "One row of a list of interval metrics." })
export class IntervalEdge extends EdgeOf(Interval) {}

@ObjectType({ implements: [Measured], simpleResolvers: true, description: "A list of rows of the interval metrics." })
export class IntervalConnection
  extends ConnectionOf(Interval, IntervalEdge, "Oldest first, then by id. An interval without activity has no row.")
  implements Measured
{
  readonly asOf: Date;
  readonly stale: boolean;
  @Field(() => MetricWindow, { description: "What was really asked: aligned to everyMinutes." })
  readonly window: MetricWindow;
  @Field(() => [MetricWindow], {
    description:
      "Parts of the window that the platform is still computing: their rows are not in nodes yet. Empty when the window is complete.",
  })
  readonly pending: MetricWindow[];

  constructor(page: Page<Interval>, measurement: Measurement, pending: readonly Window[]) {
    super(page);
    this.asOf = new Date(measurement.asOf);
    this.stale = measurement.stale;
    this.window = new MetricWindow(measurement.window);
    this.pending = pending.map((part) => new MetricWindow(part));
  }
}

export interface IntervalArguments extends WindowArguments {
  everyMinutes: number;
  handleTimeModel: HandleTimeModel;
  includeBotSkills?: boolean;
}

export interface FilteringArguments {
  skillId?: string | null | undefined;
  agentGroupId?: string | null | undefined;
  agentId?: string | null | undefined;
  conversationId?: string | null | undefined;
}

const groupingOrder = ["SKILL", "AGENT_GROUP", "AGENT", "CONVERSATION"] as const satisfies Grouping[];
const durations = [15, 30, 60, 1440] as const;

/** In the one order in which groupings enter a question, without repeats. */
export const groupingOf = (kinds: readonly Grouping[]): readonly Grouping[] => groupingOrder.filter((kind) => kinds.includes(kind));

/** True for the one grouping whose rows carry arrivals, and are always asked with bot skills: one answer serves both wishes. */
const isBySkillAlone = (grouping: readonly Grouping[]): boolean => grouping.join() === "SKILL";

/**
 * One id of each kind that was given. Throws BAD_USER_INPUT for one that cannot be an id, the empty text among them, and FORBIDDEN
 * for a conversation without the right to them.
 */
export function filtersOf({ skillId, agentGroupId, agentId, conversationId }: FilteringArguments, asker: Asker): IntervalFilters {
  if (typeof conversationId === "string") demandConversations(asker);
  const given: [Grouping, string | null | undefined, (id: string) => string][] = [
    ["SKILL", skillId, (id) => checkedId("skillId", id)],
    ["AGENT_GROUP", agentGroupId, (id) => checkedId("agentGroupId", id)],
    ["AGENT", agentId, (id) => checkedId("agentId", id)],
    ["CONVERSATION", conversationId, (id) => checkedConversationId("conversationId", id)],
  ];
  return Object.fromEntries(given.flatMap(([kind, id, check]) => (typeof id === "string" ? [[kind, check(id)]] : [])));
}

export const filteredBy = (kind: Grouping, { ids }: Pick<Parent, "ids">): IntervalFilters[] =>
  ids ? ids.map((id) => ({ [kind]: id })) : [{}];

/**
 * All of a question but its filters; over `window` where one is given. Throws BAD_USER_INPUT, and FORBIDDEN for rows of conversations
 * without the right to them.
 */
export function intervalScope(
  account: string,
  kinds: readonly Grouping[],
  args: IntervalArguments,
  asker: Asker,
  window?: Window,
): Omit<IntervalMetricsQuestion, "filters"> {
  if (kinds.includes("CONVERSATION")) demandConversations(asker);
  const everyMinutes = durations.find((each) => each === args.everyMinutes);
  if (!everyMinutes) throw badInput("everyMinutes", `one of ${durations.join(", ")}`, args.everyMinutes);
  const grouping = groupingOf(kinds);
  return {
    api: "interval-metrics",
    account,
    credential: asker.credential,
    grouping,
    everyMinutes,
    handleTimeModel: args.handleTimeModel,
    window: window ?? intervalWindow(args, everyMinutes, asker),
    includeBotSkills: isBySkillAlone(grouping) || (args.includeBotSkills ?? false),
  };
}

type GroupedArguments = IntervalArguments & FilteringArguments & { groupBy: readonly Grouping[] };

/** Rows in any grouping. */
export const groupedIntervals: Asks<GroupedArguments, IntervalMetricsQuestion, PageRequest> = ({ parent, args, selection, asker }) => {
  if (args.groupBy.length === 0) throw badInput("groupBy", "a list of at least one grouping", args.groupBy);
  const question = { ...intervalScope(parent.account, args.groupBy, args, asker), filters: filtersOf(args, asker) };
  return selection.wantsData ? [question] : [];
};

/** The rows of an entity: one question for each id, or one for all when the list is not read yet. */
export const intervalsOf =
  (kind: Grouping): Asks<IntervalArguments & { splitBy: readonly Grouping[] }, IntervalMetricsQuestion, PageRequest> =>
  ({ parent, args, selection, asker }) => {
    const scope = intervalScope(parent.account, [kind, ...args.splitBy], args, asker);
    return selection.wantsData ? filteredBy(kind, parent).map((filters) => ({ ...scope, filters })) : [];
  };

/** One page of the rows, oldest first, then by id. */
export function readIntervals({
  account,
  page,
  args,
  answers: [answer],
}: Reading<IntervalArguments, IntervalMetricsQuestion, PageRequest>): IntervalConnection {
  if (!answer) return new IntervalConnection({ edges: [], hasNextPage: false, hasPreviousPage: false, totalCount: null }, unmeasured, []);
  const { reply, question } = answer;
  const hidesBots = isBySkillAlone(question.grouping) && !args.includeBotSkills;
  const rows = sorted(hidesBots ? reply.rows.filter(({ human }) => human) : reply.rows);
  const list = { nodes: rows, keyOf, order: "keys", totalCount: rows.length } as const;
  const intervals = pageOf(page, list, (row) => new Interval(account, row, reply.asOf));
  return new IntervalConnection(intervals, { ...measurementOf(answer), window: question.window }, reply.pending);
}

const keyOf = ({ window, ids }: IntervalRow): readonly string[] => [String(window.from), ...groupingOrder.map((kind) => ids[kind] ?? "")];

function sorted(rows: readonly IntervalRow[]): IntervalRow[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ row }) => row);
}
