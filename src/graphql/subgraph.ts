import { buildSubgraphSchema } from "@apollo/subgraph";
import { printSchemaWithDirectives } from "@graphql-tools/utils";
import { type GraphQLField, type GraphQLSchema, isInputObjectType, isInterfaceType, isObjectType, parse } from "graphql";
import { createResolversMap } from "type-graphql";
import { badInput } from "../errors.js";
import { tagByApi } from "./api-tags.js";
import { weigh } from "./demand.js";

/** The key fields of one entity as a router sends them. */
export interface EntityReference {
  readonly __typename: string;
  readonly [keyField: string]: unknown;
}

/** By entity type: makes the entity of a reference. Throwing or rejecting nulls that entity only. */
export type References<Context> = Readonly<Record<string, (reference: EntityReference, context: Context) => unknown>>;

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@tag", "@cost", "@listSize"])`;
const accountKey = '@key(fields: "accountId id")';

/**
 * The schema as an Apollo Federation 2 subgraph, and its text without the federation specification's own definitions.
 * `idKey` adds a key by id alone to the entities, for a router that knows a single account.
 */
export function subgraphOf<Context>(
  plain: GraphQLSchema,
  references: References<Context>,
  idKey: boolean,
): { schema: GraphQLSchema; sdl: string } {
  tagByApi(plain);
  weigh(plain);
  const types = printSchemaWithDirectives(plain);
  const sdl = `${link}\n\n${idKey ? types.replaceAll(accountKey, `${accountKey} @key(fields: "id")`) : types}\n`;
  const resolvers = { ...createResolversMap(plain) };
  for (const [type, __resolveReference] of Object.entries(references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference } as (typeof resolvers)[string];
  }
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  partEntities(schema, Object.keys(references));
  restore(plain, schema);
  return { schema, sdl };
}

/**
 * Resolves each reference of a router by itself: @apollo/subgraph resolves all of them in one loop, so that one that throws, or
 * names an unknown type, would null the whole list.
 */
function partEntities(schema: GraphQLSchema, entityTypes: readonly string[]): void {
  const entities = schema.getQueryType()?.getFields()._entities;
  const together = entities?.resolve;
  if (!entities || !together) return;
  entities.resolve = (source, { representations }: { representations: readonly EntityReference[] }, context, info) =>
    representations.map(async (reference) => {
      const type: unknown = reference.__typename;
      if (!entityTypes.some((known) => known === type)) throw badInput("__typename", `one of ${entityTypes.join(", ")}`, type ?? null);
      const [entity] = (await together(source, { representations: [reference] }, context, info)) as unknown[];
      return entity;
    });
}

/** Brings back what a schema loses when it is printed and built again: extensions, and defaults as internal values. */
function restore(plain: GraphQLSchema, schema: GraphQLSchema): void {
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
