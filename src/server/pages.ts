import { existsSync } from "node:fs";
import staticFiles from "@fastify/static";
import type { FastifyInstance } from "fastify";

export interface Page {
  /** Its path without slashes, and its part of `npm run build:<name>`. */
  name: string;
  title: string;
  /** Folder that it is built into; undefined: it is not built. */
  root: string | undefined;
}

/** Serves a built page at /<name>/. Files under assets carry a hash in their name and never change. */
export async function servePage(app: FastifyInstance, { name, title, root }: Page): Promise<void> {
  app.get(`/${name}`, (request, reply) => reply.redirect(`/${name}/${queryOf(request.url)}`));
  if (root === undefined || !existsSync(root)) {
    app.get(`/${name}/`, (_, reply) => reply.code(503).type("text/plain").send(`${title} is not built: run npm run build:${name}.\n`));
    return;
  }
  await app.register(staticFiles, {
    root,
    prefix: `/${name}/`,
    decorateReply: false,
    cacheControl: false,
    setHeaders(reply, path) {
      reply.header("cache-control", path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}

const queryOf = (url: string): string => (url.includes("?") ? url.slice(url.indexOf("?")) : "");
