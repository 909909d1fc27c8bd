import { Directive, Field, Float, ID, Int, InterfaceType, ObjectType } from "type-graphql";
import { type AnyMetric, describe, figureIn, isDerived, type MetricGroup, type MetricUnit } from "../../catalogue/metric.js";
import type { Window } from "../../time.js";
import type { IntervalMetricsQuestion, KeyMetricsQuestion, Values } from "../../upstream/question.js";
import { EdgeOf, EntityConnectionOf } from "../connection.js";
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

@ObjectType({ simpleResolvers: true, description: "A span of time." })
export class MetricWindow {
  constructor(private readonly window: Window) {}

  @Field(() => DateTime, { description: "Its beginning, inside it." })
  get from(): Date {
    return new Date(this.window.from);
  }

  @Field(() => DateTime, { description: "Its end, outside it." })
  get to(): Date {
    return new Date(this.window.to);
  }
}

/** The figures of a metric object, where the fields that MetricFields declares read them. */
export abstract class Figures {
  constructor(readonly values: Values) {}
}

@InterfaceType({ description: "What every answer with metrics says about its own age." })
export abstract class Measured extends Figures {
  constructor(
    values: Values,
    readonly measurement: Measurement,
  ) {
    super(values);
  }

  @Field(() => DateTime, { description: "When the platform was asked." })
  get asOf(): Date {
    return new Date(this.measurement.asOf);
  }

  @Field(() => Boolean, { description: "True when the answer is older than its time to live." })
  get stale(): boolean {
    return this.measurement.stale;
  }
}

const scalars = { COUNT: Int, MILLISECONDS: Milliseconds, RATIO: Float, MESSAGES: Float } satisfies Record<MetricUnit, unknown>;

/** Property decorator: the GraphQL field of one metric, nullable, with scalar and description from the catalogue. */
export const MetricField = (metric: AnyMetric, prefix = "") =>
  Field(() => scalars[metric.unit], { nullable: true, description: prefix + describe(metric) });

/** Class decorator: one MetricField for each metric of the group, derived ones too. */
export const MetricFields =
  (group: MetricGroup) =>
  ({ prototype }: { prototype: object }): void => {
    for (const metric of group.all) MetricField(metric)(prototype, metric.field);
  };

/**
 * Class decorator: the metrics of the group are read from the object's `values` when they are selected, or derived from them; null where
 * absent. None is copied.
 */
export const ReadsMetrics =
  (group: MetricGroup) =>
  ({ prototype }: { prototype: Figures }): void => {
    for (const metric of group.all) Object.defineProperty(prototype, metric.field, { get: reader(metric) });
  };

const reader = (metric: AnyMetric): ((this: Figures) => number | null) =>
  isDerived(metric)
    ? function (this: Figures) {
        return figureIn(this.values, metric);
      }
    : function (this: Figures) {
        return this.values[metric.field] ?? null;
      };

@ObjectType({ simpleResolvers: true, description: "A LivePerson account (site): the scope of every id and every metric." })
@Directive('@key(fields: "accountId")')
export class ContactCenter {
  @Field(() => ID, { description: "The account's id at the platform." })
  readonly accountId: string;

  constructor(accountId: string) {
    this.accountId = accountId;
  }

  @Field(() => ID, { description: "The same as accountId, for caches of clients that tell objects apart by type and id." })
  get id(): string {
    return this.accountId;
  }
}

/** The entities on which a field stands: those of one list, or one alone. Their fields ask together. */
export interface Parent {
  account: string;
  /** Null: not known before an answer names them. */
  ids: readonly string[] | null;
  /** How many entities it can be; null when nothing limits them. */
  atMost: number | null;
  /** The question that lists the entities, when it can bring figures of its entities along. */
  listed?: KeyMetricsQuestion | IntervalMetricsQuestion;
  /** True when the rows that name the entities carry their names. */
  named?: boolean;
}

/** The account itself, or one entity of it. */
export const one = (account: string, id: string = account): Parent => ({ account, ids: [id], atMost: 1 });

/** Entities that were named together, and what their fields have asked. */
export class Siblings implements Parent {
  readonly atMost: number;
  readonly #asked = new Map<object, object>();

  constructor(
    readonly account: string,
    readonly ids: readonly string[],
    { listed, named = false }: Pick<Parent, "listed" | "named"> = {},
  ) {
    this.atMost = ids.length;
    this.named = named;
    if (listed) this.listed = listed;
  }

  readonly named: boolean;
  readonly listed?: KeyMetricsQuestion | IntervalMetricsQuestion;

  /** What the field has asked for all of them; undefined before the first of them asks. `field`: the same object for all. */
  asked<T extends object>(field: object): T | undefined {
    return this.#asked.get(field) as T | undefined;
  }

  asks(field: object, asked: object): void {
    this.#asked.set(field, asked);
  }
}

type EntityClass<E> = new (account: string, id: string, origin?: Origin) => E;

/** Entities of one list, which know each other. `namingOf`: what the rows that name them say of them. */
export function siblings<E>(
  Entity: EntityClass<E>,
  account: string,
  ids: readonly string[],
  { listed, namingOf }: { listed?: Parent["listed"]; namingOf?: (id: string) => Naming | undefined } = {},
): E[] {
  const namings = namingOf ? ids.map(namingOf) : [];
  const together = new Siblings(account, ids, {
    ...(listed && { listed }),
    named: namingOf !== undefined && namings.every((naming) => naming !== undefined),
  });
  return ids.map((id, index) => {
    const naming = namings[index];
    return new Entity(account, id, naming ? { siblings: together, naming } : { siblings: together });
  });
}

/** How an entity was come by; clients do not see it. */
export interface Origin {
  /** From a row that carries it. */
  naming?: Naming;
  /** The entities among which it was named; left out: it was named alone. */
  siblings?: Siblings;
}

/** Base class of the entities that have an id within an account. IdField declares the id. */
@ObjectType({ simpleResolvers: true })
abstract class Entity {
  readonly id: string;
  @Field(() => ID, { description: "The account to which the id belongs: ids repeat between accounts." })
  readonly accountId: string;

  constructor(
    accountId: string,
    id: string,
    readonly origin: Origin = {},
  ) {
    this.id = id;
    this.accountId = accountId;
  }

  @Field(() => ContactCenter, { description: "The account as the scope of everything else." })
  get contactCenter(): ContactCenter {
    return new ContactCenter(this.accountId);
  }
}

/** Class decorator: the field id of an entity. An inherited one would get the description of the interface. */
const IdField =
  (description: string) =>
  ({ prototype }: { prototype: object }): void =>
    Field(() => ID, { description })(prototype, "id");

@InterfaceType({ description: "What agents, skills and agent groups have in common, for fragments that serve all of them." })
export abstract class NamedEntity {
  @Field(() => ID, { description: "The id at the platform." })
  readonly id!: string;
  @Field(() => ID, { description: "The account to which the id belongs: ids repeat between accounts." })
  readonly accountId!: string;
  @Field(() => ContactCenter, { description: "The account as the scope of everything else." })
  readonly contactCenter!: ContactCenter;
  @Field(() => String, { nullable: true, description: "Null when the platform knows none." })
  readonly name!: string | null;
}

const entityKey = Directive('@key(fields: "accountId id")');

@ObjectType({
  simpleResolvers: true,
  implements: NamedEntity,
  description: "One agent, human or bot. An id that was never seen is an agent whose metrics are null.",
})
@entityKey
@IdField("The agent's id at the platform: digits, with a minus sign in front for the platform's own.")
export class Agent extends Entity {}

@ObjectType({
  simpleResolvers: true,
  implements: NamedEntity,
  description: "One skill: what conversations are routed by. An id that was never seen is a skill whose metrics are null.",
})
@entityKey
@IdField("The skill's id at the platform: digits; -1 stands for unassigned.")
export class Skill extends Entity {}

@ObjectType({
  simpleResolvers: true,
  implements: NamedEntity,
  description: "One agent group. An id that was never seen is a group whose metrics are null.",
})
@entityKey
@IdField("The group's id at the platform: digits; -1 is the main group.")
export class AgentGroup extends Entity {}

@ObjectType({ simpleResolvers: true, description: "One conversation. An id that was never seen is a conversation whose metrics are null." })
@entityKey
@IdField("The conversation's id at the platform: 1 to 64 letters, digits, hyphens and underscores.")
export class Conversation extends Entity {}

/** Every entity of the schema. */
export const entities = { ContactCenter, Agent, Skill, AgentGroup, Conversation };
export type EntityType = keyof typeof entities;
export const isEntityType = (type: string): type is EntityType => Object.hasOwn(entities, type);

const order = "As given for ids, else by id or as orderBy says.";

@ObjectType({ description: "One agent of a list." })
export class AgentEdge extends EdgeOf(Agent) {}
@ObjectType({ description: "A list of agents." })
export class AgentConnection extends EntityConnectionOf(Agent, AgentEdge, order) {}

@ObjectType({ description: "One skill of a list." })
export class SkillEdge extends EdgeOf(Skill) {}
@ObjectType({ description: "A list of skills." })
export class SkillConnection extends EntityConnectionOf(Skill, SkillEdge, order) {}

@ObjectType({ description: "One agent group of a list." })
export class AgentGroupEdge extends EdgeOf(AgentGroup) {}
@ObjectType({ description: "A list of agent groups." })
export class AgentGroupConnection extends EntityConnectionOf(AgentGroup, AgentGroupEdge, order) {}

@ObjectType({ description: "One conversation of a list." })
export class ConversationEdge extends EdgeOf(Conversation) {}
@ObjectType({ description: "A list of conversations." })
export class ConversationConnection extends EntityConnectionOf(Conversation, ConversationEdge, "By their first interval, then by id.") {}
