import { readFileSync } from "node:fs";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginInlineTraceDisabled } from "@apollo/server/plugin/disabled";
import { startStandaloneServer } from "@apollo/server/standalone";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

/** The key of an agent or a conversation in the metrics subgraph. */
export interface Key {
  accountId: string;
  id: string;
}

export interface Employee {
  number: string;
  team: string;
  agent: Key;
}

export interface Order {
  number: string;
  conversation: Key;
}

/** What the company knows; of metrics it knows nothing. */
export interface Company {
  employees: readonly Employee[];
  orders: readonly Order[];
}

export interface Subgraph {
  url: string;
  stop(): Promise<void>;
}

export const companySdl = readFileSync(new URL("company.graphql", import.meta.url), "utf8");

const same = (one: Key, other: Key): boolean => one.accountId === other.accountId && one.id === other.id;

const resolversOf = ({ employees, orders }: Company) => ({
  Query: {
    team: (_: unknown, { id }: { id: string }) => (employees.some(({ team }) => team === id) ? { id } : null),
    employees: () => employees,
    orders: (_: unknown, { first }: { first: number }) => orders.slice(0, first),
  },
  Team: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    employees: ({ id }: { id: string }) => employees.filter(({ team }) => team === id),
  },
  Employee: {
    __resolveReference: ({ number }: Employee) => employees.find((employee) => employee.number === number),
    team: ({ team }: Employee) => ({ id: team }),
  },
  Order: {
    __resolveReference: ({ number }: Order) => orders.find((order) => order.number === number),
  },
  Agent: {
    employee: (key: Key) => employees.find(({ agent }) => same(agent, key)) ?? null,
  },
  Conversation: {
    orders: (key: Key) => orders.filter(({ conversation }) => same(conversation, key)),
  },
});

/** Serves the company as a subgraph. `port` 0 takes a free one. */
export async function startCompany(company: Company, port = 0): Promise<Subgraph> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(companySdl), resolvers: resolversOf(company) }]);
  const server = new ApolloServer({ schema, stopOnTerminationSignals: false, plugins: [ApolloServerPluginInlineTraceDisabled()] });
  const { url } = await startStandaloneServer(server, { listen: { host: "127.0.0.1", port } });
  return { url, stop: () => server.stop() };
}
