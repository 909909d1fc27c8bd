import { Field, ObjectType } from "type-graphql";
import { keyMetricsByTime, keyMetricsCurrent } from "../../catalogue/key-metrics.js";
import {
  canonical,
  idSet,
  type KeyKind,
  type KeyMetricsFilters,
  type KeyMetricsQuestion,
  type KeyMetricsReply,
  type KeyMetricsWindow,
  type UserType,
} from "../../upstream/question.js";
import { checkedIds, keyMetricsWindow, type ListArgument, namesNothing, type WindowArguments } from "../bounds.js";
import type { Asking, Asks, Reading } from "../field.js";
import { Measured, MetricFields, MetricWindow, measurementOf, type Parent, ReadsMetrics, unmeasured } from "../types/entities.js";

@ObjectType({
  simpleResolvers: true,
  implements: [Measured],
  description: "Key messaging metrics over a window (Key Messaging Metrics API, metricsToRetrieveByTime).",
})
@MetricFields(keyMetricsByTime)
@ReadsMetrics(keyMetricsByTime)
export class KeyMetrics extends Measured {
  @Field(() => MetricWindow, { description: "The window of all metrics of this object, on whole minutes." })
  get window(): MetricWindow {
    return new MetricWindow(this.measurement.window);
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: [Measured],
  description: "Key messaging metrics as they stand now (Key Messaging Metrics API, metricsToRetrieveCurrentValue).",
})
@MetricFields(keyMetricsCurrent)
@ReadsMetrics(keyMetricsCurrent)
export class CurrentMetrics extends Measured {}

/** Arguments of every `current`; each field has those of its own kind left out. */
export interface CurrentArguments {
  agentIds?: ListArgument;
  agentGroupIds?: ListArgument;
  skillIds?: ListArgument;
  includeSubGroups?: boolean;
  userType: UserType;
}

export type KeyMetricsArguments = CurrentArguments & WindowArguments;

type Read = (reading: Reading<unknown, KeyMetricsQuestion>) => unknown;

/** What an object's figures are asked with, and where in the answer they are. */
interface Figures {
  each?: "row" | ((question: KeyMetricsQuestion) => string | null);
  questions(parent: Parent, scope: KeyMetricsQuestion): KeyMetricsQuestion[];
  in(reply: KeyMetricsReply, id: string): KeyMetricsReply["total"] | undefined;
}

const total: Figures = { questions: (_, scope) => [scope], in: ({ total }) => total };

const totalOfEachAgent: Figures = {
  ...total,
  each: ({ filters }) => filters.agentIds?.[0] ?? null,
  questions: ({ ids }, scope) => (ids ?? []).map((id) => ({ ...scope, filters: { ...scope.filters, agentIds: [id] } })),
};

const rowsBy = (of: KeyKind): Figures => ({
  each: "row",
  questions({ ids, listed }, scope) {
    if (ids) return ids.length === 0 ? [] : [{ ...scope, of, keys: idSet(ids) }];
    if (listed?.api !== "key-metrics" || listed.keys === "all") return [{ ...scope, of, keys: "all" }];
    return sharesOrder(listed, { ...scope, of }) ? [{ ...scope, of, keys: listed.keys }] : [];
  },
  in: ({ byId }, id) => byId.get(id),
});

/** True when the rows of an ordered list can carry the question's figures: the order is only true of its own scope. */
function sharesOrder(listed: KeyMetricsQuestion, question: KeyMetricsQuestion): boolean {
  const scope = ({ account, of, filters, includeSubGroups, userType }: KeyMetricsQuestion) =>
    canonical([account, of, filters, includeSubGroups, userType]);
  return scope(listed) === scope(question) && fits(listed.window, question.window);
}

const fits = (a: KeyMetricsWindow | null, b: KeyMetricsWindow | null): boolean => !a || !b || canonical(a) === canonical(b);

/** The fields keyMetrics (over a window) and current (as it stands now) of one kind of object. */
const fieldsOf = (figures: Figures) => ({
  keyMetrics: {
    ...(figures.each && { each: figures.each }),
    type: () => KeyMetrics,
    asks: ((asking) => {
      const window = keyMetricsWindow(asking.args, asking.parent.account, asking.asker);
      return questionsOf(figures, asking, { window, current: false });
    }) satisfies Asks<KeyMetricsArguments>,
    read: (({ id, answers: [answer] }) => {
      if (!answer) return new KeyMetrics({}, unmeasured);
      const found = figures.in(answer.reply, id);
      return found ? new KeyMetrics(found.byTime, measurementOf(answer)) : null;
    }) satisfies Read,
  },
  current: {
    ...(figures.each && { each: figures.each }),
    type: () => CurrentMetrics,
    asks: ((asking) => questionsOf(figures, asking, { window: null, current: true })) satisfies Asks<CurrentArguments>,
    read: (({ id, answers: [answer] }) => {
      if (!answer) return new CurrentMetrics({}, unmeasured);
      const found = figures.in(answer.reply, id);
      return found ? new CurrentMetrics(found.current, measurementOf(answer)) : null;
    }) satisfies Read,
  },
});

export const keyMetricFields = {
  total: fieldsOf(total),
  agent: fieldsOf(totalOfEachAgent),
  skill: fieldsOf(rowsBy("skillId")),
  agentGroup: fieldsOf(rowsBy("agentGroupId")),
};

function questionsOf(
  figures: Figures,
  { parent, args, selection, asker: { credential } }: Asking<CurrentArguments>,
  wanted: Pick<KeyMetricsQuestion, "window" | "current">,
): KeyMetricsQuestion[] | null {
  const scope: KeyMetricsQuestion = {
    api: "key-metrics",
    account: parent.account,
    credential,
    ...wanted,
    of: "total",
    keys: "all",
    filters: filtersOf(args),
    includeSubGroups: args.includeSubGroups ?? false,
    userType: args.userType,
  };
  if (namesNothing(args.agentIds, args.agentGroupIds, args.skillIds)) return null;
  return selection.wantsData ? figures.questions(parent, scope) : [];
}

const filtersOf = (args: CurrentArguments): KeyMetricsFilters => ({
  agentIds: checkedIds("agentIds", args.agentIds),
  agentGroupIds: checkedIds("agentGroupIds", args.agentGroupIds),
  skillIds: checkedIds("skillIds", args.skillIds),
});
