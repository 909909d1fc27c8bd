import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from "type-graphql";
import type { GatewayContext } from "../context.js";
import { handlingOf } from "../questions/handling.js";
import { intervalsOf } from "../questions/interval-metrics.js";
import { intervalPage, pageRequest } from "../questions/paging.js";
import { one, type Parent } from "../questions/parent.js";
import { ListedConversation } from "../readings/conversations.js";
import { handlingOfConversation } from "../readings/handling.js";
import { intervalConnection } from "../readings/interval-metrics.js";
import { selectionOf } from "../resolver-selection.js";
import { Conversation } from "../types/conversation.js";
import { ConversationHandling } from "../types/conversation-handling.js";
import { IntervalConnection } from "../types/interval-connection.js";
import { ConversationHandlingArguments, ConversationIntervalsArguments } from "../types/intervals-arguments.js";

@Resolver(() => Conversation)
export class ConversationResolver {
  @FieldResolver(() => ConversationHandling, {
    nullable: true,
    description:
      "Sums over the window. In a list, without a window of its own: over the list's window and only the rows that pass the list's filters. With one: over all rows of the conversation.",
  })
  handling(
    @Root() conversation: Conversation,
    @Args(() => ConversationHandlingArguments) args: ConversationHandlingArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ConversationHandling | null> {
    return handlingOfConversation(context, conversation, handlingOf(parentOf(conversation), args, selectionOf(info), context));
  }

  @FieldResolver(() => IntervalConnection, { nullable: true, description: "The conversation's rows of the interval metrics." })
  intervals(
    @Root() conversation: Conversation,
    @Args(() => ConversationIntervalsArguments) args: ConversationIntervalsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<IntervalConnection | null> {
    const { accountId: account, id } = conversation;
    const page = pageRequest("Conversation.intervals", one(account, id), args, intervalPage);
    const questions = intervalsOf("CONVERSATION")(one(account, id), args, selectionOf(info), context);
    return intervalConnection(context, { account, page, includeBotSkills: false }, questions);
  }
}

const parentOf = (conversation: Conversation): Parent => ({
  ...one(conversation.accountId, conversation.id),
  ...(conversation instanceof ListedConversation ? { listed: conversation.listed } : {}),
});
