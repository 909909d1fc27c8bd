import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache, Observable } from "@apollo/client";
import { print } from "graphql";
import { describe, expect, it, vi } from "vitest";
import { possibleTypes, typePolicies } from "../../src/client/index.js";
import { accounts, twoAccounts } from "../support/two-accounts.js";
import { answer, bothFigures, isOfOneAge, onlyInFlow, onlyTransfers, quiet, type Segments } from "./one-answer-each.js";

vi.setConfig({ testTimeout: 30_000 });

const cacheOf = () => new InMemoryCache({ typePolicies, possibleTypes });

/** Of one agent: what the gateway itself says of it, past every cache. */
const agentOf = (fields: string) => gql`
  query Agent($account: ID!, $id: ID!) {
    contactCenter(accountId: $account) { agent(id: $id) { ${fields} segments(lastMinutes: 1440) { asOf totalAgentConversationSegments } } }
  }
`;
const selections = {
  "account and id": "accountId id name",
  "the id alone": "id name",
  neither: "name",
};

describe("Apollo Client before two accounts whose agents have the same ids", () => {
  async function scene(cache: InMemoryCache) {
    const line = await twoAccounts();
    const client = new ApolloClient({ cache, link: new HttpLink({ uri: `${line.url}/graphql` }) });
    const { data } = await line.ask<{ contactCenter: { agents: { nodes: { id: string }[] } } }>(
      `{ contactCenter(accountId: "north") { agents(first: 1) { nodes { id } } } }`,
    );
    return { client, id: data.contactCenter.agents.nodes[0]!.id };
  }

  it.each(Object.entries(selections))("shows each account its own, selected with %s", async (_, fields) => {
    const { client, id } = await scene(cacheOf());
    const query = agentOf(fields);
    const ask = async (account: string, fetchPolicy: "no-cache" | "network-only" | "cache-only") =>
      (await client.query({ query, variables: { account, id }, fetchPolicy })).data;
    const truth = await Promise.all(accounts.map((account) => ask(account, "no-cache")));
    expect(truth[0]).not.toEqual(truth[1]);
    for (const account of accounts) await ask(account, "network-only");
    expect(await Promise.all(accounts.map((account) => ask(account, "cache-only")))).toEqual(truth);
  });

  it("keeps an agent selected without its account apart from the one that is known", async () => {
    const { client, id } = await scene(cacheOf());
    const known = agentOf(selections["account and id"]);
    const variables = { account: "north", id };
    const { data } = await client.query({ query: known, variables });
    await client.query({ query: agentOf(selections["the id alone"]), variables: { account: "south", id } });
    expect((await client.query({ query: known, variables, fetchPolicy: "cache-only" })).data).toEqual(data);
    expect(Object.keys(client.cache.extract() as object).filter((key) => key.startsWith("Agent:"))).toEqual([
      `Agent:{"accountId":"north","id":"${id}"}`,
    ]);
  });

  it("would mix them without typePolicies", async () => {
    const { client, id } = await scene(new InMemoryCache());
    const query = agentOf(selections["account and id"]);
    const answers = [];
    for (const account of accounts) answers.push((await client.query({ query, variables: { account, id } })).data);
    const [north] = answers;
    expect((await client.query({ query, variables: { account: "north", id }, fetchPolicy: "cache-only" })).data).not.toEqual(north);
  });

  it("identifies an entity by its real account and id, whatever an alias says", async () => {
    const { client, id } = await scene(cacheOf());
    const query = gql`query Agent($id: ID!) { contactCenter(accountId: "south") { agent(id: $id) { id: name account: accountId real: id } } }`;
    await client.query({ query, variables: { id } });
    expect(Object.keys(client.cache.extract() as object).filter((key) => key.startsWith("Agent:"))).toEqual([
      `Agent:{"accountId":"south","id":"${id}"}`,
    ]);
  });
});

describe("A contact centre in Apollo Client's cache", () => {
  const agent = { __typename: "Agent", accountId: "north", id: "1", name: "Ada" };
  const skill = { __typename: "Skill", accountId: "north", id: "2", name: "Billing" };
  const agentQuery = gql`{ contactCenter { agent(id: 1) { accountId id name } } }`;
  const skillQuery = gql`{ contactCenter { skill(id: 2) { accountId id name } } }`;

  it("holds what two queries select of it without its account", () => {
    const cache = cacheOf();
    cache.writeQuery({ query: agentQuery, data: { contactCenter: { __typename: "ContactCenter", agent } } });
    cache.writeQuery({ query: skillQuery, data: { contactCenter: { __typename: "ContactCenter", skill } } });
    expect(cache.readQuery({ query: agentQuery })).toMatchObject({ contactCenter: { agent } });
    expect(cache.readQuery({ query: skillQuery })).toMatchObject({ contactCenter: { skill } });
  });

  it.each(["accountId", "id"])("is one object wherever it is found, selected with its %s alone", (field) => {
    const cache = cacheOf();
    cache.writeQuery({
      query: gql(`{ contactCenter { ${field} } contactCenters { ${field} } }`),
      data: {
        contactCenter: { __typename: "ContactCenter", [field]: "north" },
        contactCenters: [{ __typename: "ContactCenter", [field]: "north" }],
      },
    });
    const reference = { __ref: 'ContactCenter:{"accountId":"north"}' };
    expect(cache.extract().ROOT_QUERY).toMatchObject({ contactCenter: reference, contactCenters: [reference] });
  });
});

describe("Two queries in Apollo Client for different fields of one metric object", () => {
  /** `waits`: how long an answer takes, milliseconds. */
  function scene(ageOf: (request: number) => number, waits: () => number = () => 0) {
    let requests = 0;
    let pending = 0;
    const link = new ApolloLink(
      ({ query }) =>
        new Observable((observer) => {
          const result = answer(print(query), ageOf(++requests));
          pending++;
          setTimeout(() => {
            pending--;
            observer.next(result);
            observer.complete();
          }, waits());
        }),
    );
    const client = new ApolloClient({ cache: cacheOf(), link });
    const shown: Segments[][] = [];
    const watch = (query: string) => {
      const seen: Segments[] = [];
      shown.push(seen);
      const watched = client.watchQuery<{ contactCenter: { agent: { segments: Segments } } }>({ query: gql(query) });
      watched.subscribe(({ data }) => {
        const segments = data?.contactCenter?.agent?.segments;
        if (segments) seen.push(segments as Segments);
      });
      return watched;
    };
    return { client, shown, watch, requests: () => requests, underWay: () => pending };
  }

  it.each([
    ["at once", () => 0],
    ["after the same time", () => 4],
    ["after different times", () => 1 + 6 * Math.random()],
  ])("never put two ages into one object and never drive each other, though each answer is of another moment, %s", async (_, waits) => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { client, shown, watch, requests, underWay } = scene((request) => request, waits);
    const [first, second] = [watch(onlyInFlow), watch(onlyTransfers)];
    await quiet(requests, 4, underWay);
    for (let round = 0; round < 3; round++) {
      const before = requests();
      await Promise.all([first.refetch(), second.refetch()]);
      await quiet(requests, before + 4, underWay);
    }
    expect(shown.map(({ length }) => length > 0)).toEqual([true, true]);
    expect(shown.flat().filter((segments) => !isOfOneAge(segments))).toEqual([]);
    expect(shown.map((seen) => Object.keys(seen.at(-1)!).filter((name) => name === "inFlow" || name === "transfers"))).toEqual([
      ["inFlow"],
      ["transfers"],
    ]);
    const { data } = await client.query<{ contactCenter: { agent: { segments: Segments } } }>({ query: gql(bothFigures) });
    expect(data!.contactCenter.agent.segments).toSatisfy(isOfOneAge);
    client.stop();
    warned.mockRestore();
  });

  it("share what is of one moment: a third query for all of it sends nothing", async () => {
    const { client, shown, watch, requests, underWay } = scene(() => 7);
    watch(onlyInFlow);
    watch(onlyTransfers);
    await quiet(requests, 2, underWay);
    const { data } = await client.query({ query: gql(bothFigures) });
    expect(data).toMatchObject({ contactCenter: { agent: { segments: { inFlow: 7, transfers: 7 } } } });
    expect(requests()).toBe(2);
    expect(shown.map((seen) => seen.at(-1))).toMatchObject([{ inFlow: 7 }, { transfers: 7 }]);
    client.stop();
  });
});

it("A fragment on the interface of agents, skills and groups is read from Apollo Client's cache, which needs possibleTypes", () => {
  const query = gql`
    query Entities { contactCenter { accountId agent(id: 1) { ...Named } } }
    fragment Named on NamedEntity { accountId id name }
  `;
  const agent = { __typename: "Agent", accountId: "north", id: "1", name: "Ada" };
  const data = { contactCenter: { __typename: "ContactCenter", accountId: "north", agent } };
  const named = (cache: InMemoryCache) => {
    cache.writeQuery({ query, data });
    return cache.readQuery<{ contactCenter: { agent: object } }>({ query })?.contactCenter.agent;
  };
  expect(named(cacheOf())).toMatchObject({ id: "1", name: "Ada" });
  expect(named(new InMemoryCache({ typePolicies }))).not.toHaveProperty("name");
});
