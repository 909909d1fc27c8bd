import { expect, test } from "vitest";
import { executed, refusal } from "./executed.js";
import { byHand } from "./platform-by-hand.js";

const last14Days = "within the last 14 days";
const many = (count: number) => JSON.stringify(Array.from({ length: count }, (_, index) => 1_000_000_000 + index));

/** Fields, the argument at fault, words of its bound, its value. */
const refused: [fields: string, argument: string, bound: string, value: string][] = [
  ["agentSegments(lastMinutes: 0) { asOf }", "lastMinutes", "between 1 and 1440", "0"],
  ["agentSegments(lastMinutes: 1441) { asOf }", "lastMinutes", "between 1 and 1440", "1441"],
  ["skillSegments(lastMinutes: -5) { asOf }", "lastMinutes", "between 1 and 1440", "-5"],
  ["skill(id: 1) { segments(lastMinutes: 1441) { asOf } }", "lastMinutes", "between 1 and 1440", "1441"],
  ["skill(id: 1) { agentSegments(lastMinutes: 1441) { asOf } }", "lastMinutes", "between 1 and 1440", "1441"],
  ["agent(id: 1) { segments(lastMinutes: 1441) { asOf } }", "lastMinutes", "between 1 and 1440", "1441"],
  ["agentGroup(id: 1) { segments(lastMinutes: 1441) { asOf } }", "lastMinutes", "between 1 and 1440", "1441"],
  ["agentSegments { intervals(everyMinutes: 4) { from } }", "everyMinutes", "at least 5 and a divisor of lastMinutes (60)", "4"],
  ["agentSegments { intervals(everyMinutes: 0) { from } }", "everyMinutes", "at least 5", "0"],
  ["skillSegments { intervals(everyMinutes: 7) { from } }", "everyMinutes", "a divisor of lastMinutes (60)", "7"],
  [
    "agentSegments { a: intervals(everyMinutes: 10) { from } b: intervals(everyMinutes: 20) { from } }",
    "everyMinutes",
    "one value",
    "[10,20]",
  ],
  ['agentSegments(agentIds: ["1,2"]) { asOf }', "agentIds", "an id of 1 to 19 digits", '"1,2"'],
  ['agentSegments(agentGroupIds: ["all"]) { asOf }', "agentGroupIds", "an id of 1 to 19 digits", '"all"'],
  ['skillSegments(skillIds: [""]) { asOf }', "skillIds", "an id of 1 to 19 digits", '""'],
  ['agentSegments { bySkill(skillIds: ["all"]) { asOf } }', "skillIds", "an id of 1 to 19 digits", '"all"'],
  [`agentSegments(agentIds: ${many(273)}) { asOf }`, "agentIds", "fits one URL", "273 ids"],
  [`skillSegments(skillIds: ${many(273)}) { asOf }`, "skillIds", "fits one URL", "273 ids"],
  ['agentSegments(source: "") { asOf }', "source", "1 to 64 characters", '""'],
  ['agentSegments(source: "a,b") { asOf }', "source", "without a comma", '"a,b"'],
  ['agentSegments(source: "all") { asOf }', "source", 'not "all"', '"all"'],
  ['agentSegments(source: "a\\u0000b") { asOf }', "source", "no control character", '"a\\u0000b"'],
  ['agentSegments(source: "a\\n") { asOf }', "source", "no control character", '"a\\n"'],
  ['agent(id: 1) { segments(source: "\\u0085") { asOf } }', "source", "no control character", '"\u0085"'],
  [`agentSegments(source: "${"x".repeat(65)}") { asOf }`, "source", "1 to 64 characters", "xxx"],
  ["keyMetrics(lastMinutes: 1441) { csat }", "lastMinutes", "between 1 and 1440", "1441"],
  ["keyMetrics(lastMinutes: 0) { csat }", "lastMinutes", "between 1 and 1440", "0"],
  [
    'keyMetrics(lastMinutes: 5, between: { from: "2026-11-21T10:00:00Z", to: "2026-11-21T11:00:00Z" }) { csat }',
    "lastMinutes",
    "left out when between is given",
    "5",
  ],
  [
    'keyMetrics(between: { from: "2026-11-20T12:06:29Z", to: "2026-11-21T12:07:30Z" }) { csat }',
    "between",
    "at most 24 hours long",
    "2026-11-20T12:06:29.000Z",
  ],
  [
    'keyMetrics(between: { from: "2026-11-20T11:00:00Z", to: "2026-11-20T12:07:00Z" }) { csat }',
    "between.to",
    "within the last 24 hours (LP_KEY_METRICS_LOOKBACK_HOURS)",
    "2026-11-20T12:07:00.000Z",
  ],
  [
    'keyMetrics(between: { from: "2026-11-21T13:00:00Z", to: "2026-11-21T14:00:00Z" }) { csat }',
    "between.from",
    "in the past",
    "2026-11-21T13:00:00.000Z",
  ],
  [
    'keyMetrics(between: { from: "2026-11-21T11:00:00Z", to: "2026-11-21T11:00:00Z" }) { csat }',
    "between.to",
    "later than between.from",
    "2026-11-21T11:00:00.000Z",
  ],
  ['current(skillIds: ["x"]) { onlineAgents }', "skillIds", "an id of 1 to 19 digits", '"x"'],
  ["intervals(groupBy: []) { totalCount }", "groupBy", "at least one grouping", "[]"],
  ["intervals(everyMinutes: 20) { totalCount }", "everyMinutes", "one of 15, 30, 60, 1440", "20"],
  ["intervals(lastMinutes: 30, everyMinutes: 60) { totalCount }", "lastMinutes", "at least everyMinutes (60)", "30"],
  ["intervals(lastMinutes: 20161) { totalCount }", "lastMinutes", "between 1 and 20160", "20161"],
  [
    'intervals(between: { from: "2026-11-07T10:00:00Z", to: "2026-11-07T12:15:00Z" }) { totalCount }',
    "between.to",
    last14Days,
    "2026-11-07T12:15:00.000Z",
  ],
  [
    'intervals(between: { from: "2026-11-21T12:01:00Z", to: "2026-11-21T13:00:00Z" }) { totalCount }',
    "between",
    "a span that holds an ended interval of 15 minutes",
    "2026-11-21T12:01",
  ],
  ['intervals(agentId: "") { totalCount }', "agentId", "an id of 1 to 19 digits", '""'],
  ['intervals(skillId: "all") { totalCount }', "skillId", "an id of 1 to 19 digits", '"all"'],
  ['intervals(agentGroupId: "1.5") { totalCount }', "agentGroupId", "an id of 1 to 19 digits", '"1.5"'],
  ['intervals(conversationId: "a b") { totalCount }', "conversationId", "1 to 64 letters, digits, hyphens or underscores", '"a b"'],
  ["intervals(first: 5001) { totalCount }", "first", "between 1 and 5000", "5001"],
  ["skill(id: 1) { intervals(first: 0) { totalCount } }", "first", "between 1 and 5000", "0"],
  ['intervals(after: "nonsense") { totalCount }', "after", "a cursor of this list", '"nonsense"'],
  ["conversations(first: 501) { totalCount }", "first", "between 1 and 500", "501"],
  ["conversations(lastMinutes: 14) { totalCount }", "lastMinutes", "at least everyMinutes (15)", "14"],
  ["agents(first: 0) { totalCount }", "first", "between 1 and 500", "0"],
  ["skills(first: 501) { totalCount }", "first", "between 1 and 500", "501"],
  [`agents(ids: ${many(501)}) { totalCount }`, "ids", "between 0 and 500", "501"],
  ['skills(ids: ["1", "x"]) { totalCount }', "ids", "an id of 1 to 19 digits", '"x"'],
  ['agents(after: "WyJ4Il0") { totalCount }', "after", "a cursor of this list", '"WyJ4Il0"'],
  [
    "agents(orderBy: { metric: INTERACTIVE_AGENT_SEGMENTS, lastMinutes: 1441 }) { totalCount }",
    "lastMinutes",
    "between 1 and 1440",
    "1441",
  ],
  ["skills(orderBy: { metric: AVG_WAIT_TIME, lastMinutes: 0 }) { totalCount }", "lastMinutes", "between 1 and 1440", "0"],
  ["skill(id: 1) { agents(first: 501) { totalCount } }", "first", "between 1 and 500", "501"],
  ["agentGroup(id: 1) { agents(first: 501) { totalCount } }", "first", "between 1 and 500", "501"],
  ['agent(id: "12345678901234567890") { id }', "id", "an id of 1 to 19 digits", '"12345678901234567890"'],
  ['skill(id: "all") { id }', "id", "an id of 1 to 19 digits", '"all"'],
  ['agentGroup(id: "--1") { id }', "id", "an id of 1 to 19 digits", '"--1"'],
  [`conversation(id: "${"c".repeat(65)}") { id }`, "id", "1 to 64 letters", "ccc"],
];

test.each(refused)("%s is refused with argument, bound and value, before any call", async (fields, argument, bound, value) => {
  const context = byHand();
  const { message, code } = await refusal(context, fields);
  expect(code).toBe("BAD_USER_INPUT");
  expect(message).toContain(argument);
  expect(message).toContain(bound);
  expect(message).toContain(value);
  expect(context.asked).toEqual([]);
});

/** A literal cannot hold half a surrogate pair; a variable can. */
test.each(["\ud800", "\udfff", "sms\udc00\ud83d"])("a source with half a surrogate pair is refused as a variable: %j", async (source) => {
  const context = byHand();
  const query = "query ($source: String) { contactCenter { agentSegments(source: $source) { asOf } } }";
  const { data, errors } = await executed(context, query, { source });
  expect(data).toEqual({ contactCenter: { agentSegments: null } });
  expect(errors).toEqual([expect.objectContaining({ extensions: expect.objectContaining({ code: "BAD_USER_INPUT" }) })]);
  expect(errors?.[0]?.message).toMatch(/^source must be .*half of a surrogate pair/);
  expect(errors?.[0]?.message).toContain(JSON.stringify(source));
  expect(context.asked).toEqual([]);
});

/** The same bounds from inside. */
const accepted = [
  "agentSegments(lastMinutes: 1) { asOf }",
  "agentSegments(lastMinutes: 1440) { intervals(everyMinutes: 5) { from } }",
  'agentSegments(agentIds: ["-1", "1234567890123456789"]) { asOf }',
  `agentSegments(agentIds: ${many(272)}) { asOf }`,
  `agentSegments(source: "${"x".repeat(64)}") { asOf }`,
  `agentSegments(source: "${"😀".repeat(64)}") { asOf }`,
  "keyMetrics(lastMinutes: 1440) { csat }",
  'keyMetrics(between: { from: "2026-11-20T12:06:30Z", to: "2026-11-21T12:07:30Z" }) { csat }',
  'keyMetrics(between: { from: "2026-11-20T12:00:00Z", to: "2026-11-20T13:00:00Z" }) { csat }',
  'intervals(between: { from: "2026-11-01T00:00:00Z", to: "2026-11-22T00:00:00Z" }) { totalCount }',
  "intervals(lastMinutes: 20160, everyMinutes: 1440) { totalCount }",
  "intervals(lastMinutes: 15, first: 5000) { totalCount }",
  `conversation(id: "${"c".repeat(64)}") { handling { handleTime } }`,
  `agents(ids: ${many(500)}, first: 500) { totalCount }`,
];

test.each(accepted)("%s is within its bounds", async (fields) => {
  await expect(refusal(byHand(), fields)).rejects.toThrow("Expected one error, got 0");
});

test("a refused field leaves the rest of the answer whole, with the error at its path", async () => {
  const context = byHand();
  const fields = "agentSegments { totalAgentConversationSegments intervals(everyMinutes: 7) { from } } keyMetrics(lastMinutes: 0) { csat }";
  await expect(refusal(context, fields)).rejects.toThrow("Expected one error, got 2");
  expect(context.asked.map(({ api }) => api)).toEqual(["agent-segments"]);
  expect(context.asked[0]).toMatchObject({ everyMinutes: null });
  expect((await refusal(byHand(), "agentSegments { asOf intervals(everyMinutes: 7) { from } }")).path).toBe(
    "contactCenter.agentSegments.intervals",
  );
});
