import { behaviour } from "./resolvers/behaviour.js";
import { buildGatewaySchema } from "./schema.js";

/** The text of schema/subgraph.graphql: what the code declares, as routers and code generators read it. */
export async function emittedSdl(): Promise<string> {
  const { sdl } = await buildGatewaySchema(behaviour);
  return sdl;
}
