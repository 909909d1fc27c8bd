import { Field, ObjectType } from "type-graphql";
import { intervalMetrics } from "../../catalogue/interval-metrics.js";
import { figureIn, isCarried } from "../../catalogue/metric.js";
import { badInput } from "../../errors.js";
import type { Window } from "../../time.js";
import {
  type Grouping,
  type HandleTimeModel,
  type IntervalFilters,
  type IntervalMetricsQuestion,
  type IntervalRow,
  idSet,
} from "../../upstream/question.js";
import { checkedConversationId, checkedId, checkedNumber, intervalWindow, type ListArgument, type WindowArguments } from "../bounds.js";
import {
  ConnectionOf,
  compareFigures,
  compareKeys,
  EdgeOf,
  emptyPage,
  entityPage,
  type Page,
  type PageRequest,
  pageOf,
} from "../connection.js";
import { type Asker, demandConversations } from "../context.js";
import { namingIn } from "../directory-memory.js";
import type { Asks, Reading } from "../field.js";
import { DateTime } from "../scalars.js";
import type { IntervalOrder } from "../types/arguments.js";
import {
  Agent,
  AgentGroup,
  Conversation,
  Figures,
  Measured,
  type Measurement,
  MetricFields,
  MetricWindow,
  measurementOf,
  type Origin,
  type Parent,
  ReadsMetrics,
  Siblings,
  Skill,
  unmeasured,
} from "../types/entities.js";
import { intervalSorts } from "../types/enums.js";

const grouped = "Null when the rows are not grouped by it or the platform names none.";

@ObjectType({
  simpleResolvers: true,
  description:
    "One row of the interval metrics (Interval Metrics API). Which of skill, agent, agentGroup and conversation are set follows from the grouping.",
})
@MetricFields(intervalMetrics)
@ReadsMetrics(intervalMetrics)
export class Interval extends Figures {
  constructor(
    private readonly row: IntervalRow,
    private readonly named: NamedEntities,
  ) {
    super(row.values);
  }

  @Field(() => DateTime, { description: "Beginning of the interval, inside it." })
  get from(): Date {
    return new Date(this.row.window.from);
  }

  @Field(() => DateTime, { description: "End of the interval, outside it." })
  get to(): Date {
    return new Date(this.row.window.to);
  }

  @Field(() => Skill, { nullable: true, description: `The row's skill. ${grouped}` })
  get skill(): Skill | null {
    return this.named.entity(Skill, this.row, "SKILL");
  }

  @Field(() => Agent, { nullable: true, description: `The row's agent. ${grouped}` })
  get agent(): Agent | null {
    return this.named.entity(Agent, this.row, "AGENT");
  }

  @Field(() => AgentGroup, { nullable: true, description: `The row's agent group. ${grouped}` })
  get agentGroup(): AgentGroup | null {
    return this.named.entity(AgentGroup, this.row, "AGENT_GROUP");
  }

  @Field(() => Conversation, { nullable: true, description: `The row's conversation. ${grouped}` })
  get conversation(): Conversation | null {
    return this.named.entity(Conversation, this.row, "CONVERSATION");
  }
}

/** The entities that the rows of a page name, those of one kind as siblings. */
export class NamedEntities {
  readonly #siblings = new Map<Grouping, Siblings>();

  /** `asOf`: epoch ms at which the platform was asked. */
  constructor(
    private readonly account: string,
    private readonly rows: readonly IntervalRow[],
    private readonly asOf: number,
  ) {}

  /** Null when the row names none of the kind. */
  entity<E>(Entity: new (account: string, id: string, origin: Origin) => E, row: IntervalRow, kind: Grouping): E | null {
    const id = row.ids[kind];
    if (id === undefined) return null;
    const origin = { siblings: this.#siblingsOf(kind) };
    return new Entity(this.account, id, kind === "CONVERSATION" ? origin : { ...origin, naming: namingIn(row, kind, this.asOf) });
  }

  #siblingsOf(kind: Grouping): Siblings {
    const known = this.#siblings.get(kind);
    if (known) return known;
    const ids = new Set(this.rows.flatMap(({ ids }) => ids[kind] ?? []));
    const siblings = new Siblings(this.account, [...ids], { named: kind !== "CONVERSATION" });
    this.#siblings.set(kind, siblings);
    return siblings;
  }
}

@ObjectType({ description: "One row of a list of interval metrics." })
export class IntervalEdge extends EdgeOf(Interval) {}

@ObjectType({ implements: [Measured], simpleResolvers: true, description: "A list of rows of the interval metrics." })
export class IntervalConnection extends ConnectionOf(
  Interval,
  IntervalEdge,
  "Oldest first, then by id. An interval without activity has no row.",
) {
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

export interface OrderingArguments {
  orderBy?: IntervalOrder | null | undefined;
}

/** One id of a kind, or a list of them: not both. */
export interface FilteringArguments {
  skillId?: string | null | undefined;
  skillIds?: ListArgument;
  agentGroupId?: string | null | undefined;
  agentGroupIds?: ListArgument;
  agentId?: string | null | undefined;
  agentIds?: ListArgument;
  conversationId?: string | null | undefined;
  conversationIds?: ListArgument;
}

const filterNames = {
  SKILL: ["skillId", "skillIds"],
  AGENT_GROUP: ["agentGroupId", "agentGroupIds"],
  AGENT: ["agentId", "agentIds"],
  CONVERSATION: ["conversationId", "conversationIds"],
} as const satisfies Record<Grouping, readonly [keyof FilteringArguments, keyof FilteringArguments]>;

const groupingOrder = ["SKILL", "AGENT_GROUP", "AGENT", "CONVERSATION"] as const satisfies Grouping[];
const durations = [15, 30, 60, 1440] as const;

/** In the one order in which groupings enter a question, without repeats. */
export const groupingOf = (kinds: readonly Grouping[]): readonly Grouping[] => groupingOrder.filter((kind) => kinds.includes(kind));

/** True for the one grouping whose rows carry arrivals, and are always asked with bot skills: one answer serves both wishes. */
const isBySkillAlone = (grouping: readonly Grouping[]): boolean => grouping.join() === "SKILL";

/** Which rows are wanted, in the words of a question. */
export type RowFilters = Pick<IntervalMetricsQuestion, "filters" | "among">;

/**
 * The ids of each kind that were given; null where a list of them is empty, which names nothing. Throws BAD_USER_INPUT for what cannot be
 * an id, the empty text among them, for one id and a list of the same kind, and for more than 500 ids; and FORBIDDEN for a conversation
 * without the right to them.
 */
export function filtersOf(args: FilteringArguments, asker: Asker): RowFilters | null {
  const filters: Partial<Record<Grouping, string>> = {};
  const among: Partial<Record<Grouping, readonly string[]>> = {};
  let namesNothing = false;
  for (const kind of groupingOrder) {
    const [single, plural] = filterNames[kind];
    const [id, list] = [args[single] ?? null, args[plural] ?? null];
    if (id === null && list === null) continue;
    if (id !== null && list !== null) throw badInput(single, `left out when ${plural} is given`, id);
    if (kind === "CONVERSATION") demandConversations(asker);
    const checked = kind === "CONVERSATION" ? checkedConversationId : checkedId;
    if (list) checkedNumber(`the number of ${plural}`, list.length, 0, entityPage.most);
    const ids = list ? idSet(list.map((each) => checked(plural, each))) : [checked(single, id!)];
    if (ids.length > 1) among[kind] = ids;
    else if (ids[0] !== undefined) filters[kind] = ids[0];
    else namesNothing = true;
  }
  if (namesNothing) return null;
  return Object.keys(among).length > 0 ? { filters, among } : { filters };
}

/** The kinds of which several ids are wanted. */
export const kindsAmong = ({ among = {} }: Pick<RowFilters, "among">): Grouping[] => Object.keys(among) as Grouping[];

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
): Omit<IntervalMetricsQuestion, keyof RowFilters> {
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

/** Throws BAD_USER_INPUT for an order by a metric that the rows do not carry. */
function demandCarried({ orderBy }: OrderingArguments, grouping: readonly Grouping[]): void {
  if (!orderBy || isCarried(intervalSorts[orderBy.metric], grouping, intervalMetrics)) return;
  throw badInput("orderBy.metric", `a metric that rows grouped by ${grouping.join(", ")} carry`, orderBy.metric);
}

type GroupedArguments = IntervalArguments & OrderingArguments & FilteringArguments & { groupBy: readonly Grouping[] };

/** Rows in any grouping. */
export const groupedIntervals: Asks<GroupedArguments, IntervalMetricsQuestion, PageRequest> = ({ parent, args, selection, asker }) => {
  if (args.groupBy.length === 0) throw badInput("groupBy", "a list of at least one grouping", args.groupBy);
  const scope = intervalScope(parent.account, args.groupBy, args, asker);
  demandCarried(args, scope.grouping);
  const filters = filtersOf(args, asker);
  if (!filters) return null;
  // Rows of several ids cannot be added up: one conversation counts in the rows of each agent who handled it.
  const foreign = kindsAmong(filters).find((kind) => !scope.grouping.includes(kind));
  if (foreign)
    throw badInput(filterNames[foreign][1], `at most one id where groupBy does not hold ${foreign}`, args[filterNames[foreign][1]]);
  return selection.wantsData ? [{ ...scope, ...filters }] : [];
};

/** The rows of an entity: one question for each id, or one for all when the list is not read yet. */
export const intervalsOf =
  (kind: Grouping): Asks<IntervalArguments & OrderingArguments & { splitBy: readonly Grouping[] }, IntervalMetricsQuestion, PageRequest> =>
  ({ parent, args, selection, asker }) => {
    const scope = intervalScope(parent.account, [kind, ...args.splitBy], args, asker);
    demandCarried(args, scope.grouping);
    return selection.wantsData ? filteredBy(kind, parent).map((filters) => ({ ...scope, filters })) : [];
  };

/** The entity whose rows a question asks for; null: those of all. */
export const entityOf =
  (kind: Grouping) =>
  ({ filters }: IntervalMetricsQuestion): string | null =>
    filters[kind] ?? null;

/** One page of the rows in the order asked for; left out: oldest first, then by id. */
export function readIntervals({
  account,
  page,
  args,
  answers: [answer],
}: Reading<IntervalArguments & OrderingArguments, IntervalMetricsQuestion, PageRequest>): IntervalConnection {
  if (!answer) return new IntervalConnection(emptyPage, unmeasured, []);
  const { reply, question } = answer;
  const hidesBots = isBySkillAlone(question.grouping) && !args.includeBotSkills;
  const byTime = sorted(hidesBots ? reply.rows.filter(({ human }) => human) : reply.rows);
  const rows = args.orderBy ? orderedRows(byTime, args.orderBy) : byTime;
  const listed = pageOf(page, { nodes: rows, keyOf, order: args.orderBy ? "figures" : "keys", totalCount: rows.length });
  const named = new NamedEntities(account, listed.nodes, reply.asOf);
  const intervals = { ...listed, nodes: listed.nodes.map((row) => new Interval(row, named)) };
  return new IntervalConnection(intervals, { ...measurementOf(answer), window: question.window }, reply.pending);
}

const keyOf = ({ window, ids }: IntervalRow): readonly string[] => [String(window.from), ...groupingOrder.map((kind) => ids[kind] ?? "")];

function sorted(rows: readonly IntervalRow[]): IntervalRow[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ row }) => row);
}

/** Rows without the figure come last; equal ones keep their order. */
function orderedRows(rows: readonly IntervalRow[], { metric, direction }: IntervalOrder): IntervalRow[] {
  const figured = rows.map((row) => ({ row, figure: figureIn(row.values, intervalSorts[metric]) }));
  return figured.sort((a, b) => compareFigures(a.figure, b.figure, direction)).map(({ row }) => row);
}
