import { Directive, Field, ID, ObjectType } from "type-graphql";
import type { IntervalMetricsQuestion } from "../../upstream/question.js";
import { ConnectionOf, EdgeOf } from "../connection.js";
import type { Naming } from "../directory-memory.js";

@ObjectType({ simpleResolvers: true, description: "A LivePerson account (site): the scope of every id and every metric." })
@Directive('@key(fields: "accountId")')
export class ContactCenter {
  @Field(() => ID, { description: "The account's id at the platform." })
  readonly accountId: string;

  constructor(accountId: string) {
    this.accountId = accountId;
  }
}

/** What the answer that named an entity says of it besides; clients do not see it. */
export interface Origin {
  /** From a row that carries it. */
  naming?: Naming;
  /** The question whose rows listed the conversation. */
  listed?: IntervalMetricsQuestion;
}

/** Base class of the entities that have an id within an account. */
function EntityOf(id: string) {
  @ObjectType({ simpleResolvers: true })
  abstract class EntityBase {
    @Field(() => ID, { description: id })
    readonly id: string;
    @Field(() => ID, { description: "The account to which the id belongs: ids repeat between accounts." })
    readonly accountId: string;
    @Field(() => ContactCenter, { description: "The account as the scope of everything else." })
    readonly contactCenter: ContactCenter;

    constructor(
      accountId: string,
      id: string,
      readonly origin: Origin = {},
    ) {
      this.id = id;
      this.accountId = accountId;
      this.contactCenter = new ContactCenter(accountId);
    }
  }
  return EntityBase;
}

const entityKey = Directive('@key(fields: "accountId id")');

@ObjectType({
  simpleResolvers: true,
  description: "One agent, human or bot. An id that was never seen is an agent whose metrics are null.",
})
@entityKey
export class Agent extends EntityOf("The agent's id at the platform: digits, with a minus sign in front for the platform's own.") {}

@ObjectType({
  simpleResolvers: true,
  description: "One skill: what conversations are routed by. An id that was never seen is a skill whose metrics are null.",
})
@entityKey
export class Skill extends EntityOf("The skill's id at the platform: digits; -1 stands for unassigned.") {}

@ObjectType({ simpleResolvers: true, description: "One agent group. An id that was never seen is a group whose metrics are null." })
@entityKey
export class AgentGroup extends EntityOf("The group's id at the platform: digits; -1 is the main group.") {}

@ObjectType({ simpleResolvers: true, description: "One conversation. An id that was never seen is a conversation whose metrics are null." })
@entityKey
export class Conversation extends EntityOf("The conversation's id at the platform: 1 to 64 letters, digits, hyphens and underscores.") {}

/** Every entity of the schema. */
export const entities = { ContactCenter, Agent, Skill, AgentGroup, Conversation };
export type EntityType = keyof typeof entities;
export const isEntityType = (type: string): type is EntityType => Object.hasOwn(entities, type);

const order = "As given for ids, else by id or as orderBy says.";

@ObjectType({ description: "One agent of a list." })
export class AgentEdge extends EdgeOf(Agent) {}
@ObjectType({ description: "A list of agents." })
export class AgentConnection extends ConnectionOf(Agent, AgentEdge, order) {}

@ObjectType({ description: "One skill of a list." })
export class SkillEdge extends EdgeOf(Skill) {}
@ObjectType({ description: "A list of skills." })
export class SkillConnection extends ConnectionOf(Skill, SkillEdge, order) {}

@ObjectType({ description: "One agent group of a list." })
export class AgentGroupEdge extends EdgeOf(AgentGroup) {}
@ObjectType({ description: "A list of agent groups." })
export class AgentGroupConnection extends ConnectionOf(AgentGroup, AgentGroupEdge, order) {}

@ObjectType({ description: "One conversation of a list." })
export class ConversationEdge extends EdgeOf(Conversation) {}
@ObjectType({ description: "A list of conversations." })
export class ConversationConnection extends ConnectionOf(Conversation, ConversationEdge, "By their first interval, then by id.") {}
