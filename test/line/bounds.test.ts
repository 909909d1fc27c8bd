import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { dayMs, hourMs, minuteMs } from "../../src/time.js";
import { atWork, startStill } from "../support/still-line.js";

const line = await startStill();
afterAll(() => line.stop());
beforeEach(() => line.simulator.resetCounts());

const ago = (ms: number) => new Date(atWork - ms).toISOString();
const between = (from: number, to: number) => `between: { from: "${ago(from)}", to: "${ago(to)}" }`;
const ids = (count: number, first = 1) => JSON.stringify(Array.from({ length: count }, (_, index) => String(first + index)));
/** 273 ids of ten digits and their commas are 3002 characters; a URL has room for 3000. */
const tooManyForUrl = ids(273, 1_000_000_000);

/** The field with its fault, the argument, the bound, the value. */
const refused: [fields: string, argument: string, bound: RegExp, value: string][] = [
  // lastMinutes of everything that reaches back a day
  ...[
    "agentSegments",
    "skillSegments",
    "keyMetrics",
    "agent(id: 1) { segments",
    "agent(id: 1) { keyMetrics",
    "skill(id: 1) { segments",
    "skill(id: 1) { agentSegments",
    "skill(id: 1) { keyMetrics",
    "agentGroup(id: 1) { segments",
    "agentGroup(id: 1) { keyMetrics",
  ].flatMap((field) =>
    ["0", "1441", "-1"].map((value): [string, string, RegExp, string] => [
      `${field}(lastMinutes: ${value}) { __typename } ${field.includes("{") ? "}" : ""}`,
      "lastMinutes",
      /between 1 and 1440/,
      value,
    ]),
  ),
  // sub-intervals of segments
  ...["agentSegments(lastMinutes: 60)", "skillSegments(lastMinutes: 60)"].flatMap((field) =>
    ["0", "4", "7", "61", "-5"].map((value): [string, string, RegExp, string] => [
      `${field} { intervals(everyMinutes: ${value}) { from } }`,
      "everyMinutes",
      /at least 5 and a divisor of lastMinutes \(60\)/,
      value,
    ]),
  ),
  [
    "agentSegments { a: intervals(everyMinutes: 15) { from } b: intervals(everyMinutes: 30) { from } }",
    "everyMinutes",
    /one value in each object/,
    "[15,30]",
  ],
  // intervals of interval metrics
  ...[
    "intervals",
    "agent(id: 1) { intervals",
    "skill(id: 1) { intervals",
    "agentGroup(id: 1) { intervals",
    'conversation(id: "c") { intervals',
  ].flatMap((field): [string, string, RegExp, string][] => {
    const end = field.includes("{") ? "}" : "";
    return [
      [`${field}(everyMinutes: 5) { totalCount } ${end}`, "everyMinutes", /one of 15, 30, 60, 1440/, "5"],
      [`${field}(lastMinutes: 14) { totalCount } ${end}`, "lastMinutes", /at least everyMinutes \(15\)/, "14"],
      [`${field}(lastMinutes: 20161) { totalCount } ${end}`, "lastMinutes", /between 1 and 20160/, "20161"],
      [`${field}(first: 0) { totalCount } ${end}`, "first", /between 1 and 5000/, "0"],
      [`${field}(first: 5001) { totalCount } ${end}`, "first", /between 1 and 5000/, "5001"],
      [`${field}(${between(15 * dayMs, 14 * dayMs)}) { totalCount } ${end}`, "between.to", /within the last 14 days/, ago(14 * dayMs)],
    ];
  }),
  ["intervals(groupBy: []) { totalCount }", "groupBy", /at least one grouping/, "[]"],
  [`intervals(${between(minuteMs, -hourMs)}) { totalCount }`, "between", /holds an ended interval of 15 minutes/, ago(minuteMs)],
  // windows
  ...["keyMetrics", "intervals", "conversations"].flatMap((field): [string, string, RegExp, string][] => [
    [`${field}(lastMinutes: 60, ${between(hourMs, 0)}) { __typename }`, "lastMinutes", /left out when between is given/, "60"],
    [`${field}(${between(hourMs, hourMs)}) { __typename }`, "between.to", /later than between.from/, ago(hourMs)],
    [`${field}(${between(hourMs, 2 * hourMs)}) { __typename }`, "between.to", /later than between.from/, ago(2 * hourMs)],
  ]),
  [`keyMetrics(${between(dayMs + 2 * minuteMs, 0)}) { csat }`, "between", /at most 24 hours long/, ago(dayMs + 2 * minuteMs)],
  [
    `keyMetrics(${between(dayMs + hourMs, dayMs + minuteMs)}) { csat }`,
    "between.to",
    /within the last 24 hours \(LP_KEY_METRICS_LOOKBACK_HOURS\)/,
    ago(dayMs + minuteMs),
  ],
  // ids
  ...["agent", "skill", "agentGroup"].flatMap((field) =>
    ["all", "", "1,2", "--1", "1.5", "12345678901234567890", " 1", "null"].map((value): [string, string, RegExp, string] => [
      `${field}(id: "${value}") { id }`,
      "id",
      /1 to 19 digits/,
      JSON.stringify(value),
    ]),
  ),
  ...["", "a b", "a,b", "../x", "é", "c".repeat(65)].map((value): [string, string, RegExp, string] => [
    `conversation(id: "${value}") { id }`,
    "id",
    /1 to 64 letters, digits, hyphens or underscores/,
    JSON.stringify(value),
  ]),
  ...[
    "agentSegments(agentIds",
    "agentSegments(agentGroupIds",
    "skillSegments(skillIds",
    "keyMetrics(agentIds",
    "keyMetrics(skillIds",
    "current(agentGroupIds",
    "agents(ids",
    "skills(ids",
    "agentGroups(ids",
  ].map((field): [string, string, RegExp, string] => [
    `${field}: ["1", "all"]) { __typename }`,
    field.split("(")[1]!,
    /1 to 19 digits/,
    '"all"',
  ]),
  ...["agentId", "skillId", "agentGroupId"].map((name): [string, string, RegExp, string] => [
    `intervals(${name}: "x") { totalCount }`,
    name,
    /1 to 19 digits/,
    '"x"',
  ]),
  ['intervals(conversationId: "a b") { totalCount }', "conversationId", /1 to 64 letters/, '"a b"'],
  ['agentSegments { bySkill(skillIds: ["all"]) { asOf } }', "skillIds", /1 to 19 digits/, '"all"'],
  ...["", "a,b", "all", "ALL", "s".repeat(65)].map((value): [string, string, RegExp, string] => [
    `agentSegments(source: "${value}") { asOf }`,
    "source",
    /1 to 64 characters without a comma, and not "all"/,
    JSON.stringify(value),
  ]),
  // lists
  ...["agents", "skills", "agentGroups", "conversations", "skill(id: 1) { agents", "agentGroup(id: 1) { agents"].flatMap(
    (field): [string, string, RegExp, string][] => {
      const end = field.includes("{") ? "}" : "";
      return [
        [`${field}(first: 0) { totalCount } ${end}`, "first", /between 1 and 500/, "0"],
        [`${field}(first: 501) { totalCount } ${end}`, "first", /between 1 and 500/, "501"],
        [`${field}(after: "not one of ours") { totalCount } ${end}`, "after", /a cursor of this list/, '"not one of ours"'],
      ];
    },
  ),
  ...["agents", "skills", "agentGroups"].map((field): [string, string, RegExp, string] => [
    `${field}(ids: ${ids(501)}) { totalCount }`,
    "ids",
    /between 0 and 500/,
    "501",
  ]),
  ["skills(orderBy: { metric: AVG_WAIT_TIME, lastMinutes: 1441 }) { totalCount }", "lastMinutes", /between 1 and 1440/, "1441"],
  ["agents(orderBy: { metric: INTERACTIVE_AGENT_SEGMENTS, lastMinutes: 0 }) { totalCount }", "lastMinutes", /between 1 and 1440/, "0"],
  // totals over ids that do not fit one URL
  [`agentSegments(agentIds: ${tooManyForUrl}) { asOf }`, "agentIds", /fits one URL/, "273"],
  [`agentSegments(agentGroupIds: ${tooManyForUrl}) { asOf }`, "agentGroupIds", /fits one URL/, "273"],
  [`skillSegments(skillIds: ${tooManyForUrl}) { asOf }`, "skillIds", /fits one URL/, "273"],
];

describe("is refused before any call, naming argument, bound and value:", () => {
  test.each(refused)("%s", async (fields, argument, bound, value) => {
    const { data, errors, status } = await line.ask<{ contactCenter: Record<string, unknown> }>(
      `{ contactCenter { accountId ${fields} } }`,
    );
    const [error] = errors;
    expect(errors).toHaveLength(1);
    expect(error?.extensions).toEqual({ code: "BAD_USER_INPUT", retryable: false });
    expect(error?.message).toContain(argument);
    expect(error?.message).toMatch(bound);
    expect(error?.message).toContain(value);
    expect(error?.path?.[0]).toBe("contactCenter");
    expect(data.contactCenter.accountId).toBe("demo");
    expect(status).toBe(200);
    expect(line.calls()).toBe(0);
  });
});

test("a neighbour of a refused field is answered", async () => {
  const { data, errors } = await line.ask<{ contactCenter: Record<string, unknown> }>(
    "{ contactCenter { good: agentSegments { asOf } bad: agentSegments(lastMinutes: 0) { asOf } worse: intervals(groupBy: []) { totalCount } } }",
  );
  expect(errors.map(({ path }) => path)).toEqual([
    ["contactCenter", "bad"],
    ["contactCenter", "worse"],
  ]);
  expect(data.contactCenter).toEqual({ good: { asOf: new Date(atWork).toISOString() }, bad: null, worse: null });
  expect(line.calls()).toBe(1);
});

test("a bad id of an entity of a router refuses that entity alone", async () => {
  const reference = (id: string) => ({ __typename: "Agent", accountId: "demo", id });
  const { data, errors } = await line.ask<{ _entities: unknown[] }>(
    "query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Agent { id } } }",
    { variables: { representations: [reference("1"), reference("all"), reference("2")] } },
  );
  expect(data._entities).toEqual([{ id: "1" }, null, { id: "2" }]);
  expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([[["_entities", 1], "BAD_USER_INPUT"]]);
});

test("an account that is not configured is forbidden, whatever is asked of it", async () => {
  const { data, errors } = await line.ask(
    '{ contactCenter(accountId: "other") { agentSegments { asOf } } mine: contactCenter { accountId } }',
  );
  expect(data).toEqual({ contactCenter: null, mine: { accountId: "demo" } });
  expect(errors.map(({ path, extensions }) => [path, extensions])).toEqual([[["contactCenter"], { code: "FORBIDDEN", retryable: false }]]);
  expect(line.calls()).toBe(0);
});

describe("is within its bounds:", () => {
  test.each([
    "agentSegments(lastMinutes: 1) { asOf }",
    "agentSegments(lastMinutes: 1440) { intervals(everyMinutes: 5) { from } }",
    'agentSegments(agentIds: ["-1", "1234567890123456789"]) { asOf }',
    `skillSegments(skillIds: ${ids(272, 1_000_000_000)}) { asOf }`,
    `agentSegments(source: "${"s".repeat(64)}") { asOf }`,
    "keyMetrics(lastMinutes: 1440) { csat }",
    `keyMetrics(${between(dayMs - minuteMs, minuteMs)}) { csat }`,
    "intervals(lastMinutes: 20160, everyMinutes: 1440) { totalCount }",
    `intervals(${between(14 * dayMs - 1000, 13 * dayMs)}, everyMinutes: 60, first: 5000) { totalCount }`,
    `agents(ids: ${ids(500)}, first: 500) { totalCount nodes { segments { asOf } } }`,
    `conversation(id: "${"c".repeat(64)}") { handling { handleTime } }`,
  ])("%s", async (fields) => {
    const { errors } = await line.ask(`{ contactCenter { ${fields} } }`);
    expect(errors).toEqual([]);
    expect(line.simulator.requests().filter(({ status }) => status !== 200)).toEqual([]);
  });
});

test("a variable that is null where its argument may not be fails that field alone", async () => {
  const query = "query ($of: AgentUserType) { contactCenter { agentSegments(userType: $of) { asOf } current { onlineAgents } } }";
  const { status, data, errors } = await line.ask<Record<string, Record<string, unknown>>>(query, { variables: { of: null } });
  expect(status).toBe(200);
  expect(data).toEqual({ contactCenter: { agentSegments: null, current: { onlineAgents: expect.any(Number) } } });
  expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([[["contactCenter", "agentSegments"], "BAD_USER_INPUT"]]);
});
