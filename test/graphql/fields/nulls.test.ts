import { describe, expect, test } from "vitest";
import type { ApiName } from "../../../src/upstream/question.js";
import { contactCenter, executed } from "../executed.js";
import { byHand, unavailable } from "../platform-by-hand.js";

const everything = `
  agentSegments { totalAgentConversationSegments } skillSegments { totalSkillConversationSegments }
  keyMetrics { avgWaitTime } current { onlineAgents } intervals { totalCount }`;

describe("no row is null without an error", () => {
  test.each([
    ["agent(id: 999) { segments { asOf } }", { agent: { segments: null } }],
    [
      "skill(id: 999) { segments { asOf } keyMetrics { asOf } current { asOf } name }",
      { skill: { segments: null, keyMetrics: null, current: null, name: null } },
    ],
    ["skill(id: 999) { agentSegments { stale } intervals { nodes { from } } }", { skill: { agentSegments: [], intervals: { nodes: [] } } }],
    ['conversation(id: "never") { handling { handleTime } }', { conversation: { handling: null } }],
    [
      "agents(ids: [999, 12]) { nodes { id segments { totalAgentConversationSegments } } }",
      {
        agents: {
          nodes: [
            { id: "999", segments: null },
            { id: "12", segments: { totalAgentConversationSegments: 12 } },
          ],
        },
      },
    ],
    ["agent(id: 999) { name login group { id } skills { id } }", { agent: { name: null, login: null, group: null, skills: [] } }],
  ])("%s", async (fields, expected) => {
    expect(await contactCenter(byHand(), fields)).toEqual(expected);
  });
});

describe("a failed API nulls its own fields only, each with an error at its path", () => {
  const all = {
    agentSegments: { totalAgentConversationSegments: 125 },
    skillSegments: { totalSkillConversationSegments: 13 },
    keyMetrics: { avgWaitTime: null },
    current: { onlineAgents: 7 },
    intervals: { totalCount: 4 },
  };

  test.each<[ApiName, Parameters<typeof unavailable>[0], (keyof typeof all)[]]>([
    ["agent-segments", "AGENT_SEGMENTS", ["agentSegments"]],
    ["skill-segments", "SKILL_SEGMENTS", ["skillSegments"]],
    ["key-metrics", "KEY_METRICS", ["keyMetrics", "current"]],
    ["interval-metrics", "INTERVAL_METRICS", ["intervals"]],
  ])("%s", async (api, name, fields) => {
    const { data, errors = [] } = await executed(byHand({ failing: { [api]: unavailable(name) } }), `{ contactCenter { ${everything} } }`);
    expect(data).toEqual({ contactCenter: { ...all, ...Object.fromEntries(fields.map((field) => [field, null])) } });
    expect(errors.map(({ path }) => path?.join("."))).toEqual(fields.map((field) => `contactCenter.${field}`));
    for (const { extensions } of errors) expect(extensions).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", retryable: true, api: name });
  });

  test("in a list each node keeps what did not fail", async () => {
    const context = byHand({ failing: { "skill-segments": unavailable("SKILL_SEGMENTS") } });
    const { data, errors } = await executed(context, "{ contactCenter { skills(first: 2) { nodes { id name segments { asOf } } } } }");
    const nodes = [
      { id: "1", name: "Sales", segments: null },
      { id: "2", name: "Support", segments: null },
    ];
    expect(data).toEqual({ contactCenter: { skills: { nodes } } });
    expect(errors?.map(({ path }) => path?.join("."))).toEqual([0, 1].map((index) => `contactCenter.skills.nodes.${index}.segments`));
  });
});

test("every answer with metrics notes its age, and no answer of the directory does", async () => {
  const context = byHand({ stale: true });
  expect(await contactCenter(context, "current { stale asOf }")).toEqual({ current: { stale: true, asOf: "2026-11-21T12:07:30.000Z" } });
  expect(context.noted).toEqual([{ asOf: context.now(), stale: true }]);
  const directory = byHand({ stale: true });
  await contactCenter(directory, "agents { nodes { name group { name } skills { name } } } skills { nodes { id } }");
  expect(directory.noted).toEqual([]);
});

test("an object with nothing but __typename is there without an answer, and its bad parts still report themselves", async () => {
  const context = byHand();
  const { data, errors } = await executed(
    context,
    "{ contactCenter { current { __typename } agentSegments { __typename intervals(everyMinutes: 7) { from } } } }",
  );
  expect(data).toEqual({
    contactCenter: { current: { __typename: "CurrentMetrics" }, agentSegments: { __typename: "AgentSegments", intervals: null } },
  });
  expect(errors?.map(({ path }) => path?.join("."))).toEqual(["contactCenter.agentSegments.intervals"]);
  expect(context.asked).toEqual([]);
});
