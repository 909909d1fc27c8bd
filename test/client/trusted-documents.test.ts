import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { generatePersistedQueryIdsFromManifest } from "@apollo/persisted-query-lists";
import { executeCodegen } from "@graphql-codegen/cli";
import { addTypenameSelectionDocumentTransform } from "@graphql-codegen/client-preset";
import { type CombinedError, fetchExchange, Client as UrqlClient } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";
import { type ConcreteRequest, Environment, fetchQuery, Network, RecordSource, Store } from "relay-runtime";
import { expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { getDataID, keys, possibleTypes, typePolicies } from "../../src/client/index.js";
import { type Line, startLine } from "../support/line.js";

vi.setConfig({ testTimeout: 60_000 });

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = "query Board { contactCenter { accountId current { asOf onlineAgents } } }";
const other = "query Other { contactCenter { accountId } }";
const answered = { contactCenter: { accountId: "demo", current: { asOf: expect.any(String), onlineAgents: expect.any(Number) } } };

/** A folder inside the repository, so that its packages are found. */
function folderWith(files: Record<string, string>): string {
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
  const folder = mkdtempSync(join(root, "node_modules/.cache/trusted-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, code] of Object.entries(files)) writeFileSync(join(folder, path), code);
  return folder;
}

/** A gateway that executes the documents of a file and no others. */
async function trusting(file: string): Promise<Line> {
  const line = await startLine({}, { TRUSTED_DOCUMENTS: "enforce", TRUSTED_DOCUMENTS_FILE: file });
  onTestFinished(() => line.stop());
  return line;
}

/** Notes what is sent, as JSON. */
function noting() {
  const sent: Record<string, unknown>[] = [];
  const send: typeof fetch = (url, init) => {
    sent.push(JSON.parse(String(init?.body)));
    return fetch(url, init);
  };
  return { sent, send };
}

/** What graphql-codegen's client preset makes of the documents: the file for the gateway, and each document with its hash. */
async function generated() {
  const folder = folderWith({ "board.ts": `graphql(\`${text}\`)` });
  const made = await executeCodegen({
    silent: true,
    schema: join(root, "schema/client.graphql"),
    documents: join(folder, "board.ts"),
    generates: {
      [`${folder}/gql/`]: {
        preset: "client",
        documentTransforms: [addTypenameSelectionDocumentTransform],
        presetConfig: { persistedDocuments: { hashAlgorithm: "sha256" } },
      },
    },
  });
  const written = "result" in made ? made.result : made;
  const contentOf = (name: string) => written.find(({ filename }) => filename.endsWith(name))!.content;
  const file = join(folder, "persisted-documents.json");
  writeFileSync(file, contentOf("persisted-documents.json"));
  const [, document = ""] = /BoardDocument = (\{.*\}) as unknown/.exec(contentOf("/graphql.ts")) ?? [];
  return { file, document: JSON.parse(document) };
}

it("graphql-codegen and urql: the client sends the hash in the document, and nothing else is executed", async () => {
  const { file, document } = await generated();
  const line = await trusting(file);
  const { sent, send } = noting();
  const client = new UrqlClient({
    url: `${line.url}/graphql`,
    fetch: send,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({ keys, possibleTypes }),
      persistedExchange({
        enforcePersistedQueries: true,
        generateHash: async (_, document) => (document as { __meta__?: { hash: string } }).__meta__?.hash,
        preferGetForPersistedQueries: false,
      }),
      fetchExchange,
    ],
  });
  const { data, error } = await client.query(document, {});
  expect(error).toBeUndefined();
  expect(data).toMatchObject(answered);
  expect(sent[0]).not.toHaveProperty("query");
  expect(sent[0]).toMatchObject({ extensions: { persistedQuery: { sha256Hash: document.__meta__.hash } } });
  const refused: CombinedError | undefined = (await client.query(gql(other), {}, { requestPolicy: "network-only" })).error;
  expect(refused?.graphQLErrors).toMatchObject([{ extensions: { code: "DOCUMENT_NOT_TRUSTED" } }]);
});

it("graphql-codegen and a client of one's own: documentId is the hash in the document", async () => {
  const { file, document } = await generated();
  const line = await trusting(file);
  const body = JSON.stringify({ documentId: document.__meta__.hash });
  const response = await fetch(`${line.url}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(await response.json()).toMatchObject({ data: answered });
});

it("Apollo Client: the client sends the ids of the manifest that Apollo's tool wrote, and nothing else is executed", {
  timeout: 30_000,
}, async () => {
  const folder = folderWith({
    "board.js": `import { gql } from "@apollo/client";\nexport const board = gql\`${text}\`;\n`,
    "persisted-query-manifest.config.json": JSON.stringify({ documents: ["board.js"], output: "manifest.json" }),
  });
  execFileSync(process.execPath, [join(root, "node_modules/@apollo/generate-persisted-query-manifest/cli.js")], { cwd: folder });
  const file = join(folder, "manifest.json");
  const line = await trusting(file);
  const { sent, send } = noting();
  const ids = generatePersistedQueryIdsFromManifest({ loadManifest: async () => JSON.parse(readFileSync(file, "utf8")) });
  const link = ApolloLink.from([new PersistedQueryLink(ids), new HttpLink({ uri: `${line.url}/graphql`, fetch: send })]);
  const client = new ApolloClient({ cache: new InMemoryCache({ typePolicies, possibleTypes }), link });
  expect((await client.query({ query: gql(text) })).data).toMatchObject(answered);
  expect(sent[0]).not.toHaveProperty("query");

  const unlisted = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: `${line.url}/graphql` }) });
  const refused = await unlisted.query({ query: gql(other) }).catch((error) => error);
  expect(refused).toBeInstanceOf(CombinedGraphQLErrors);
  expect(refused.errors).toMatchObject([{ extensions: { code: "DOCUMENT_NOT_TRUSTED" } }]);
});

it("Relay: the network function sends params.id as doc_id, and nothing else is executed", async () => {
  const line = await trusting("test/fixtures/relay/persisted.json");
  const { sent, send } = noting();
  const network = Network.create(async (params, variables) => {
    const response = await send(`${line.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ doc_id: params.id, variables }),
    });
    return response.json();
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()), getDataID });
  const board = JSON.parse(readFileSync("test/fixtures/relay/boardQuery.json", "utf8")) as ConcreteRequest;
  expect(await fetchQuery(environment, board, { account: "demo" }).toPromise()).toMatchObject(answered);
  expect(sent).toEqual([{ doc_id: board.params.id, variables: { account: "demo" } }]);
  const unknown = { ...board, params: { ...board.params, id: "0".repeat(64) } } as ConcreteRequest;
  await expect(fetchQuery(environment, unknown, {}).toPromise()).rejects.toThrow(/TRUSTED_DOCUMENTS/);
});

it("over a socket: the payload of subscribe has extensions.persistedQuery and an empty query", async () => {
  const id = "1a2b";
  const folder = folderWith({ "documents.json": JSON.stringify({ [id]: "subscription { contactCenter { accountId } }" }) });
  const line = await trusting(join(folder, "documents.json"));
  const client = createClient({ url: `${line.url.replace(/^http/, "ws")}/graphql`, webSocketImpl: WebSocket });
  onTestFinished(() => client.dispose());
  const states = client.iterate({ query: "", extensions: { persistedQuery: { version: 1, sha256Hash: id } } });
  expect((await states.next()).value).toMatchObject({ data: { contactCenter: { accountId: "demo" } } });
  const refused = client.iterate({ query: "subscription { contactCenter { current { asOf } } }" });
  await expect(refused.next()).rejects.toMatchObject([{ extensions: { code: "DOCUMENT_NOT_TRUSTED" } }]);
});
