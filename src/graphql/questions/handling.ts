import { canonical, type HandleTimeModel, type IntervalMetricsQuestion } from "../../upstream/question.js";
import type { Asker } from "../context.js";
import type { SelectedField, Selection } from "../selection.js";
import { type FilteringArguments, filteredBy, filtersOf, groupingOf, intervalScope } from "./interval-metrics.js";
import type { Asks } from "./parent.js";
import { unlessRefused } from "./refusal.js";
import { intervalWindow, type WindowArguments } from "./windows.js";

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
 * Conversation.handling: the rows that its sums are made of. A conversation that came in a list is answered from the rows of
 * that list when it gives no window of its own, or the list's, and the list's model.
 */
export const handlingOf: Asks<HandlingArguments, IntervalMetricsQuestion> = (parent, args, selection, asker) => {
  const { listed } = parent;
  const scope = intervalScope(parent.account, groupingFor([selection]), { ...args, everyMinutes }, asker);
  if (!selection.wantsData) return [];
  if (listed?.api === "interval-metrics" && isOfList(args, listed, asker)) return [listed];
  return filteredBy("CONVERSATION", parent).map((filters) => ({ ...scope, filters }));
};

/** ContactCenter.conversations: rows that also hold what `handling` of its nodes asks. */
export const conversationRows: Asks<ConversationsArguments, IntervalMetricsQuestion> = ({ account }, args, selection, asker) => {
  const scope = intervalScope(account, ["CONVERSATION"], { ...args, everyMinutes }, asker);
  const filters = filtersOf(args, asker);
  if (!selection.wantsData) return [];
  const handlings = [...selection.all("nodes", "handling"), ...selection.all("edges", "node", "handling")];
  const ofList = handlings.filter((field) => unlessRefused(() => isOfList(argumentsOf(field), scope, asker)));
  return [{ ...scope, grouping: groupingOf(groupingFor(ofList.map((field) => field.selection))), filters }];
};

const argumentsOf = ({ args }: SelectedField): HandlingArguments => args as unknown as HandlingArguments;

function isOfList(args: HandlingArguments, list: Pick<IntervalMetricsQuestion, "handleTimeModel" | "window">, asker: Asker): boolean {
  if (args.handleTimeModel !== list.handleTimeModel) return false;
  const isOwn = typeof args.lastMinutes === "number" || Boolean(args.between);
  return !isOwn || canonical(intervalWindow(args, everyMinutes, asker)) === canonical(list.window);
}
