import { readFileSync } from "node:fs";
import { type ConcreteRequest, createOperationDescriptor, Environment, fetchQuery, Network, RecordSource, Store } from "relay-runtime";
import { describe, expect, it, vi } from "vitest";
import { getDataID } from "../../src/client/index.js";
import { accounts, twoAccounts } from "../support/two-accounts.js";

vi.setConfig({ testTimeout: 30_000 });

/** What relay-compiler 21.0.1 writes of the queries, as JSON. */
const artifact = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/relay/${name}.json`, import.meta.url), "utf8")) as ConcreteRequest;
const persisted = JSON.parse(readFileSync(new URL("../fixtures/relay/persisted.json", import.meta.url), "utf8")) as Record<string, string>;

async function scene(more: { getDataID?: typeof getDataID }) {
  const line = await twoAccounts();
  const { data } = await line.ask<{ contactCenter: { agents: { nodes: { id: string }[] } } }>(
    `{ contactCenter(accountId: "north") { agents(first: 1) { nodes { id } } } }`,
  );
  const id = data.contactCenter.agents.nodes[0]!.id;
  const network = Network.create(async (params, variables) => {
    const { data } = await line.ask(persisted[params.id ?? ""] ?? "", { variables });
    return { data };
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()), ...more });
  return {
    ask: async (query: ConcreteRequest, account: string) => fetchQuery(environment, query, { account, id }).toPromise(),
    known: (query: ConcreteRequest, account: string) => environment.lookup(createOperationDescriptor(query, { account, id }).fragment).data,
  };
}

describe("Relay before two accounts whose agents have the same ids", () => {
  it.each(["agentQuery", "bareAgentQuery"])("shows each account its own by %s", async (name) => {
    const query = artifact(name);
    const { ask, known } = await scene({ getDataID });
    const answers = [];
    for (const account of accounts) answers.push(await ask(query, account));
    expect(answers[0]).not.toEqual(answers[1]);
    expect(accounts.map((account) => known(query, account))).toEqual(answers);
  });

  it("would mix them without getDataID", async () => {
    const query = artifact("agentQuery");
    const { ask, known } = await scene({});
    const north = await ask(query, "north");
    await ask(query, "south");
    expect(known(query, "north")).not.toEqual(north);
  });
});
