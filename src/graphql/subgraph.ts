import { buildSubgraphSchema } from "@apollo/subgraph";
import { printSchemaWithDirectives } from "@graphql-tools/utils";
import { type GraphQLField, type GraphQLSchema, isInputObjectType, isInterfaceType, isObjectType, parse } from "graphql";
import { createResolversMap } from "type-graphql";

/** The key fields of one entity as a router sends them. */
export interface EntityReference {
  readonly __typename: string;
  readonly [keyField: string]: unknown;
}

/** By entity type: makes the entity of a reference. One that throws or rejects nulls its own entity only. */
export type References<Context> = Readonly<Record<string, (reference: EntityReference, context: Context) => unknown>>;

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`;
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
  const types = printSchemaWithDirectives(plain);
  const sdl = `${link}\n\n${idKey ? types.replaceAll(accountKey, `${accountKey} @key(fields: "id")`) : types}\n`;
  const resolvers = { ...createResolversMap(plain) };
  for (const [type, entityOf] of Object.entries(references)) {
    // @apollo/subgraph nulls the whole list of entities when a function throws: an async one can only reject.
    const __resolveReference = async (reference: EntityReference, context: Context) => entityOf(reference, context);
    resolvers[type] = { ...resolvers[type], __resolveReference } as (typeof resolvers)[string];
  }
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  restore(plain, schema);
  return { schema, sdl };
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
