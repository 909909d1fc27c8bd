import { ConversationHandling, handlingRows, readHandling } from "../apis/conversations.js";
import { entityOf, IntervalConnection, intervalsOf, readIntervals } from "../apis/interval-metrics.js";
import { intervalPage } from "../connection.js";
import { asking, paged } from "../field.js";
import * as given from "../types/arguments.js";

export const conversationFields = {
  "Conversation.handling": asking({
    type: () => ConversationHandling,
    description:
      "Sums over the window. In a list, without a window of its own: over the list's window and only the rows that pass the list's filters. With one: over all rows of the conversation.",
    cost: 5,
    args: { ...given.handlingSpan, handleTimeModel: given.handleTimeModel },
    asks: handlingRows,
    each: entityOf("CONVERSATION"),
    read: readHandling,
  }),
  "Conversation.intervals": paged({
    type: () => IntervalConnection,
    description: "The conversation's rows of the interval metrics.",
    cost: 5,
    args: given.conversationIntervals,
    page: () => intervalPage,
    asks: intervalsOf("CONVERSATION"),
    each: entityOf("CONVERSATION"),
    read: readIntervals,
  }),
};
