import "reflect-metadata";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { printSchemaWithDirectives } from "@graphql-tools/utils";
import {
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  parse,
} from "graphql";
import { type BuildSchemaOptions, buildSchema, createResolversMap, type PubSub } from "type-graphql";
import { badInput } from "../errors.js";
import { demandRouter, type GatewayContext } from "./context.js";
import { type DeclaredField, resolverOf } from "./field.js";
import { outputFields, tagByApi, weigh } from "./hints.js";

/** The key fields of one entity as a router sends them. */
export interface EntityReference {
  readonly __typename: string;
  readonly [keyField: string]: unknown;
}

/** What the face does. */
export interface Behaviour {
  /** Classes that declare the fields to type-graphql. */
  readonly resolvers: BuildSchemaOptions["resolvers"];
  /** By type and name: how a field is resolved that these classes only declare. */
  readonly fields: Readonly<Record<string, DeclaredField>>;
  /** By entity type: makes the entity of one of the references that a router sent together. Throwing nulls that entity only. */
  references(all: readonly EntityReference[], context: GatewayContext): Readonly<Record<string, (reference: EntityReference) => object>>;
}

/** GraphiQL's explorer opens with it, and shows it as Markdown. */
const description = `\
Metrics of LivePerson accounts, asked from four APIs of the platform.

- Begin at contactCenter: agents, skills, agentGroups and conversations lead on from it, and totals stand on it.
- Units: every time is in milliseconds; ratios are ratios, 1 is 100 %.
- Null means "no figure", never zero. A metric object is null when the platform has no row for it in the window.
- Age: asOf says when the platform was asked. stale is true when a figure is older than its time to live.
- Windows: lastMinutes, or between where it is offered. window says which window was really used.
- Time zone: all instants are UTC. A day (everyMinutes: 1440) is a day in UTC.
- Ids repeat between accounts: select accountId and id of every entity, so that caches keep them apart.
- Errors: each object that failed has one error at its path with extensions.code; the rest of the answer is complete.`;

const rootDescriptions: Readonly<Record<string, string>> = {
  Query: "Where every query begins. Nothing here asks the platform by itself: only what is selected below does.",
  Subscription: "Where every subscription begins: a query whose answer is sent again when it has changed.",
};

/** What the federation library adds to the schema, by coordinate. It describes none of it. */
const federationDescriptions: Readonly<Record<string, string>> = {
  "Query._entities":
    "For routers of Apollo Federation alone: the entities of these references, in their order; null with an error for one that is refused. FORBIDDEN without the router's secret where ROUTER_SECRET is set.",
  "Query._entities.representations": "References: the __typename and the key fields of one entity each.",
  "Query._service":
    "For routers of Apollo Federation alone: the text of this subgraph. FORBIDDEN without the router's secret where ROUTER_SECRET is set.",
  _Service: "What a router asks a subgraph about itself.",
  "_Service.sdl": "The subgraph's schema with its federation directives.",
  _Entity: "Everything that a router may ask by reference.",
  _Any: "A reference to an entity, as routers of Apollo Federation send it: an object with __typename and key fields.",
  link__Import: "What a schema takes from a specification that it links.",
  link__Purpose: "Why a schema links a specification.",
  "link__Purpose.SECURITY": "What is linked must be understood, because it decides who may read what.",
  "link__Purpose.EXECUTION": "What is linked must be understood, because it decides how operations are executed.",
  federation__FieldSet: "A selection of fields, as text.",
  federation__ContextFieldValue: "A selection of a value from a context, as text.",
  federation__Policy: "The name of a policy of authorisation.",
  federation__Scope: "The name of a scope of authorisation.",
};
const federationSpecification = "https://specs.apollo.dev/federation/v2.9";

/** What the schema uses of the federation specification. */
const link = `extend schema @link(url: "${federationSpecification}", import: ["@key", "@shareable", "@tag", "@cost", "@listSize"])`;
const accountKey = '@key(fields: "accountId id")';

/** type-graphql asks for a source of events wherever there is a subscription. The states of ours are made by the server. */
const noEvents: PubSub = {
  publish: () => {
    throw new Error("The schema publishes no events.");
  },
  subscribe: () => {
    throw new Error("The schema has no events.");
  },
};

/**
 * The executable schema, an Apollo Federation 2 subgraph, and its text without the federation specification's own definitions.
 * `idKey` adds a key by id alone to the entities, for a router that knows a single account. Arguments are checked by the questions
 * they become.
 */
export async function buildGatewaySchema(
  { resolvers: classes, fields, references }: Behaviour,
  { idKey = false }: { idKey?: boolean } = {},
): Promise<{ schema: GraphQLSchema; sdl: string }> {
  const plain = await buildSchema({ resolvers: classes, validate: false, pubSub: noEvents });
  plain.description = description;
  for (const [name, text] of Object.entries(rootDescriptions)) Object.assign(plain.getType(name) ?? {}, { description: text });
  tagByApi(plain);
  weigh(plain, fields);
  for (const [label, field] of outputFields(plain)) {
    const declared = fields[label];
    // Every other field is a property of its object. type-graphql would wrap the getters among them in resolvers of its own.
    if (declared) field.resolve = resolverOf(label, declared) as unknown as NonNullable<typeof field.resolve>;
    else if (!isOfRoot(label)) delete field.resolve;
  }
  const types = printSchemaWithDirectives(plain);
  const sdl = `${link}\n\n${idKey ? types.replaceAll(accountKey, `${accountKey} @key(fields: "id")`) : types}\n`;
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: createResolversMap(plain) as never }]);
  resolveEntities(schema, references);
  restore(plain, schema);
  describeFederation(schema);
  return { schema, sdl };
}

const isOfRoot = (label: string): boolean => /^(Query|Subscription)[.]/.test(label);

/**
 * Resolves each reference of a router by itself. @apollo/subgraph would resolve all of them in one loop, so that one that throws, or names
 * an unknown type, would null the whole list; and it would make a promise for each. A refused reference is its error itself.
 */
function resolveEntities(schema: GraphQLSchema, references: Behaviour["references"]): void {
  const entities = schema.getQueryType()?.getFields()._entities;
  const union = schema.getType("_Entity");
  if (!entities || !isUnionType(union)) return;
  const typeNames = new WeakMap<object, string>();
  union.resolveType = (entity) => typeNames.get(entity as object);
  entities.resolve = (_, { representations }: { representations: readonly EntityReference[] }, context: GatewayContext) => {
    const resolvers = references(representations, context);
    return representations.map((reference) => {
      const type: unknown = reference.__typename;
      try {
        const resolve = typeof type === "string" && Object.hasOwn(resolvers, type) ? resolvers[type] : undefined;
        if (!resolve) throw badInput("__typename", `one of ${Object.keys(resolvers).join(", ")}`, type ?? null);
        const entity = resolve(reference);
        typeNames.set(entity, String(type));
        return entity;
      } catch (error) {
        return error;
      }
    });
  };
}

/** Describes what the federation library adds, and says by what its scalars are specified. */
function describeFederation(schema: GraphQLSchema): void {
  for (const [coordinate, text] of Object.entries(federationDescriptions)) {
    const [typeName = "", member, argument] = coordinate.split(".");
    const type = schema.getType(typeName);
    if (!type) continue;
    if (isScalarType(type)) type.specifiedByURL ??= federationSpecification;
    const field = member && (isObjectType(type) ? type.getFields()[member] : isEnumType(type) ? type.getValue(member) : undefined);
    const found = argument ? field && "args" in field && field.args.find(({ name }) => name === argument) : member ? field : type;
    if (found) found.description = text;
  }
}

/** Brings back what a schema loses when it is printed and built again: extensions, and defaults as internal values. */
function restore(plain: GraphQLSchema, schema: GraphQLSchema): void {
  schema.description = plain.description;
  for (const [name, from] of Object.entries(plain.getTypeMap())) {
    const to = schema.getType(name);
    if ((isObjectType(from) && isObjectType(to)) || (isInterfaceType(from) && isInterfaceType(to))) {
      Object.assign(to.extensions, from.extensions);
      for (const field of Object.values(from.getFields())) restoreField(field, to.getFields()[field.name]!);
    } else if (isInputObjectType(from) && isInputObjectType(to)) {
      Object.assign(to.extensions, from.extensions);
      for (const field of Object.values(from.getFields())) {
        const restored = to.getFields()[field.name]!;
        restored.defaultValue = field.defaultValue;
        Object.assign(restored.extensions, field.extensions);
      }
    }
  }
}

function restoreField(from: GraphQLField<unknown, unknown>, to: GraphQLField<unknown, unknown>): void {
  Object.assign(to.extensions, from.extensions);
  for (const [index, argument] of from.args.entries()) {
    const restored = to.args[index]!;
    restored.defaultValue = argument.defaultValue;
    Object.assign(restored.extensions, argument.extensions);
  }
}

/** Fields of Query that a router asks, and nobody else has a use for. */
const routerFields = ["_entities", "_service"] as const;

/** Makes the router's fields of a subgraph FORBIDDEN at their path for everybody else. */
export function keepForRouter(schema: GraphQLSchema): void {
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const name of routerFields) {
    const field = fields[name];
    const resolve = field?.resolve;
    if (!field || !resolve) throw new Error(`The subgraph resolves no ${name}.`);
    field.resolve = (source, args, context: GatewayContext, info) => {
      demandRouter(context);
      return resolve(source, args, context, info);
    };
  }
}
