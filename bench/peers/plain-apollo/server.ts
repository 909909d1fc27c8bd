import { readFileSync } from "node:fs";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled } from "@apollo/server/plugin/disabled";
import fastifyApollo from "@as-integrations/fastify";
import Fastify from "fastify";
import { type Context, Loaders, resolvers } from "./resolvers.js";

/**
 * The server that one would write by hand in an afternoon: Apollo Server on Fastify, a DataLoader for each API, answers of the platform
 * in Keyv. It is written to be fast: no log, no plugins, no limits, nothing serialized in the cache.
 */
const apollo = new ApolloServer<Context>({
  typeDefs: readFileSync(new URL("schema.graphql", import.meta.url), "utf8"),
  resolvers,
  plugins: [ApolloServerPluginCacheControlDisabled()],
});
await apollo.start();
const app = Fastify({ bodyLimit: 10_000_000 });
app.get("/healthz", () => "ok");
await app.register(fastifyApollo(apollo), { path: "/graphql", context: async () => ({ loaders: new Loaders() }) });
await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
