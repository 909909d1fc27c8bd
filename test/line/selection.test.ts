import { describe, expect, test } from "vitest";
import type { Line } from "../support/line.js";
import { stillLine } from "../support/still-line.js";
import { askingCases } from "./asking-field-cases.js";
import { knownOf } from "./known.js";

/** Calls by API, the way they were asked; the line must be new. */
async function callsOf(line: Line, fields: string, headers = {}): Promise<Record<string, number>> {
  const { errors } = await line.ask(`{ contactCenter { ${fields} } }`, { headers });
  expect(errors).toEqual([]);
  const { domains: _, ...byApi } = line.simulator.counts().byApi;
  return byApi;
}

/** Fields whose __typename tells something all the same: how many there are, or whether there is one. */
const countable: ReadonlySet<string> = new Set<keyof typeof askingCases>([
  "Agent.group",
  "Agent.skills",
  "Skill.agentSegments",
  "Skill.segmentsByAgent",
]);

describe("costs nothing", () => {
  test.each([
    ["an account", "accountId __typename"],
    [
      "an entity by its id",
      'agent(id: "1") { id accountId contactCenter { accountId } } skill(id: "2") { id } conversation(id: "c") { id }',
    ],
    ["a list by its ids", 'agents(ids: ["1", "2"]) { nodes { id } totalCount } skills(ids: ["3"]) { edges { cursor node { id } } }'],
    [
      "an empty list argument",
      "agents(ids: []) { nodes { name segments { asOf } } } agentSegments(agentIds: []) { asOf } current(skillIds: []) { onlineAgents }",
    ],
    [
      "what is skipped",
      "agentSegments @skip(if: true) { asOf } current @include(if: false) { asOf } ... on ContactCenter @skip(if: true) { keyMetrics { csat } }",
    ],
  ])("%s", async (_, fields) => {
    expect(await callsOf(await stillLine(), fields)).toEqual({});
  });

  test("any object of which only the __typename is wanted", async () => {
    const line = await stillLine();
    const hollow = Object.entries(askingCases).filter(([name, { below }]) => below !== "" && !countable.has(name));
    const fields = hollow.map(([name, { selection }]) => `${name.replace(".", "_")}: ${selection(knownOf(line), "{ __typename }")}`);
    expect(fields.length).toBeGreaterThan(20);
    expect(await callsOf(line, fields.join("\n"))).toEqual({});
  });
});

describe("one call", () => {
  test.each([
    [
      "segments, their intervals and their skills",
      "agentSegments { interactiveAgentSegments intervals(everyMinutes: 15) { from bySkill { skill { id } } } bySkill { agent { id } } }",
      { "agent-segments": 1 },
    ],
    [
      "the total, everybody's rows and one agent's",
      'agentSegments { asOf } skill(id: "101") { agentSegments { asOf } } agent(id: "1001") { segments { asOf } }',
      { "agent-segments": 1 },
    ],
    [
      "skills' rows, total and intervals",
      'skillSegments { asOf intervals(everyMinutes: 30) { from } } a: skill(id: "101") { segments { asOf } } b: skill(id: "100") { segments { asOf } }',
      { "skill-segments": 1 },
    ],
    [
      "by-time and current figures, of an account and of its skills",
      "keyMetrics { csat } current { onlineAgents } skills { nodes { name keyMetrics { csat } current { agentLoad } } }",
      { "key-metrics": 1 },
    ],
    [
      "one question under many aliases",
      "a: current { agentLoad } b: current { onlineAgents } c: current { awayAgents openConversations }",
      { "key-metrics": 1 },
    ],
    [
      "an interval window within another",
      "a: intervals(lastMinutes: 240) { totalCount } b: intervals(lastMinutes: 60) { nodes { handleTime } }",
      { "interval-metrics": 1 },
    ],
    [
      "rows with and without bot skills",
      "a: intervals { totalCount } b: intervals(includeBotSkills: true) { totalCount }",
      { "interval-metrics": 1 },
    ],
    [
      "agents by a figure, with that figure",
      "agents(ids: [1001, 1002, 1004], orderBy: { metric: INTERACTIVE_AGENT_SEGMENTS }) { nodes { segments { interactiveAgentSegments } } }",
      { "agent-segments": 1 },
    ],
  ])("brings %s", async (_, fields, calls) => {
    expect(await callsOf(await stillLine(), fields)).toEqual(calls);
  });

  test("of each API brings a list with everything its nodes ask", async () => {
    const fields = `skills { nodes { name current { onlineAgents } keyMetrics { csat } segments { asOf }
      agentSegments { agent { id } } agents { nodes { id segments(lastMinutes: 1440) { asOf } } } intervals { totalCount } } }`;
    // Two calls of agent segments: who works in which skill is told by 24 hours, and the figures asked for are those of one.
    expect(await callsOf(await stillLine(), fields)).toEqual({
      "key-metrics": 1,
      "skill-segments": 1,
      "agent-segments": 2,
      "interval-metrics": 1,
    });
  });

  test("of each API brings a router's entities, however many", async () => {
    const line = await stillLine();
    const { skills, agents } = line.simulator.truth("demo");
    const representations = [
      ...skills.map(({ id }) => ({ __typename: "Skill", accountId: "demo", id })),
      ...agents.map(({ id }) => ({ __typename: "Agent", accountId: "demo", id })),
    ];
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Skill { name current { onlineAgents } segments { asOf } } ... on Agent { segments { asOf } } } }`;
    const { data, errors } = await line.ask<{ _entities: unknown[] }>(query, { variables: { representations } });
    expect(errors).toEqual([]);
    expect(data._entities).toHaveLength(representations.length);
    const { domains: _, ...byApi } = line.simulator.counts().byApi;
    expect(byApi).toEqual({ "key-metrics": 1, "skill-segments": 1, "agent-segments": 1 });
  });

  test("serves a hundred readers of one wallboard at once", async () => {
    const line = await stillLine();
    const fields = "skills { nodes { name current { onlineAgents } segments { asOf } } }";
    const answers = await Promise.all(Array.from({ length: 100 }, () => line.ask(`{ contactCenter { ${fields} } }`)));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(line.calls()).toBe(2);
  });
});

describe("never shared", () => {
  test.each([
    [
      "windows of two lengths",
      "a: agentSegments(lastMinutes: 60) { asOf } b: agentSegments(lastMinutes: 61) { asOf }",
      { "agent-segments": 2 },
    ],
    ["two user types", "a: current(userType: HUMAN) { agentLoad } b: current(userType: BOT) { agentLoad }", { "key-metrics": 2 }],
    ["sub groups and none", "a: current(includeSubGroups: true) { agentLoad } b: current { agentLoad }", { "key-metrics": 2 }],
    ["two sources", 'a: agentSegments(source: "WEB") { asOf } b: agentSegments(source: "SMS") { asOf }', { "agent-segments": 2 }],
    [
      "totals over other agents",
      "a: agentSegments(agentIds: [1001]) { asOf } b: agentSegments(agentIds: [1001, 1002]) { asOf }",
      { "agent-segments": 2 },
    ],
    [
      "two groupings",
      "a: intervals(groupBy: [SKILL]) { totalCount } b: intervals(groupBy: [AGENT]) { totalCount }",
      { "interval-metrics": 2 },
    ],
    [
      "two handle time models",
      "a: intervals(handleTimeModel: IFT) { totalCount } b: intervals(handleTimeModel: EHT) { totalCount }",
      { "interval-metrics": 2 },
    ],
    [
      "two sub-intervals",
      "a: skillSegments { intervals(everyMinutes: 15) { from } } b: skillSegments { intervals(everyMinutes: 30) { from } }",
      { "skill-segments": 2 },
    ],
  ])("are %s", async (_, fields, calls) => {
    expect(await callsOf(await stillLine(), fields)).toEqual(calls);
  });
});
