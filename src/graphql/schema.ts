import "reflect-metadata";
import type { GraphQLSchema } from "graphql";
import { type BuildSchemaOptions, buildSchema } from "type-graphql";
import type { GatewayContext } from "./context.js";
import { type References, subgraphOf } from "./subgraph.js";

/** What the face does: the resolver classes, and how an entity is made from a router's reference. */
export interface Behaviour {
  readonly resolvers: BuildSchemaOptions["resolvers"];
  readonly references: References<GatewayContext>;
}

/** The executable subgraph schema and its text. `idKey`: see subgraphOf. Arguments are checked by the questions they become. */
export async function buildGatewaySchema(
  { resolvers, references }: Behaviour,
  { idKey = false }: { idKey?: boolean } = {},
): Promise<{ schema: GraphQLSchema; sdl: string }> {
  return subgraphOf(await buildSchema({ resolvers, validate: false }), references, idKey);
}
