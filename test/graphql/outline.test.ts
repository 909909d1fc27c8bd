import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { outline } from "../../src/graphql/outline.js";
import { type Question, questionKey } from "../../src/upstream/question.js";
import { contained } from "./contained.js";
import { executed, operation, outlined, schema } from "./executed.js";
import { byHand } from "./platform-by-hand.js";

/** Outlines, then executes; the questions that no outlined answer holds. */
async function surprises(
  source: string,
  variables: Record<string, unknown> = {},
): Promise<{ surprises: Question[]; later: string[]; outlined: Question[] }> {
  const context = byHand();
  const { questions, later } = outlined(context, source, variables);
  const { errors } = await executed(context, source, variables);
  if (errors) throw new Error(errors.join("\n"));
  const inOutline = (question: Question) => questions.some((each) => contained(question, each, ["1", "2", "10", "5", "-1"]));
  return {
    surprises: context.asked.filter((question) => !inOutline(question)),
    later: later.map(({ label }) => label),
    outlined: questions,
  };
}

const center = (fields: string) => `{ contactCenter { ${fields} } }`;

describe("execution asks nothing that the outline's answers do not hold", () => {
  const files = readdirSync("schema/operations").filter((file) => file !== "agent.graphql");

  test.each(files)("in %s", async (file) => {
    expect(await surprises(readFileSync(`schema/operations/${file}`, "utf8"))).toMatchObject({ surprises: [], later: [] });
  });

  test("in agent.graphql but for the declared later stages", async () => {
    const drawn = await surprises(readFileSync("schema/operations/agent.graphql", "utf8"));
    expect(drawn.later).toEqual(["Agent.keyMetrics", "Agent.current"]);
    expect(drawn.surprises.map(({ api }) => api)).toEqual(["key-metrics", "key-metrics"]);
  });

  test.each([
    "agents(ids: [12, 13]) { nodes { name login group { name } segments { bySkill { skill { name } } } keyMetrics { csat } current { asOf } intervals { totalCount } } }",
    "agents(ids: [1, 2, 3, 4, 12]) { nodes { name login group { id } skills { id } } }",
    "agents(orderBy: { metric: INTERACTIVE_AGENT_SEGMENTS, lastMinutes: 30 }, first: 2) { nodes { id segments(lastMinutes: 30) { asOf } } }",
    "agents(ids: [12, 13, 100], orderBy: { metric: INTERACTIVE_AGENT_SEGMENTS }, first: 2) { nodes { id segments { asOf } } }",
    "skills(ids: [1, 10], first: 1) { nodes { name segments { asOf } keyMetrics { csat } current { asOf } agentSegments { agent { name } } } }",
    "skills(orderBy: { metric: ONLINE_AGENTS }) { nodes { name current { asOf } keyMetrics { csat } segments { asOf } } }",
    "agentGroups { nodes { name keyMetrics { csat } agents { nodes { name segments { asOf } } } intervals(splitBy: [AGENT]) { nodes { agent { name } } } } }",
    "agentGroup(id: 5) { name segments { intervals(everyMinutes: 15) { bySkill { agent { name } } } } agents { nodes { id } } }",
    "conversations { nodes { handling { agents { name } skills { name } } intervals { totalCount } } }",
    "conversations(handleTimeModel: EHT, agentId: 12) { edges { node { handling { handleTime } own: handling(handleTimeModel: EHT) { workTime } } } }",
    "conversations(lastMinutes: 30, agentId: 12) { nodes { handling { agents { id } } own: handling(lastMinutes: 30) { agents { id } } model: handling(handleTimeModel: EHT) { handleTime } } }",
    'conversation(id: "c-1") { handling { agents { group { name } } } intervals(splitBy: [SKILL]) { nodes { skill { name } conversation { handling { handleTime } } } } }',
    "agent(id: 12) { skills { name segments { asOf } agents { nodes { id name } } } contactCenter { current { asOf } } }",
    "intervals(groupBy: [SKILL, AGENT_GROUP, AGENT]) { nodes { skill { name current { asOf } } agent { login segments { asOf } } agentGroup { name } } }",
    "skill(id: 1) { intervals(splitBy: [AGENT]) { nodes { skill { name } agent { name } } } agentSegments(userType: HUMAN) { skill { name segments { asOf } } } }",
  ])("in %s", async (fields) => {
    expect((await surprises(center(fields))).surprises).toEqual([]);
  });
});

describe("an outline", () => {
  const apis = (fields: string) => outlined(byHand(), center(fields)).questions.map(({ api }) => api);

  test("draws a list and the figures of its nodes in one stage", () => {
    const drawn = outlined(byHand(), center("skills { nodes { name keyMetrics { csat } current { asOf } segments { asOf } } }"));
    expect(drawn.later).toEqual([]);
    expect(drawn.questions).toEqual([
      expect.objectContaining({ api: "key-metrics", keys: "all", window: null, current: false }),
      expect.objectContaining({ api: "key-metrics", keys: "all", window: { lastMinutes: 60 } }),
      expect.objectContaining({ api: "key-metrics", keys: "all", current: true }),
      expect.objectContaining({ api: "skill-segments", skills: "all" }),
    ]);
  });

  test("lets an ordered list bring the figures of its nodes along, where their scope is the order's", () => {
    const order = "orderBy: { metric: AVG_WAIT_TIME, lastMinutes: 30 }, first: 3";
    const fields = "keyMetrics(lastMinutes: 30) { csat } other: keyMetrics(lastMinutes: 60) { csat } current(userType: BOT) { asOf }";
    const drawn = outlined(byHand(), center(`skills(${order}) { nodes { name ${fields} } }`));
    expect(drawn.questions.map((question) => ("keys" in question ? question.keys : question.api))).toEqual([
      { metric: "avgWaitTime", direction: "desc", first: 50 },
    ]);
    expect(drawn.later).toEqual([
      { label: "Skill.keyMetrics", atMost: 3 },
      { label: "Skill.current", atMost: 3 },
    ]);
  });

  test("asks equal questions once", () => {
    expect(apis("a: agentSegments { asOf } b: agentSegments { stale totalAgentConversationSegments }")).toEqual(["agent-segments"]);
  });

  test("says how many calls a later stage can need at most", () => {
    const fields =
      "agents(first: 7) { nodes { keyMetrics { csat } } } agentGroups(first: 2) { nodes { segments { asOf } agents(first: 3) { nodes { current { asOf } } } } }";
    expect(outlined(byHand(), center(fields)).later).toEqual([
      { label: "Agent.keyMetrics", atMost: 7 },
      { label: "AgentGroup.segments", atMost: 2 },
      { label: "Agent.current", atMost: 6 },
    ]);
    expect(outlined(byHand(), center("intervals(groupBy: [AGENT]) { nodes { agent { current { asOf } } } }")).later).toEqual([
      { label: "Agent.current", atMost: null },
    ]);
  });

  test("skips what will be refused, with everything below it, and draws the rest", () => {
    expect(
      apis(`keyMetrics(lastMinutes: 0) { csat } skill(id: "x") { name } agents(first: 0) { nodes { name } }
        intervals(groupBy: []) { nodes { skill { name } } } agentSegments(agentIds: []) { bySkill { skill { name } } } skillSegments { asOf }`),
    ).toEqual(["skill-segments"]);
  });

  test("reads up to three agents one by one, more with everybody", () => {
    const filters = (ids: string) =>
      outlined(byHand(), center(`agents(ids: [${ids}]) { nodes { name } }`)).questions.map(
        (question) => "filters" in question && question.filters,
      );
    expect(filters("1, 2, 3")).toEqual([{ AGENT: "1" }, { AGENT: "2" }, { AGENT: "3" }, { AGENT: "1" }, { AGENT: "2" }, { AGENT: "3" }]);
    expect(filters("1, 2, 3, 4")).toEqual([{}, {}]);
  });

  test("draws every account that the caller may read, and no other", () => {
    const two = byHand({ accounts: ["a1", "a2"] });
    const accounts = (source: string) => outlined(two, source).questions.map(({ account }) => account);
    expect(accounts("{ contactCenters { current { asOf } } }")).toEqual(["a1", "a2"]);
    expect(accounts('{ contactCenter(accountId: "a2") { current { asOf } } }')).toEqual(["a2"]);
    expect(accounts('{ contactCenter(accountId: "a3") { current { asOf } } }')).toEqual([]);
    expect(accounts("{ contactCenter { current { asOf } } }")).toEqual([]);
  });

  test("chooses the operation by its name, and draws nothing when none can be chosen or a variable is refused", () => {
    const source =
      "query A { contactCenter { current { asOf } } } query B($m: Int!) { contactCenter { agentSegments(lastMinutes: $m) { asOf } } }";
    const drawn = (name: string | null, variables = {}) =>
      outline(schema, operation(source, variables, name), byHand()).questions.map(({ api }) => api);
    expect(drawn("A")).toEqual(["key-metrics"]);
    expect(drawn("B", { m: 5 })).toEqual(["agent-segments"]);
    expect(drawn("B", { m: "five" })).toEqual([]);
    expect(drawn(null)).toEqual([]);
    expect(drawn("C")).toEqual([]);
  });

  test.each([
    "{ __typename __schema { types { name fields { name } } } metricCatalog { field } _service { sdl } }",
    "query ($skip: Boolean! = true) { contactCenter @skip(if: $skip) { current { asOf } } }",
    "{ contactCenter { ...A } } fragment A on ContactCenter { contactCenters: __typename agent(id: 1) { contactCenter { accountId } } }",
  ])("asks nothing for %s", (source) => {
    expect(outlined(byHand(), source)).toEqual({ questions: [], later: [] });
  });

  test("is the same at every drawing of one request", () => {
    const context = byHand();
    const source = readFileSync("schema/operations/wallboard.graphql", "utf8");
    expect(outlined(context, source).questions.map(questionKey)).toEqual(outlined(context, source).questions.map(questionKey));
  });
});

describe("the outline of a router's entities", () => {
  const source = `query ($r: [_Any!]!) { _entities(representations: $r) {
    ... on Agent { segments { asOf } } ... on Skill { current { asOf } } ... on ContactCenter { skillSegments { asOf } }
  } }`;
  const agent = (accountId: string, id: unknown) => ({ __typename: "Agent", accountId, id });

  test("groups them by type and account", () => {
    const r = [
      agent("a1", "2"),
      { __typename: "Skill", accountId: "a1", id: "9" },
      agent("a2", "3"),
      agent("a1", "1"),
      { __typename: "ContactCenter", accountId: "a2" },
    ];
    expect(outlined(byHand({ accounts: ["a1", "a2"] }), source, { r }).questions).toEqual([
      expect.objectContaining({ account: "a1", api: "agent-segments", agents: ["1", "2"] }),
      expect.objectContaining({ account: "a1", api: "key-metrics", keys: ["9"] }),
      expect.objectContaining({ account: "a2", api: "agent-segments", agents: ["3"] }),
      expect.objectContaining({ account: "a2", api: "skill-segments", of: "total" }),
    ]);
  });

  test("leaves out accounts that may not be read, ids that cannot be one, and types that are no entities", () => {
    const r = [
      agent("a2", "2"),
      agent("a1", "all"),
      agent("a1", null),
      agent("a1", 7),
      { __typename: "MetricWindow" },
      { accountId: "a1", id: "1" },
    ];
    expect(outlined(byHand(), source, { r }).questions).toEqual([expect.objectContaining({ account: "a1", agents: ["7"] })]);
  });
});
