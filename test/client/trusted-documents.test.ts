import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, type DocumentNode, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { getOperationAST, print } from "graphql";
import { expect, it, onTestFinished } from "vitest";
import { possibleTypes, typePolicies } from "../../src/client/index.js";
import { configFrom } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { startApp } from "../../src/server/app.js";
import { createLog } from "../../src/server/log.js";
import { startSimulator } from "../../src/simulator/simulator.js";

const query = gql`
  query Board {
    contactCenter {
      accountId
      current {
        asOf
        onlineAgents
      }
    }
  }
`;

/** What Apollo's `generate-persisted-query-manifest` writes: the documents as the client sends them, with __typename. */
function manifestOf(...documents: DocumentNode[]) {
  const operations = documents.map((document) => {
    const body = print(new InMemoryCache().transformDocument(document));
    return { id: createHash("sha256").update(body).digest("hex"), name: getOperationAST(document)?.name?.value, type: "query", body };
  });
  return { format: "apollo-persisted-query-manifest", version: 1, operations };
}

it("Apollo Client sends the ids of its manifest, and nothing else is executed", async () => {
  const manifest = manifestOf(query);
  const simulator = await startSimulator();
  const account = { id: "demo", url: simulator.url, bearer: "simulated-token" };
  const settings = { PORT: "0", TRUSTED_DOCUMENTS: "enforce", TRUSTED_DOCUMENTS_FILE: "manifest.json" };
  const config = configFrom(settings, account, () => JSON.stringify(manifest));
  const gateway = await createGateway(config, { warn: () => undefined });
  const app = await startApp({ gateway, config, log: createLog("silent"), graphiqlRoot: "/nonexistent" });
  onTestFinished(async () => {
    await app.stop();
    await simulator.close();
  });

  const sent: string[] = [];
  const uri = `${app.url}/graphql`;
  const send: typeof fetch = (url, init) => {
    sent.push(String(init?.body));
    return fetch(url, init);
  };
  const idOf = (document: DocumentNode) => {
    const name = getOperationAST(document)?.name?.value;
    return manifest.operations.find((operation) => operation.name === name)?.id ?? "unknown";
  };
  const link = ApolloLink.from([new PersistedQueryLink({ generateHash: idOf }), new HttpLink({ uri, fetch: send })]);
  const client = new ApolloClient({ cache: new InMemoryCache({ typePolicies, possibleTypes }), link });
  expect((await client.query({ query })).data).toMatchObject({ contactCenter: { accountId: "demo" } });
  expect(JSON.parse(sent[0]!)).not.toHaveProperty("query");

  const other = gql`query Other { contactCenter { accountId } }`;
  const refused = await client.query({ query: other, fetchPolicy: "network-only" }).catch((error) => error);
  expect(refused).toBeInstanceOf(CombinedGraphQLErrors);
  expect(refused.errors).toMatchObject([{ extensions: { code: "DOCUMENT_NOT_TRUSTED" } }]);
});
