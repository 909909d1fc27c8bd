import { describe, expect, test } from "vitest";
import type { Question } from "../../../src/upstream/question.js";
import { contactCenter } from "../executed.js";
import { byHand } from "../platform-by-hand.js";

const questionsOf = async (fields: string): Promise<Question[]> => {
  const context = byHand();
  await contactCenter(context, fields);
  return context.asked;
};

describe("one field becomes one question", () => {
  test.each<[fields: string, question: Partial<Question>]>([
    ["agentSegments { asOf }", { api: "agent-segments", of: "total", agents: "all", groupIds: null, skills: null, everyMinutes: null }],
    ["agentSegments(agentIds: [3, 1, 3]) { asOf }", { of: "total", agents: ["1", "3"] }],
    ['agentSegments(source: "SMS", userType: BOT, agentGroupIds: [-1]) { asOf }', { source: "SMS", userType: "BOT", groupIds: ["-1"] }],
    [
      "agentSegments { intervals(everyMinutes: 15) { from bySkill(skillIds: [2]) { stale } } bySkill(skillIds: [1]) { stale } }",
      { everyMinutes: 15, skills: ["1", "2"] },
    ],
    ["agentSegments { named: bySkill(skillIds: [1]) { stale } every: bySkill { stale } }", { skills: "all" }],
    ["agent(id: 12) { segments { asOf } }", { api: "agent-segments", of: "rows", agents: ["12"], skills: null }],
    ["agentGroup(id: 5) { segments(lastMinutes: 30) { asOf } }", { of: "total", agents: "all", groupIds: ["5"], lastMinutes: 30 }],
    ["skill(id: 1) { agentSegments(agentIds: [12]) { stale } }", { of: "rows", agents: ["12"], skills: ["1"], everyMinutes: null }],
    ["skillSegments(skillIds: [2, 1]) { asOf }", { api: "skill-segments", of: "total", skills: ["1", "2"] }],
    ["skill(id: 1) { segments { intervals(everyMinutes: 20) { from } } }", { of: "rows", skills: ["1"], everyMinutes: 20 }],
    ["keyMetrics(skillIds: [1]) { asOf }", { of: "total", keys: "all", window: { lastMinutes: 60 }, current: false }],
    ["current(includeSubGroups: true) { asOf }", { of: "total", window: null, current: true, includeSubGroups: true }],
    [
      "agent(id: 12) { keyMetrics(skillIds: [1]) { csat } }",
      { api: "key-metrics", of: "total", filters: { agentIds: ["12"], agentGroupIds: null, skillIds: ["1"] } },
    ],
    ["skill(id: 1) { current { onlineAgents } }", { of: "skillId", keys: ["1"], current: true, window: null }],
    ["agentGroup(id: -1) { keyMetrics(userType: HUMAN) { csat } }", { of: "agentGroupId", keys: ["-1"], userType: "HUMAN" }],
    ["skill(id: 1) { name }", { of: "skillId", keys: ["1"], window: null, current: false, freshForMs: 600_000 }],
    ["intervals { totalCount }", { api: "interval-metrics", grouping: ["SKILL"], includeBotSkills: true, filters: {} }],
    ["intervals(groupBy: [AGENT, SKILL, AGENT]) { totalCount }", { grouping: ["SKILL", "AGENT"], includeBotSkills: false }],
    ["intervals(groupBy: [AGENT], includeBotSkills: true, skillId: 1) { totalCount }", { includeBotSkills: true, filters: { SKILL: "1" } }],
    ["skill(id: 1) { intervals { totalCount } }", { grouping: ["SKILL"], includeBotSkills: true, filters: { SKILL: "1" } }],
    ["agent(id: 12) { intervals(splitBy: [SKILL]) { totalCount } }", { grouping: ["SKILL", "AGENT"], filters: { AGENT: "12" } }],
    [
      "agentGroup(id: 5) { intervals(splitBy: [AGENT]) { totalCount } }",
      { grouping: ["AGENT_GROUP", "AGENT"], filters: { AGENT_GROUP: "5" } },
    ],
    ['conversation(id: "c-1") { intervals { totalCount } }', { grouping: ["CONVERSATION"], filters: { CONVERSATION: "c-1" } }],
    [
      'conversation(id: "c-1") { handling { handleTime } }',
      { grouping: ["CONVERSATION"], everyMinutes: 15, filters: { CONVERSATION: "c-1" } },
    ],
    ['conversation(id: "c-1") { handling { agents { id } } }', { grouping: ["AGENT", "CONVERSATION"] }],
    ['conversation(id: "c-1") { handling { agents { id } skills { id } } }', { grouping: ["SKILL", "AGENT", "CONVERSATION"] }],
    ["skills(first: 3) { totalCount }", { of: "skillId", keys: "all", window: null, current: false }],
    [
      "skills(orderBy: { metric: AVG_WAIT_TIME, lastMinutes: 30 }, first: 3) { totalCount }",
      { of: "skillId", keys: { metric: "avgWaitTime", direction: "desc", first: 50 }, window: { lastMinutes: 30 }, current: false },
    ],
    [
      "agentGroups(orderBy: { metric: ONLINE_AGENTS, direction: ASC }, first: 120) { totalCount }",
      { of: "agentGroupId", keys: { metric: "onlineAgents", direction: "asc", first: 150 }, window: null, current: true },
    ],
  ])("%s", async (fields, question) => {
    expect(await questionsOf(fields)).toEqual([expect.objectContaining({ account: "a1", credential: "own", ...question })]);
  });
});

describe("no call is made for", () => {
  test.each([
    "accountId",
    'agent(id: 1) { id accountId contactCenter { accountId } } skill(id: 1) { id } conversation(id: "c") { id }',
    "agents(ids: [1, 2]) { totalCount nodes { id } pageInfo { hasNextPage } }",
    "skills(ids: [1, 2]) { edges { cursor node { id } } }",
    "agents { __typename } skills { __typename } conversations { __typename } intervals { __typename }",
    "agentSegments { __typename } skillSegments { __typename } keyMetrics { __typename } current { __typename }",
    'conversation(id: "c") { handling { __typename } intervals { __typename } }',
    "agentSegments(agentIds: []) { asOf } skillSegments(skillIds: []) { asOf } keyMetrics(skillIds: []) { asOf }",
    "current(agentGroupIds: []) { asOf } a: agentSegments(agentGroupIds: []) { asOf } agentSegments { bySkill(skillIds: []) { stale } }",
    "agents(ids: []) { nodes { segments { asOf } } } skills(ids: []) { nodes { name } } agentGroups(ids: []) { nodes { name } }",
    "agents(ids: [], orderBy: { metric: INTERACTIVE_AGENT_SEGMENTS }) { nodes { id } } skills(ids: [], orderBy: { metric: AVG_WAIT_TIME }) { nodes { id } }",
    "skill(id: 1) { agentSegments(agentIds: []) { stale } keyMetrics(agentIds: []) { csat } agents { __typename } }",
    "agentSegments @skip(if: true) { asOf } ... @include(if: false) { current { asOf } }",
  ])("%s", async (fields) => {
    expect(await questionsOf(fields)).toEqual([]);
  });
});

test("an empty list gives a null object or an empty list, never all", async () => {
  const fields = `agentSegments(agentIds: []) { asOf } skillSegments(skillIds: []) { asOf } keyMetrics(agentIds: []) { asOf }
    current(agentGroupIds: []) { asOf } agents(ids: []) { nodes { id } totalCount } skill(id: 1) { agentSegments(agentIds: []) { stale } }`;
  expect(await contactCenter(byHand(), fields)).toEqual({
    agentSegments: null,
    skillSegments: null,
    keyMetrics: null,
    current: null,
    agents: { nodes: [], totalCount: 0 },
    skill: { agentSegments: [] },
  });
});
