import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { TrustedDocuments } from "../../src/config.js";
import { fakeGateway, logOf, post, start } from "./fake-gateway.js";

const known = "query Known { hello }";
const sha256 = createHash("sha256").update(known).digest("hex");
/** A hash need not be Apollo's: graphql-codegen's own default is SHA-1. */
const byHash = { [`sha256:${sha256}`]: known, "1a2b": "query Numbered($of: Int!) { number(of: $of) }" };

async function trusting(mode: TrustedDocuments["mode"], more: { routerSecret?: string } = {}) {
  const { gateway, prepared } = fakeGateway();
  const { lines, log } = logOf();
  const app = await start({ gateway, log, config: { trustedDocuments: { mode, byHash }, ...more } });
  const ask = async (body: object, headers: Record<string, string> = {}) => {
    const { query, ...rest } = body as { query?: string };
    return post(app, query as string, headers, rest);
  };
  return { app, ask, prepared, warned: () => lines.filter(({ level }) => level === 40) };
}

describe.each(["report", "enforce"] as const)("trusted documents, mode %s", (mode) => {
  it.each([
    ["its exact text", { query: known }],
    ["documentId", { documentId: sha256 }],
    ["documentId with its algorithm", { documentId: `sha256:${sha256}` }],
    ["Relay's doc_id", { doc_id: sha256 }],
    ["Apollo's hash", { extensions: { persistedQuery: { version: 1, sha256Hash: sha256 } } }],
    ["Apollo's hash and its text", { query: known, extensions: { persistedQuery: { version: 1, sha256Hash: sha256 } } }],
  ])("executes a known document by %s", async (_, body) => {
    const { ask, warned } = await trusting(mode);
    expect((await ask(body)).body).toEqual({ data: { hello: "world" } });
    expect(warned()).toEqual([]);
  });

  it("executes a known document by a hash of another algorithm, with variables and the name of its operation", async () => {
    const { ask } = await trusting(mode);
    const extensions = { persistedQuery: { version: 1, sha256Hash: "1a2b" } };
    expect((await ask({ extensions, operationName: "Numbered", variables: { of: 4 } })).body).toEqual({ data: { number: 4 } });
  });

  it("executes a known document asked for by GET", async () => {
    const { app } = await trusting(mode);
    const response = await fetch(`${app.url}/graphql?documentId=${sha256}`, { headers: { "apollo-require-preflight": "1" } });
    expect(await response.json()).toEqual({ data: { hello: "world" } });
    const relays = await fetch(`${app.url}/graphql?doc_id=${sha256}`, { headers: { "apollo-require-preflight": "1" } });
    expect(await relays.json()).toEqual({ data: { hello: "world" } });
  });
});

describe("enforced trust", () => {
  it.each([
    ["another text", { query: "{ hello }" }],
    ["a text that differs in a blank", { query: `${known} ` }],
    ["a text that is no GraphQL", { query: "{ hello" }],
    ["another text under a known hash", { query: "{ number }", extensions: { persistedQuery: { version: 1, sha256Hash: sha256 } } }],
    ["another text under a known documentId", { query: "{ number }", documentId: sha256 }],
    ["an unknown hash", { extensions: { persistedQuery: { version: 1, sha256Hash: "0" } } }],
    ["an unknown documentId", { documentId: "0" }],
    ["an unknown doc_id", { doc_id: "0" }],
    ["another text under a known doc_id", { query: "{ number }", doc_id: sha256 }],
    ["the name of what every object has", { documentId: "__proto__" }],
    ["nothing", { operationName: "Known" }],
    ["introspection", { query: "{ __schema { types { name } } }" }],
  ])("refuses %s, neither parsed nor executed", async (_, body) => {
    const { ask, prepared, warned } = await trusting("enforce");
    for (const accept of ["application/json", "application/graphql-response+json"]) {
      const { body: answer, status } = await ask(body, { accept });
      expect(answer.errors).toMatchObject([{ extensions: { code: "DOCUMENT_NOT_TRUSTED", retryable: false } }]);
      expect(answer).not.toHaveProperty("data");
      expect(status).toBe(accept === "application/json" ? 200 : 400);
    }
    expect(JSON.stringify(prepared)).not.toMatch(/hello|number|__schema/);
    expect(warned()).toHaveLength(2);
  });

  it("does not let a refused text become one that Apollo remembers by its hash", async () => {
    const { ask } = await trusting("enforce");
    const query = "{ hello }";
    const extensions = { persistedQuery: { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") } };
    await ask({ query, extensions });
    expect((await ask({ extensions })).body.errors).toMatchObject([{ extensions: { code: "DOCUMENT_NOT_TRUSTED" } }]);
  });

  it("trusts a router that shows its secret with documents of its own, and nobody else", async () => {
    const { ask } = await trusting("enforce", { routerSecret: "between us two" });
    expect((await ask({ query: "{ hello }" }, { "x-router-secret": "between us two" })).body).toEqual({ data: { hello: "world" } });
    expect((await ask({ query: "{ hello }" }, { "x-router-secret": "guessed" })).body).not.toHaveProperty("data");
  });
});

describe("reported and switched off trust", () => {
  it("executes another text when it only reports, and logs the operation", async () => {
    const { ask, warned } = await trusting("report");
    expect((await ask({ query: "query Other { hello }", operationName: "Other" })).body).toEqual({ data: { hello: "world" } });
    expect(warned()).toMatchObject([{ operation: "Other", msg: "A document that is not trusted was asked for" }]);
  });

  it("knows no document when it is off", async () => {
    const { ask, warned } = await trusting("off");
    expect((await ask({ query: "{ hello }" })).body).toEqual({ data: { hello: "world" } });
    expect((await ask({ documentId: sha256 })).body.errors).toMatchObject([{ extensions: { code: "BAD_REQUEST" } }]);
    expect(warned()).toEqual([]);
  });
});
