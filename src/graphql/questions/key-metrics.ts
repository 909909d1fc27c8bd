import {
  canonical,
  idSet,
  type KeyKind,
  type KeyMetricsFilters,
  type KeyMetricsQuestion,
  type KeyMetricsWindow,
  type UserType,
} from "../../upstream/question.js";
import type { Asker } from "../context.js";
import { checkedIds, type ListArgument, namesNothing } from "./bounds.js";
import type { Asked, Asks, Parent } from "./parent.js";
import { keyMetricsWindow, type WindowArguments } from "./windows.js";

/** Arguments of every `current`; each field has those of its own kind left out. */
export interface CurrentArguments {
  agentIds?: ListArgument;
  agentGroupIds?: ListArgument;
  skillIds?: ListArgument;
  includeSubGroups?: boolean;
  userType: UserType;
}

export type KeyMetricsArguments = CurrentArguments & WindowArguments;

type Figures = Pick<KeyMetricsQuestion, "window" | "current">;
type FiguresOf<A> = (parent: Parent, args: A, asker: Asker) => Figures;

const overWindow: FiguresOf<KeyMetricsArguments> = ({ account }, args, asker) => ({
  window: keyMetricsWindow(args, account, asker),
  current: false,
});
const asTheyStand: FiguresOf<CurrentArguments> = () => ({ window: null, current: true });

const filtersOf = (args: CurrentArguments): KeyMetricsFilters => ({
  agentIds: checkedIds("agentIds", args.agentIds),
  agentGroupIds: checkedIds("agentGroupIds", args.agentGroupIds),
  skillIds: checkedIds("skillIds", args.skillIds),
});

const fieldOf = <A extends CurrentArguments>(
  figuresOf: FiguresOf<A>,
  setsOf: (parent: Parent, question: KeyMetricsQuestion) => KeyMetricsQuestion[],
): Asks<A, KeyMetricsQuestion> => {
  return (parent, args, selection, asker): Asked<KeyMetricsQuestion> => {
    const question: KeyMetricsQuestion = {
      api: "key-metrics",
      account: parent.account,
      credential: asker.credential,
      ...figuresOf(parent, args, asker),
      of: "total",
      keys: "all",
      filters: filtersOf(args),
      includeSubGroups: args.includeSubGroups ?? false,
      userType: args.userType,
    };
    if (namesNothing(args.agentIds, args.agentGroupIds, args.skillIds)) return null;
    return selection.wantsData ? setsOf(parent, question) : [];
  };
};

const total = (_: Parent, question: KeyMetricsQuestion) => [question];

const totalOfEachAgent = ({ ids }: Parent, question: KeyMetricsQuestion) =>
  (ids ?? []).map((id) => ({ ...question, filters: { ...question.filters, agentIds: [id] } }));

const rowsBy =
  (of: KeyKind) =>
  (parent: Parent, question: KeyMetricsQuestion): KeyMetricsQuestion[] => {
    if (parent.ids) return parent.ids.length === 0 ? [] : [{ ...question, of, keys: idSet(parent.ids) }];
    if (parent.listed?.api !== "key-metrics" || parent.listed.keys === "all") return [{ ...question, of, keys: "all" }];
    return sharesOrder(parent.listed, { ...question, of }) ? [{ ...question, of, keys: parent.listed.keys }] : [];
  };

/** True when the rows of an ordered list can carry the question's figures: the order is only true of its own scope. */
function sharesOrder(listed: KeyMetricsQuestion, question: KeyMetricsQuestion): boolean {
  const scope = ({ account, of, filters, includeSubGroups, userType }: KeyMetricsQuestion) =>
    canonical([account, of, filters, includeSubGroups, userType]);
  return scope(listed) === scope(question) && fits(listed.window, question.window);
}

const fits = (a: KeyMetricsWindow | null, b: KeyMetricsWindow | null): boolean => !a || !b || canonical(a) === canonical(b);

/** The fields keyMetrics (over a window) and current (as it stands now) of each entity. */
export const keyMetricsQuestions = {
  total: { keyMetrics: fieldOf(overWindow, total), current: fieldOf(asTheyStand, total) },
  agent: { keyMetrics: fieldOf(overWindow, totalOfEachAgent), current: fieldOf(asTheyStand, totalOfEachAgent) },
  skill: { keyMetrics: fieldOf(overWindow, rowsBy("skillId")), current: fieldOf(asTheyStand, rowsBy("skillId")) },
  agentGroup: { keyMetrics: fieldOf(overWindow, rowsBy("agentGroupId")), current: fieldOf(asTheyStand, rowsBy("agentGroupId")) },
} satisfies Record<string, { keyMetrics: Asks<KeyMetricsArguments>; current: Asks<CurrentArguments> }>;
