import { ArgsType, type ClassType, Field, ID, InputType, Int } from "type-graphql";
import { DateTime } from "../scalars.js";
import {
  AgentSegmentSort,
  AgentUserType,
  HandleTimeModel,
  IntervalGrouping,
  IntervalSort,
  KeyMetricSort,
  MetricSortDirection,
} from "./enums.js";

declare const value: unique symbol;

/** One argument with its type, default and description: a property decorator of inputs, and an entry of a field's `args`. */
export type Argument<T> = PropertyDecorator & { readonly [value]?: T };
export type ArgumentSpec = Readonly<Record<string, Argument<unknown>>>;
/** The values of the arguments, as they arrive. */
export type ArgumentsOf<S extends ArgumentSpec> = { readonly [K in keyof S]: S[K] extends Argument<infer T> ? T : never };

type Optional<T> = T | null | undefined;
type TypeOf = Parameters<typeof Field>[0] & (() => unknown);

const required = <T>(type: TypeOf, description: string): Argument<T> => Field(type, { description });
const optional = <T>(type: TypeOf, description: string): Argument<Optional<T>> => Field(type, { nullable: true, description });
const withDefault = <T>(type: TypeOf, defaultValue: T, description: string): Argument<T> => Field(type, { defaultValue, description });

/** The class that declares these arguments, in their order, to type-graphql. */
export function argumentsClass(spec: ArgumentSpec): ClassType {
  class DeclaredArguments {}
  for (const [name, argument] of Object.entries(spec)) argument(DeclaredArguments.prototype, name);
  ArgsType()(DeclaredArguments);
  return DeclaredArguments;
}

@InputType({
  description: "A span of time to ask for. `from` must be before `to`; how far apart and how long ago they may be depends on the field.",
})
export class MetricWindowInput {
  @Field(() => DateTime, { description: "Its beginning, inside it." })
  from!: Date;
  @Field(() => DateTime, { description: "Its end, outside it." })
  to!: Date;
}

const ids = (what: string) => optional<string[]>(() => [ID], `${what} An empty list means none, never all.`);
export const agentIds = ids("Only these agents; left out: all.");
export const agentGroupIds = ids("Only agents of these groups; left out: all.");
export const skillIds = ids("Only these skills; left out: all.");
const listedIds = ids("Exactly these, in this order, at most 500; ids that were never seen are listed too.");

const entityIdBound = "Digits, with at most a minus sign in front: -?[0-9]{1,19}.";
const conversationIdBound = "1 to 64 letters, digits, hyphens and underscores.";
export const entityId = required<string>(() => ID, entityIdBound);
export const conversationId = required<string>(() => ID, conversationIdBound);
const onlyId = (what: string, bound = entityIdBound) => optional<string>(() => ID, `Only rows of this ${what}. ${bound}`);
const apart = "Two or more only where groupBy holds the kind, because their rows cannot be added up.";
const onlyIds = (what: string, single: string | null, grouped: string) =>
  ids(`Only rows of these ${what}, at most 500.${single === null ? "" : ` Not with ${single}.`}${grouped}`);
const singleIds = { agentId: onlyId("agent"), skillId: onlyId("skill"), agentGroupId: onlyId("agent group") };
const pluralIds = (grouped: string) => ({
  agentIds: onlyIds("agents", "agentId", grouped),
  skillIds: onlyIds("skills", "skillId", grouped),
  agentGroupIds: onlyIds("agent groups", "agentGroupId", grouped),
});
const rowFilters = {
  ...singleIds,
  conversationId: onlyId("conversation", conversationIdBound),
  ...pluralIds(` ${apart}`),
  conversationIds: onlyIds("conversations", "conversationId", ` ${apart}`),
};
export const conversationFilters = { ...singleIds, ...pluralIds(""), conversationIds: onlyIds("conversations", null, "") };

export const lastMinutes = (description = "Window: the last n minutes, 1 to 1440.") => withDefault(() => Int, 60, description);

/** A window by length or by span; bounds as the APIs have them. */
const spanOf = (minutes: string, span: string, otherwise = "the last 60 minutes") => ({
  lastMinutes: optional<number>(() => Int, `Window: the last n minutes, ${minutes}. Not with between; neither: ${otherwise}.`),
  between: optional<MetricWindowInput>(() => MetricWindowInput, `Window: from one instant to another, ${span}. Not with lastMinutes.`),
});
const told = "The object's `window` tells what was used";
const intervalReach = `up to 20160 (14 days), ending at the last boundary passed. ${told}`;
const intervalBounds = `aligned outward to whole intervals, shortened to the last 14 days and to the last boundary passed. ${told}`;
export const keyMetricsSpan = spanOf(
  "1 to 1440",
  `at most 24 hours, rounded outward to whole minutes, shortened to as far back as the account can be asked (24 hours, or LP_KEY_METRICS_LOOKBACK_HOURS). ${told}`,
);
const intervalsSpan = spanOf(
  `at least everyMinutes, ${intervalReach}`,
  intervalBounds,
  "the last 60 minutes, or everyMinutes where that is longer",
);
export const conversationsSpan = spanOf(intervalReach, intervalBounds);
export const handlingSpan = spanOf(intervalReach, intervalBounds, "in a list the window of the list, else the last 60 minutes");

export const everyMinutes = withDefault(
  () => Int,
  15,
  "Length of an interval: 15, 30, 60 or 1440 minutes, counted from midnight UTC. A day is a day in UTC. An interval that has not ended has no row yet.",
);
export const everyMinutesOfSegments = required<number>(
  () => Int,
  "Length of an interval in minutes: at least 5, a divisor of the window, and one value per object.",
);
export const groupBy = withDefault(
  () => [IntervalGrouping],
  [IntervalGrouping.SKILL] as IntervalGrouping[],
  "What rows are kept apart by; at least one. Order and repeats do not matter.",
);
export const splitBy = withDefault(
  () => [IntervalGrouping],
  [] as IntervalGrouping[],
  "What rows are kept apart by, besides this entity. Order and repeats do not matter.",
);
export const handleTimeModel = withDefault(() => HandleTimeModel, HandleTimeModel.IFT as HandleTimeModel, "How handleTime is measured.");
export const includeBotSkills = withDefault(
  () => Boolean,
  false,
  "Also rows without activity of a human agent: bots, arrivals and closes alone.",
);
export const includeSubGroups = withDefault(
  () => Boolean,
  false,
  "Groups count with the groups below them. Passed to the platform as it is.",
);
export const userType = withDefault(
  () => AgentUserType,
  AgentUserType.ALL as AgentUserType,
  "Human agents, bots or both. Passed to the platform as it is.",
);
export const source = optional<string>(
  () => String,
  "Only conversations of this source: 1 to 64 characters without comma or control characters, not `all`; left out: all. Passed to the platform as it is.",
);

const pageOf = (length: string) => ({
  first: optional<number>(() => Int, length),
  after: optional<string>(() => String, "Begin after this cursor, which must come from the same list with the same arguments."),
});
export const page = pageOf("Length of the page, 1 to 500; left out: 50.");
const rowPage = pageOf("Length of the page, 1 to 5000; left out: 500.");

const direction = withDefault(
  () => MetricSortDirection,
  MetricSortDirection.DESC as MetricSortDirection,
  "Highest first unless said otherwise.",
);

const orderMinutes = (window: string, figures: string) =>
  optional<number>(
    () => Int,
    `${window} Left out: the window of the \`${figures}\` selected on the list's entities; where none or several windows are selected, the last 60 minutes.`,
  );

@InputType({ description: "An order by an agent segment metric: nulls last, ties by id." })
export class AgentSegmentOrder {
  @required(() => AgentSegmentSort, "The metric to order by.")
  metric!: AgentSegmentSort;
  @direction
  direction!: MetricSortDirection;
  @orderMinutes("Window of the metric: the last n minutes, 1 to 1440.", "segments")
  lastMinutes?: number | null;
  @userType
  userType!: AgentUserType;
}

@InputType({ description: "An order by a metric of the rows themselves: nulls last, ties by time, then by id." })
export class IntervalOrder {
  @required(() => IntervalSort, "The metric to order by. The rows must carry it: arrivals and closed conversations need groupBy: [SKILL].")
  metric!: IntervalSort;
  @direction
  direction!: MetricSortDirection;
}

@InputType({
  description:
    "An order by a key metric: nulls last. Ties go by id; where the list is longer than one page of the platform, by its own order.",
})
export class KeyMetricOrder {
  @required(() => KeyMetricSort, "The metric to order by.")
  metric!: KeyMetricSort;
  @direction
  direction!: MetricSortDirection;
  @orderMinutes("Window of a by-time metric: the last n minutes, 1 to 1440. A current metric ignores it.", "keyMetrics")
  lastMinutes?: number | null;
  @userType
  userType!: AgentUserType;
  @includeSubGroups
  includeSubGroups!: boolean;
}

/** Arguments that several fields have together. */
export const filteredAgents = { lastMinutes: lastMinutes(), agentIds, agentGroupIds, userType, source };
export const countedAgents = { includeSubGroups, userType };
const split = { ...intervalsSpan, everyMinutes, splitBy, handleTimeModel };
const rowOrder = optional<IntervalOrder>(() => IntervalOrder, "Order by a metric of the rows; left out: oldest first, then by id.");
const rowList = { orderBy: rowOrder, ...rowPage };
export const groupedIntervals = { ...intervalsSpan, everyMinutes, groupBy, handleTimeModel, ...rowFilters, includeBotSkills, ...rowList };
export const entityIntervals = { ...split, includeBotSkills, ...rowList };
export const conversationIntervals = { ...split, ...rowList };

/** A list of entities: those named, or all; in an order of its own when asked. */
const listOf = <O extends object>(Order: ClassType<O>) => ({
  ids: listedIds,
  orderBy: optional<O>(() => Order, "Order by a metric; left out: as ids are given, else by id."),
  ...pageOf("Length of the page, 1 to 500; left out: all of ids, else 50."),
});
export const agentList = listOf(AgentSegmentOrder);
export const keyList = listOf(KeyMetricOrder);
