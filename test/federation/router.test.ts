import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Company } from "../../examples/supergraph/company.js";
import { accounts, twoAccounts } from "../support/two-accounts.js";
import { idsOf } from "./referring.js";
import { federated } from "./supergraph.js";

vi.setConfig({ testTimeout: 30_000 });

interface Staff {
  number: string;
  agent: { accountId: string; id: string; segments: Record<string, number | null> | null };
}

/** Everybody of each account in one team, their agents' ids the same in both accounts. */
const companyOf = (ids: readonly string[]): Company => ({
  employees: accounts.flatMap((accountId) =>
    ids.map((id) => ({ number: `${accountId}-${id}`, team: accountId, agent: { accountId, id } })),
  ),
  orders: [],
});

const segments = "segments(lastMinutes: 1440) { totalAgentConversationSegments avgAgentSegmentDuration }";

test("one federated query across two subgraphs, 40 agents, is one platform call", async () => {
  const line = await twoAccounts({ agents: 40 });
  const ids = idsOf(line, "Agent");
  const router = await federated(line.url, companyOf(ids));
  line.simulator.resetCounts();
  const { data, errors } = await router.ask<{ team: { employees: Staff[] } }>(
    `{ team(id: "south") { employees { number agent { accountId id ${segments} } } } }`,
  );
  expect(errors).toEqual([]);
  expect(line.calls()).toBe(1);

  const direct = await line.ask<{ contactCenter: { agents: { nodes: Staff["agent"][] } } }>(
    `query ($ids: [ID!]) { contactCenter(accountId: "south") { agents(ids: $ids) { nodes { accountId id ${segments} } } } }`,
    { variables: { ids } },
  );
  const { nodes } = direct.data.contactCenter.agents;
  expect(data.team.employees).toEqual(nodes.map((agent) => ({ number: `south-${agent.id}`, agent })));
  expect(nodes.filter(({ segments }) => segments !== null).length).toBeGreaterThan(10);
});

test("employees of two accounts whose agents share ids get the figures of their own account, one call for each", async () => {
  const line = await twoAccounts({ agents: 20 });
  const router = await federated(line.url, companyOf(idsOf(line, "Agent")));
  line.simulator.resetCounts();
  const { data, errors } = await router.ask<{ employees: Staff[] }>(`{ employees { number agent { accountId id ${segments} } } }`);
  expect(errors).toEqual([]);
  expect(line.calls()).toBe(2);

  const to = line.clock.now;
  const truth = new Map(
    accounts.map((account): [string, Map<string, unknown>] => {
      const { agentsMetrics } = line.simulator.truth(account).agentSegments({ from: to - 1440 * 60_000, to });
      return [
        account,
        new Map(Object.entries(agentsMetrics.metricsPerAgent).map(([id, figures]) => [id, figures.totalAgentConversationSegments])),
      ];
    }),
  );
  expect(truth.get("north")).not.toEqual(truth.get("south"));
  expect(data.employees).toHaveLength(40);
  for (const { number, agent } of data.employees) {
    expect(number).toBe(`${agent.accountId}-${agent.id}`);
    expect(agent.segments?.totalAgentConversationSegments).toBe(truth.get(agent.accountId)?.get(agent.id));
  }
});

test("an order's conversation, -1 and an id never seen are reached from the company, and the company from a list of metrics", async () => {
  const line = await twoAccounts();
  const account = "north";
  const listed = await line.ask<{ contactCenter: { conversations: { nodes: { id: string; handling: object }[] } } }>(
    `{ contactCenter(accountId: "${account}") { conversations(lastMinutes: 1440, first: 1) { nodes { id handling { handleTime } } } } }`,
  );
  const [conversation] = listed.data.contactCenter.conversations.nodes;
  const router = await federated(line.url, {
    employees: [{ number: "E1", team: "T1", agent: { accountId: account, id: "-1" } }],
    orders: [
      { number: "O1", conversation: { accountId: account, id: conversation!.id } },
      { number: "O2", conversation: { accountId: account, id: "no-such-conversation" } },
    ],
  });

  const fromCompany = await router.ask(
    `{ orders { number conversation { id handling(lastMinutes: 1440) { handleTime } } } employees { agent { id ${segments} } } }`,
  );
  expect(fromCompany).toEqual({
    data: {
      orders: [
        { number: "O1", conversation },
        { number: "O2", conversation: { id: "no-such-conversation", handling: null } },
      ],
      employees: [{ agent: { id: "-1", segments: null } }],
    },
    errors: [],
  });

  const fromMetrics = await router.ask(
    `{ contactCenter(accountId: "${account}") { conversations(lastMinutes: 1440, first: 1) { nodes { id orders { number } } } } }`,
  );
  expect(fromMetrics).toEqual({
    data: { contactCenter: { conversations: { nodes: [{ id: conversation!.id, orders: [{ number: "O1" }] }] } } },
    errors: [],
  });
});

test("a reference the gateway refuses nulls its own agent in the router's answer, with its code, and no other", async () => {
  const line = await twoAccounts();
  const agent = (accountId: string, number: string) => ({ number, team: "T1", agent: { accountId, id: "1000" } });
  const router = await federated(line.url, { employees: [agent("north", "E1"), agent("west", "E2"), agent("south", "E3")], orders: [] });
  const { data, errors } = await router.ask("{ employees { number agent { contactCenter { accountId } } } }");
  const of = (accountId: string) => ({ contactCenter: { accountId } });
  expect(data).toEqual({
    employees: [
      { number: "E1", agent: of("north") },
      { number: "E2", agent: null },
      { number: "E3", agent: of("south") },
    ],
  });
  expect(errors.map(({ path, extensions }) => [path?.slice(0, 3), extensions.code])).toEqual([[["employees", 1, "agent"], "FORBIDDEN"]]);
});

test("who asks and whether to explain reach the gateway alone, with the router's own secret and never a client's", async () => {
  const received: IncomingHttpHeaders[] = [];
  const gateway = createServer((request, response) => {
    received.push(request.headers);
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ data: { contactCenters: [{ __typename: "ContactCenter", accountId: "a1" }] } }));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void gateway.close());
  await once(gateway, "listening");
  const router = await federated(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, companyOf([]), { secret: "s3cret" });

  const given = { authorization: "Bearer t0ken", "x-api-key": "k3y", "x-gateway-explain": "calls" };
  const { data, errors } = await router.ask("{ contactCenters { accountId } }", { ...given, "x-router-secret": "guessed", "x-other": "o" });
  expect({ data, errors }).toEqual({ data: { contactCenters: [{ accountId: "a1" }] }, errors: [] });
  expect(received).toEqual([expect.objectContaining({ ...given, "x-router-secret": "s3cret" })]);
  expect(received[0]).not.toHaveProperty("x-other");
});

test("with ROUTER_SECRET a router that knows it reaches the agents, and one that does not is refused at each of them", async () => {
  const line = await twoAccounts({}, { ROUTER_SECRET: "s3cret" });
  const company = companyOf(["1000"]);
  const knowing = await federated(line.url, company, { secret: "s3cret" });
  const guessing = await federated(line.url, company, { secret: "guessed" });
  const query = "{ employees { number agent { contactCenter { accountId } } } }";
  const staff = (account: string, agent: object | null) => ({ number: `${account}-1000`, agent });

  expect(await knowing.ask(query)).toEqual({
    data: { employees: accounts.map((accountId) => staff(accountId, { contactCenter: { accountId } })) },
    errors: [],
  });
  const refused = await guessing.ask(query, { "x-router-secret": "s3cret" });
  expect(refused.data).toEqual({ employees: accounts.map((account) => staff(account, null)) });
  expect(new Set(refused.errors.map(({ extensions }) => extensions.code))).toEqual(new Set(["FORBIDDEN"]));
});

test("a router's demand control lets through what shares calls, and refuses what costs a call for each agent before any is made", async () => {
  const line = await twoAccounts();
  const router = await federated(line.url, companyOf([]), { maxCost: 1000 });
  const list = (fields: string) => `{ contactCenter(accountId: "north") { agents(first: 100) { nodes { id ${fields} } } } }`;
  const shared = await router.ask(list("segments { totalAgentConversationSegments }"));
  expect(shared.errors).toEqual([]);

  line.simulator.resetCounts();
  const { data, errors } = await router.ask(list("keyMetrics { avgWaitTime }"));
  expect(data).toEqual({ contactCenter: null });
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(["COST_ESTIMATED_TOO_EXPENSIVE"]);
  expect(line.calls()).toBe(0);
});
