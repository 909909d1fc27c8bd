import type { HandleTimeModel, IntervalMetricsQuestion } from "../../upstream/question.js";
import type { SelectedField, Selection } from "../selection.js";
import { type FilteringArguments, filteredBy, filtersOf, intervalScope } from "./interval-metrics.js";
import type { Asks } from "./parent.js";
import type { WindowArguments } from "./windows.js";

export interface HandlingArguments extends WindowArguments {
  handleTimeModel: HandleTimeModel;
}

export type ConversationsArguments = HandlingArguments & FilteringArguments;

/** Sums do not depend on it; the finest is the one that `Conversation.intervals` shares by default. */
const everyMinutes = 15;

const groupingFor = (handlings: readonly Selection[]) => [
  "CONVERSATION" as const,
  ...(handlings.some((each) => each.all("agents").length > 0) ? (["AGENT"] as const) : []),
  ...(handlings.some((each) => each.all("skills").length > 0) ? (["SKILL"] as const) : []),
];

/**
 * Conversation.handling: the rows that its sums are made of. Without a window of its own, and with the same model, a conversation
 * that came in a list is answered from the rows of that list.
 */
export const handlingOf: Asks<HandlingArguments, IntervalMetricsQuestion> = (parent, args, selection, asker) => {
  const { listed } = parent;
  if (listed?.api === "interval-metrics" && isOfList(args, listed)) return selection.wantsData ? [listed] : [];
  const scope = intervalScope(parent.account, groupingFor([selection]), { ...args, everyMinutes }, asker);
  return selection.wantsData ? filteredBy("CONVERSATION", parent).map((filters) => ({ ...scope, filters })) : [];
};

/** ContactCenter.conversations: rows that also hold what `handling` of its nodes asks. */
export const conversationRows: Asks<ConversationsArguments, IntervalMetricsQuestion> = ({ account }, args, selection, asker) => {
  const handlings = [...selection.all("nodes", "handling"), ...selection.all("edges", "node", "handling")];
  const grouping = groupingFor(handlings.filter((field) => isOfList(argumentsOf(field), args)).map((field) => field.selection));
  const question = { ...intervalScope(account, grouping, { ...args, everyMinutes }, asker), filters: filtersOf(args) };
  return selection.wantsData ? [question] : [];
};

const argumentsOf = ({ args }: SelectedField): HandlingArguments => args as unknown as HandlingArguments;

const isOfList = ({ lastMinutes, between, handleTimeModel }: HandlingArguments, list: { handleTimeModel: HandleTimeModel }): boolean =>
  (lastMinutes ?? null) === null && !between && handleTimeModel === list.handleTimeModel;
