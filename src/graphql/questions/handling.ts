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
 * Conversation.handling: the rows that its sums are made of. In a list, without a window of its own, it keeps the window and the
 * filters of the list. The list's own rows answer it where they are all that it means.
 */
export const handlingOf: Asks<HandlingArguments, IntervalMetricsQuestion> = (parent, args, selection, asker) => {
  const scope = intervalScope(parent.account, groupingFor([selection]), { ...args, everyMinutes }, asker);
  const listed = parent.listed?.api === "interval-metrics" ? parent.listed : null;
  if (!selection.wantsData) return [];
  if (listed && isOfList(args, listed, asker)) return [listed];
  const kept = listed && !hasOwnWindow(args) ? listed : { window: scope.window, filters: {} };
  return filteredBy("CONVERSATION", parent).map((own) => ({ ...scope, window: kept.window, filters: { ...kept.filters, ...own } }));
};

/** ContactCenter.conversations: rows that also hold what `handling` of its nodes asks. */
export const conversationRows: Asks<ConversationsArguments, IntervalMetricsQuestion> = ({ account }, args, selection, asker) => {
  const scope = intervalScope(account, ["CONVERSATION"], { ...args, everyMinutes }, asker);
  const filters = filtersOf(args, asker);
  if (!selection.wantsData) return [];
  const handlings = [...selection.all("nodes", "handling"), ...selection.all("edges", "node", "handling")];
  const ofList = handlings.filter((field) => unlessRefused(() => isOfList(argumentsOf(field), { ...scope, filters }, asker)));
  return [{ ...scope, grouping: groupingOf(groupingFor(ofList.map((field) => field.selection))), filters }];
};

const argumentsOf = ({ args }: SelectedField): HandlingArguments => args as unknown as HandlingArguments;

type List = Pick<IntervalMetricsQuestion, "handleTimeModel" | "window" | "filters">;

/** A window of its own means all rows of the conversation, which only a list without filters holds. */
function isOfList(args: HandlingArguments, { handleTimeModel, window, filters }: List, asker: Asker): boolean {
  if (args.handleTimeModel !== handleTimeModel) return false;
  if (!hasOwnWindow(args)) return true;
  return Object.keys(filters).length === 0 && canonical(intervalWindow(args, everyMinutes, asker)) === canonical(window);
}

const hasOwnWindow = ({ lastMinutes, between }: WindowArguments): boolean => typeof lastMinutes === "number" || Boolean(between);
