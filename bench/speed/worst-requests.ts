import { agentSegmentMetrics } from "../../src/catalogue/agent-segments.js";
import { keyMetricsByTime, keyMetricsCurrent } from "../../src/catalogue/key-metrics.js";
import { skillSegmentMetrics } from "../../src/catalogue/skill-segments.js";
import { askOf } from "./dashboard.js";
import type { Ask } from "./requests.js";

/** As many as one list may name. */
const idsOfAList = 500;

/** A request that asks for much with little. `%n%` in it makes each document new. */
export interface Worst {
  name: string;
  /** Which platform answers it. */
  of: "agents" | "skills";
  /** From the largest to the smallest: the first that the gateway takes is measured. */
  sizes: readonly number[];
  at(size: number, ids: readonly string[]): Ask;
}

const agentMetrics = Object.keys(agentSegmentMetrics.metrics).join(" ");
const skillMetrics = Object.keys(skillSegmentMetrics.metrics).join(" ");
const byTime = Object.keys(keyMetricsByTime.metrics).join(" ");
const current = Object.keys(keyMetricsCurrent.metrics).join(" ");
const repeated = (times: number, text: (at: number) => string): string => Array.from({ length: times }, (_, at) => text(at)).join(" ");

/** All these agents, in lists as long as allowed, with every metric in twelve intervals. */
export function everything(all: readonly string[]): Ask {
  const lists = Array.from({ length: Math.ceil(all.length / idsOfAList) }, (_, at) => all.slice(at * idsOfAList, (at + 1) * idsOfAList));
  const variables = Object.fromEntries(lists.map((ids, at) => [`ids${at}`, ids]));
  const declared = lists.map((_, at) => `$ids${at}: [ID!]!`).join(", ");
  const fields = lists.map(
    (_, at) =>
      `part${at}: agents(ids: $ids${at}) { nodes { id segments(lastMinutes: 60) { intervals(everyMinutes: 5) { ${agentMetrics} } } } }`,
  );
  return askOf(`query Everything%n%(${declared}) { contactCenter { ${fields.join(" ")} } }`, variables);
}

/** What the contract promises to take, and what asks for most within the default limits. */
export const accepted: readonly Worst[] = [
  { name: "agents x 11 metrics x 12 intervals", of: "agents", sizes: [2_000], at: (size, ids) => everything(ids.slice(0, size)) },
  {
    name: "lists of 500 agents x 11 metrics",
    of: "agents",
    sizes: [75, 60, 40, 25, 15, 10, 5],
    at: (size, ids) =>
      askOf(
        `query Lists%n%($ids: [ID!]!) { contactCenter { ${repeated(size, (at) => `a${at}: agents(ids: $ids) { nodes { id segments(lastMinutes: 60) { ${agentMetrics} } } }`)} } }`,
        { ids: ids.slice(0, idsOfAList) },
      ),
  },
  {
    name: "representations of agents x 11 metrics",
    of: "agents",
    sizes: [5_000, 4_000, 3_000, 2_000, 1_000],
    at: (size, ids) =>
      askOf(
        `query Entities%n%($of: [_Any!]!) { _entities(representations: $of) { ... on Agent { id segments(lastMinutes: 60) { ${agentMetrics} } } } }`,
        { of: Array.from({ length: size }, (_, at) => ({ __typename: "Agent", accountId: "bench", id: ids[at % ids.length] })) },
      ),
  },
  {
    name: "agents, each with 500 agents below it",
    of: "agents",
    sizes: [500, 450, 400, 300, 200, 150, 100, 50, 25],
    at: (size) =>
      askOf(
        `query Nested%n% { contactCenter { agents(first: ${size}) { nodes { contactCenter { agents(first: 500) { nodes { id } } } } } } }`,
      ),
  },
  {
    name: "times the same field",
    of: "agents",
    sizes: [9_900, 4_900, 2_400, 1_200, 600, 300, 150, 75],
    at: (size) => askOf(`query Same%n% { contactCenter { ${"accountId ".repeat(size)} } }`),
  },
  {
    name: "aliases of one agent's segments",
    of: "agents",
    sizes: [700, 600, 500, 300, 100],
    at: (size, [id]) =>
      askOf(
        `query Aliases%n% { contactCenter { ${repeated(size, (at) => `a${at}: agent(id: "${id}") { segments(lastMinutes: 60) { asOf } }`)} } }`,
      ),
  },
  {
    name: "kB of variables",
    of: "agents",
    sizes: [1_000, 500],
    at: (size) =>
      askOf("query Variables%n%($id: ID!) { contactCenter { agent(id: $id) { id } } }", {
        id: "1",
        more: Array.from({ length: size }, () => ["x".repeat(940)]),
      }),
  },
  {
    name: "skills with everything",
    of: "skills",
    sizes: [200],
    at: (size, ids) =>
      askOf(
        `query Skills%n%($ids: [ID!]!) { contactCenter { skills(ids: $ids) { nodes { id name current { ${current} } keyMetrics { ${byTime} } segments { ${skillMetrics} intervals(everyMinutes: 15) { from ${skillMetrics} } } agentSegments { agent { id } ${agentMetrics} } intervals(lastMinutes: 60, first: 4) { nodes { from handleTime workTime handledConversations } } } } } }`,
        { ids: ids.slice(0, size) },
      ),
  },
  {
    name: "interval rows by agent and skill",
    of: "skills",
    sizes: [5_000, 2_500, 1_000],
    at: (size) =>
      askOf(
        `query Rows%n% { contactCenter { intervals(lastMinutes: 1440, groupBy: [AGENT, SKILL], first: ${size}) { nodes { from to agent { id name } skill { id name } handleTime workTime handledConversations repliedConversations consumerMessages agentMessages } } } }`,
      ),
  },
];

/** What no limit takes: it is to be refused quickly. The size says how much. */
export const refused: readonly Worst[] = [
  {
    name: "kB of document",
    of: "agents",
    sizes: [1_000],
    at: (size) => askOf(`query Long%n% { contactCenter { ${"accountId ".repeat(size * 100)} } }`),
  },
  {
    name: "levels of fields",
    of: "agents",
    sizes: [1_500],
    at: (size) =>
      askOf(
        `query Deep%n% { contactCenter { ${"agents { nodes { contactCenter { ".repeat(size / 3)} accountId ${"} } }".repeat(size / 3)} } }`,
      ),
  },
  {
    name: "fragments, each with the next one twice",
    of: "agents",
    sizes: [60],
    at: (size) =>
      askOf(
        `query Fragments%n% { contactCenter { ...f0 } } ${repeated(size, (at) => `fragment f${at} on ContactCenter { ...f${at + 1} a${at}: accountId ...f${at + 1} }`)} fragment f${size} on ContactCenter { accountId }`,
      ),
  },
  {
    name: "agents, each with 500 below it, each with 500 below it",
    of: "agents",
    sizes: [500],
    at: (size) =>
      askOf(
        `query TooWide%n% { contactCenter { agents(first: ${size}) { nodes { contactCenter { agents(first: 500) { nodes { contactCenter { agents(first: 500) { nodes { id } } } } } } } } } }`,
      ),
  },
  {
    name: "representations",
    of: "agents",
    sizes: [20_000],
    at: (size) =>
      askOf("query Entities%n%($of: [_Any!]!) { _entities(representations: $of) { ... on Agent { id } } }", {
        of: Array.from({ length: size }, () => ({ __typename: "Agent", accountId: "bench", id: "1" })),
      }),
  },
  {
    name: "aliases of arguments out of bounds",
    of: "agents",
    sizes: [600],
    at: (size) =>
      askOf(
        `query Bounds%n% { contactCenter { ${repeated(size, (at) => `a${at}: agentSegments(lastMinutes: ${2_000 + at}) { asOf }`)} } }`,
      ),
  },
];
