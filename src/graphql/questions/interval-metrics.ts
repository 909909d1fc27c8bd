import { badInput } from "../../errors.js";
import type { Grouping, HandleTimeModel, IntervalFilters, IntervalMetricsQuestion } from "../../upstream/question.js";
import type { Asker } from "../context.js";
import { demandConversations } from "../rights.js";
import { checkedConversationId, checkedId } from "./bounds.js";
import type { Asks, Parent } from "./parent.js";
import { intervalWindow, type WindowArguments } from "./windows.js";

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

export type GroupedIntervalArguments = IntervalArguments & FilteringArguments & { groupBy: readonly Grouping[] };
export type SplitIntervalArguments = IntervalArguments & { splitBy: readonly Grouping[] };

export const groupingOrder = ["SKILL", "AGENT_GROUP", "AGENT", "CONVERSATION"] as const satisfies Grouping[];
const durations = [15, 30, 60, 1440] as const;

/** In the one order in which groupings enter a question, without repeats. */
export const groupingOf = (kinds: readonly Grouping[]): readonly Grouping[] => groupingOrder.filter((kind) => kinds.includes(kind));

/** True for the one grouping whose rows carry arrivals, and are always asked with bot skills. */
export const isBySkillAlone = (grouping: readonly Grouping[]): boolean => grouping.join() === "SKILL";

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

type Scope = Omit<IntervalMetricsQuestion, "filters">;

/** Throws BAD_USER_INPUT, and FORBIDDEN for rows of conversations without the right to them. */
export function intervalScope(account: string, kinds: readonly Grouping[], args: IntervalArguments, asker: Asker): Scope {
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
    window: intervalWindow(args, everyMinutes, asker),
    includeBotSkills: isBySkillAlone(grouping) || (args.includeBotSkills ?? false),
  };
}

/** ContactCenter.intervals. */
export const groupedIntervals: Asks<GroupedIntervalArguments, IntervalMetricsQuestion> = ({ account }, args, selection, asker) => {
  if (args.groupBy.length === 0) throw badInput("groupBy", "a list of at least one grouping", args.groupBy);
  const question = { ...intervalScope(account, args.groupBy, args, asker), filters: filtersOf(args, asker) };
  return selection.wantsData ? [question] : [];
};

/** The field `intervals` of an entity: one question for each id, or one for all when the list is not read yet. */
export const intervalsOf =
  (kind: Grouping): Asks<SplitIntervalArguments, IntervalMetricsQuestion> =>
  (parent, args, selection, asker) => {
    const scope = intervalScope(parent.account, [kind, ...args.splitBy], args, asker);
    return selection.wantsData ? filteredBy(kind, parent).map((filters) => ({ ...scope, filters })) : [];
  };

export const filteredBy = (kind: Grouping, { ids }: Pick<Parent, "ids">): IntervalFilters[] =>
  ids ? ids.map((id) => ({ [kind]: id })) : [{}];
