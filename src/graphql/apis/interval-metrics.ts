import { Field, ObjectType } from "type-graphql";
import { intervalMetrics } from "../../catalogue/interval-metrics.js";
import { badInput } from "../../errors.js";
import type { Window } from "../../time.js";
import type { Grouping, HandleTimeModel, IntervalFilters, IntervalMetricsQuestion, IntervalRow } from "../../upstream/question.js";
import { checkedConversationId, checkedId, intervalWindow, type WindowArguments } from "../bounds.js";
import { ConnectionOf, compareKeys, EdgeOf, emptyPage, type Page, type PageRequest, pageOf } from "../connection.js";
import { type Asker, demandConversations } from "../context.js";
import { namingIn } from "../directory-memory.js";
import type { Asks, Reading } from "../field.js";
import { DateTime } from "../scalars.js";
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

/** The entity whose rows a question asks for; null: those of all. */
export const entityOf =
  (kind: Grouping) =>
  ({ filters }: IntervalMetricsQuestion): string | null =>
    filters[kind] ?? null;

/** One page of the rows, oldest first, then by id. */
export function readIntervals({
  account,
  page,
  args,
  answers: [answer],
}: Reading<IntervalArguments, IntervalMetricsQuestion, PageRequest>): IntervalConnection {
  if (!answer) return new IntervalConnection(emptyPage, unmeasured, []);
  const { reply, question } = answer;
  const hidesBots = isBySkillAlone(question.grouping) && !args.includeBotSkills;
  const rows = sorted(hidesBots ? reply.rows.filter(({ human }) => human) : reply.rows);
  const listed = pageOf(page, { nodes: rows, keyOf, order: "keys", totalCount: rows.length });
  const named = new NamedEntities(account, listed.nodes, reply.asOf);
  const intervals = { ...listed, nodes: listed.nodes.map((row) => new Interval(row, named)) };
  return new IntervalConnection(intervals, { ...measurementOf(answer), window: question.window }, reply.pending);
}

const keyOf = ({ window, ids }: IntervalRow): readonly string[] => [String(window.from), ...groupingOrder.map((kind) => ids[kind] ?? "")];

function sorted(rows: readonly IntervalRow[]): IntervalRow[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ row }) => row);
}
