import { Directive, Field, Float, ID, Int, InterfaceType, ObjectType } from "type-graphql";
import { describe, type Metric, type MetricGroup, type MetricUnit, metricsOf } from "../../catalogue/metric.js";
import type { Window } from "../../time.js";
import type { IntervalMetricsQuestion, Values } from "../../upstream/question.js";
import { ConnectionOf, EdgeOf } from "../connection.js";
import type { Naming } from "../directory-memory.js";
import { DateTime, Milliseconds } from "../scalars.js";

/** How old a metric object is and which window it is true of. `asOf` in epoch milliseconds. */
export interface Measurement {
  readonly asOf: number;
  readonly stale: boolean;
  readonly window: Window;
}

/** Of an object from which nothing that needs an answer is selected: nobody reads it. */
export const unmeasured: Measurement = { asOf: Number.NaN, stale: false, window: { from: Number.NaN, to: Number.NaN } };

/** That of an answer. */
export const measurementOf = ({
  reply: { asOf, window },
  stale,
}: {
  reply: Pick<Measurement, "asOf" | "window">;
  stale: boolean;
}): Measurement => ({ asOf, stale, window });

@InterfaceType({ description: "What every answer with metrics says about its own age." })
export abstract class Measured {
  @Field(() => DateTime, { description: "When the platform was asked." })
  readonly asOf: Date;
  @Field(() => Boolean, { description: "True when the answer is older than its time to live." })
  readonly stale: boolean;

  constructor({ asOf, stale }: Omit<Measurement, "window">) {
    this.asOf = new Date(asOf);
    this.stale = stale;
  }
}

@ObjectType({ simpleResolvers: true, description: "A span of time." })
export class MetricWindow {
  @Field(() => DateTime, { description: "Its beginning, inside it." })
  readonly from: Date;
  @Field(() => DateTime, { description: "Its end, outside it." })
  readonly to: Date;

  constructor({ from, to }: Window) {
    this.from = new Date(from);
    this.to = new Date(to);
  }
}

const scalars = { COUNT: Int, MILLISECONDS: Milliseconds, RATIO: Float, MESSAGES: Float } satisfies Record<MetricUnit, unknown>;

/** Property decorator: the GraphQL field of one metric, nullable, with scalar, description and deprecation from the catalogue. */
export const MetricField = (metric: Metric, prefix = "") =>
  Field(() => scalars[metric.unit], {
    nullable: true,
    description: prefix + describe(metric),
    ...(metric.deprecated === undefined ? {} : { deprecationReason: metric.deprecated }),
  });

/**
 * Class decorator: one MetricField for each metric of the group. The class declares no properties for them, because under
 * ES2022 a declared one would be written as undefined over what `assignMetrics` assigned.
 */
export const MetricFields =
  (group: MetricGroup) =>
  ({ prototype }: { prototype: object }): void => {
    for (const metric of metricsOf(group)) MetricField(metric)(prototype, metric.field);
  };

/** Writes the group's values on the object as plain properties, the cheapest thing to read; an absent value becomes null. */
export function assignMetrics(target: object, { metrics }: MetricGroup, values: Values): void {
  for (const field of Object.keys(metrics)) Reflect.set(target, field, values[field] ?? null);
}

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
