import { ArgsType } from "type-graphql";
import { After, ConversationId, EntityId, First } from "./argument.js";

/** Skill.agents, AgentGroup.agents. */
@ArgsType()
export class PageArguments {
  @First()
  first?: number | null;
  @After()
  after?: string | null;
}

/** ContactCenter.agent, skill and agentGroup. */
@ArgsType()
export class EntityIdArguments {
  @EntityId()
  id!: string;
}

/** ContactCenter.conversation. */
@ArgsType()
export class ConversationIdArguments {
  @ConversationId()
  id!: string;
}
