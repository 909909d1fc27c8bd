import { existsSync } from "node:fs";
import staticFiles from "@fastify/static";
import type { FastifyInstance } from "fastify";

/** Serves the built GraphiQL from `root` at /graphiql/, and leads / there. Files under assets carry a hash in their name and never change. */
export async function serveGraphiql(app: FastifyInstance, root: string): Promise<void> {
  app.get("/", (_, reply) => reply.redirect("/graphiql/"));
  app.get("/graphiql", (_, reply) => reply.redirect("/graphiql/"));
  if (!existsSync(root)) {
    app.get("/graphiql/", (_, reply) => reply.code(503).type("text/plain").send("GraphiQL is not built: run npm run build:graphiql.\n"));
    return;
  }
  await app.register(staticFiles, {
    root,
    prefix: "/graphiql/",
    decorateReply: false,
    cacheControl: false,
    setHeaders(reply, path) {
      reply.header("cache-control", path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
