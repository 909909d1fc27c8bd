import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
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

/** Texts of the documents that a built page sends, by their hashes; none where its build has no list of them. */
export function documentsOfPage(root: string | undefined): Readonly<Record<string, string>> {
  const list = root === undefined ? undefined : join(root, "trusted-documents.json");
  return list !== undefined && existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as Record<string, string>) : {};
}

const queryOf = (url: string): string => (url.includes("?") ? url.slice(url.indexOf("?")) : "");
