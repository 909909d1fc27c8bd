import { setTimeout } from "node:timers/promises";
import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { keys, possibleTypes } from "../../src/client/index.js";
import { accounts, twoAccounts } from "../support/two-accounts.js";
import { answer, bothFigures, isOfOneAge, onlyInFlow, onlyTransfers, quiet, type Segments } from "./one-answer-each.js";

vi.setConfig({ testTimeout: 30_000 });

const agentOf = (fields: string) => gql`
  query Agent($account: ID!, $id: ID!) {
    contactCenter(accountId: $account) { agent(id: $id) { ${fields} segments(lastMinutes: 1440) { asOf totalAgentConversationSegments } } }
  }
`;
const selections = { "account and id": "accountId id name", "the id alone": "id name", neither: "name" };

describe("urql's Graphcache before two accounts whose agents have the same ids", () => {
  async function scene(cache: Parameters<typeof cacheExchange>[0]) {
    const line = await twoAccounts();
    const client = new Client({ url: `${line.url}/graphql`, preferGetMethod: false, exchanges: [cacheExchange(cache), fetchExchange] });
    const { data } = await line.ask<{ contactCenter: { agents: { nodes: { id: string }[] } } }>(
      `{ contactCenter(accountId: "north") { agents(first: 1) { nodes { id } } } }`,
    );
    const id = data.contactCenter.agents.nodes[0]!.id;
    return async (fields: string, account: string, requestPolicy: "network-only" | "cache-only") => {
      const { data, error } = await client.query(agentOf(fields), { account, id }, { requestPolicy });
      if (error) throw error;
      return data;
    };
  }

  it.each(Object.entries(selections))("shows each account its own, selected with %s", async (_, fields) => {
    const ask = await scene({ keys });
    const [north, south] = [await ask(fields, "north", "network-only"), await ask(fields, "south", "network-only")];
    expect(north).not.toEqual(south);
    expect(await Promise.all(accounts.map((account) => ask(fields, account, "cache-only")))).toEqual([north, south]);
  });

  it("would mix them without keys", async () => {
    const ask = await scene({});
    const fields = selections["account and id"];
    const north = await ask(fields, "north", "network-only");
    await ask(fields, "south", "network-only");
    expect(await ask(fields, "north", "cache-only")).not.toEqual(north);
  });
});

describe("Two queries in urql for different fields of one metric object", () => {
  it("never put two ages into one object and never drive each other, though each answer is of another moment", async () => {
    let requests = 0;
    let pending = 0;
    const send = async (_: unknown, init?: RequestInit) => {
      const { query } = JSON.parse(String(init?.body)) as { query: string };
      const body = answer(query, ++requests);
      pending++;
      await setTimeout(1 + 6 * Math.random());
      pending--;
      return Response.json(body);
    };
    const underWay = () => pending;
    const url = "http://gateway.example/graphql";
    const client = new Client({ url, fetch: send, preferGetMethod: false, exchanges: [cacheExchange({ keys }), fetchExchange] });
    const shown: Segments[][] = [];
    const watch = (query: string) => {
      const seen: Segments[] = [];
      shown.push(seen);
      return client.query(query, {}).subscribe(({ data, error }) => {
        if (error) throw error;
        if (data) seen.push(data.contactCenter.agent.segments);
      });
    };
    const watched = [watch(onlyInFlow), watch(onlyTransfers)];
    await quiet(() => requests, 10, underWay);
    for (let round = 0; round < 3; round++) {
      const before = requests;
      for (const query of [onlyInFlow, onlyTransfers]) await client.query(query, {}, { requestPolicy: "network-only" });
      await quiet(() => requests, before + 6, underWay);
    }
    await client.query(bothFigures, {}, { requestPolicy: "network-only" });
    await quiet(() => requests, requests + 3, underWay);
    expect(shown.map(({ length }) => length > 0)).toEqual([true, true]);
    expect(shown.flat().filter((segments) => !isOfOneAge(segments))).toEqual([]);
    for (const { unsubscribe } of watched) unsubscribe();
  });
});

it("A fragment on the interface of agents, skills and groups is read from Graphcache, which does not guess with possibleTypes", async () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  onTestFinished(() => warned.mockRestore());
  const query = gql`
    query Entities { contactCenter { accountId agent(id: 1) { ...Named } } }
    fragment Named on NamedEntity { accountId id name }
  `;
  const agent = { __typename: "Agent", accountId: "north", id: "1", name: "Ada" };
  const data = { contactCenter: { __typename: "ContactCenter", accountId: "north", agent } };
  const client = new Client({
    url: "http://gateway.example/graphql",
    fetch: async () => Response.json({ data }),
    preferGetMethod: false,
    exchanges: [cacheExchange({ keys, possibleTypes }), fetchExchange],
  });
  await client.query(query, {}).toPromise();
  const known = await client.query(query, {}, { requestPolicy: "cache-only" }).toPromise();
  expect(known.data).toMatchObject({ contactCenter: { agent: { id: "1", name: "Ada" } } });
  expect(warned).not.toHaveBeenCalled();
});
