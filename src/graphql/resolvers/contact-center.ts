import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from "type-graphql";
import type { GatewayContext } from "../context.js";
import { checkedId } from "../questions/bounds.js";
import { conversationMeant } from "../questions/entities.js";
import { conversationRows } from "../questions/handling.js";
import { entityPage, pageRequest } from "../questions/paging.js";
import { one } from "../questions/parent.js";
import { conversationsPage } from "../readings/conversations.js";
import { agentsPage, keysPage } from "../readings/entity-lists.js";
import { selectionOf } from "../resolver-selection.js";
import { Agent } from "../types/agent.js";
import { AgentConnection } from "../types/agent-connection.js";
import { AgentGroup } from "../types/agent-group.js";
import { AgentGroupConnection } from "../types/agent-group-connection.js";
import { ContactCenter } from "../types/contact-center.js";
import {
  ContactCenterAgentsArguments,
  ContactCenterConversationsArguments,
  ContactCenterKeysArguments,
} from "../types/contact-center-list-arguments.js";
import { Conversation } from "../types/conversation.js";
import { ConversationConnection } from "../types/conversation-connection.js";
import { ConversationIdArguments, EntityIdArguments } from "../types/page-arguments.js";
import { Skill } from "../types/skill.js";
import { SkillConnection } from "../types/skill-connection.js";

@Resolver(() => ContactCenter)
export class ContactCenterResolver {
  @FieldResolver(() => Agent, { nullable: true, description: "One agent; costs no call by itself." })
  agent(@Root() { accountId }: ContactCenter, @Args(() => EntityIdArguments) { id }: EntityIdArguments): Agent {
    return new Agent(accountId, checkedId("id", id));
  }

  @FieldResolver(() => Skill, { nullable: true, description: "One skill; costs no call by itself." })
  skill(@Root() { accountId }: ContactCenter, @Args(() => EntityIdArguments) { id }: EntityIdArguments): Skill {
    return new Skill(accountId, checkedId("id", id));
  }

  @FieldResolver(() => AgentGroup, { nullable: true, description: "One agent group; costs no call by itself." })
  agentGroup(@Root() { accountId }: ContactCenter, @Args(() => EntityIdArguments) { id }: EntityIdArguments): AgentGroup {
    return new AgentGroup(accountId, checkedId("id", id));
  }

  @FieldResolver(() => Conversation, { nullable: true, description: "One conversation; costs no call by itself." })
  conversation(
    @Root() { accountId }: ContactCenter,
    @Args(() => ConversationIdArguments) args: ConversationIdArguments,
    @Ctx() context: GatewayContext,
  ): Conversation {
    return new Conversation(accountId, conversationMeant(args, context));
  }

  @FieldResolver(() => AgentConnection, {
    nullable: true,
    description: "The agents named, in that order, or all who were active in the last 24 hours.",
  })
  async agents(
    @Root() { accountId }: ContactCenter,
    @Args(() => ContactCenterAgentsArguments) args: ContactCenterAgentsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AgentConnection> {
    return new AgentConnection(await agentsPage(context, accountId, args, selectionOf(info), (id) => new Agent(accountId, id)));
  }

  @FieldResolver(() => SkillConnection, {
    nullable: true,
    description: "The skills named, or all that the account has; ordered by a key metric when asked.",
  })
  async skills(
    @Root() { accountId }: ContactCenter,
    @Args(() => ContactCenterKeysArguments) args: ContactCenterKeysArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SkillConnection> {
    return new SkillConnection(await keysPage(context, "skillId", accountId, args, selectionOf(info), (id) => new Skill(accountId, id)));
  }

  @FieldResolver(() => AgentGroupConnection, {
    nullable: true,
    description: "The agent groups named, or all that the account has; ordered by a key metric when asked.",
  })
  async agentGroups(
    @Root() { accountId }: ContactCenter,
    @Args(() => ContactCenterKeysArguments) args: ContactCenterKeysArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AgentGroupConnection> {
    const entity = (id: string) => new AgentGroup(accountId, id);
    return new AgentGroupConnection(await keysPage(context, "agentGroupId", accountId, args, selectionOf(info), entity));
  }

  @FieldResolver(() => ConversationConnection, {
    nullable: true,
    description: "Conversations that had handling activity in the window, by their first interval, then by id.",
  })
  async conversations(
    @Root() { accountId }: ContactCenter,
    @Args(() => ContactCenterConversationsArguments) args: ContactCenterConversationsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ConversationConnection> {
    const page = pageRequest("ContactCenter.conversations", one(accountId), args, entityPage);
    const questions = conversationRows(one(accountId), args, selectionOf(info), context) ?? [];
    return new ConversationConnection(await conversationsPage(context, page, questions));
  }
}
