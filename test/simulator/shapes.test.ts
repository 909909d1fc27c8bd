import { expect, test } from "vitest";
import { hour } from "../../src/simulator/model/duration.js";
import agentPage from "../fixtures/vendor/agent-segments.json" with { type: "json" };
import skillPage from "../fixtures/vendor/skill-segments.json" with { type: "json" };
import { live, noon, paths } from "./live.js";

type Json = Record<string, unknown>;

/** The keys of an answer, down to the figures; under ids, those of the first row. */
function keys(value: unknown): unknown {
  if (Array.isArray(value)) return [keys(value[0])];
  if (value === null || typeof value !== "object") return typeof value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [/^-?\d+$/.test(key) ? "id" : key, keys(inner)]);
  return Object.fromEntries(entries.filter(([key], at) => key !== "id" || entries.findIndex(([other]) => other === "id") === at));
}

const json = async (answer: Promise<Response>): Promise<Json> => {
  const response = await answer;
  expect(response.status).toBe(200);
  return (await response.json()) as Json;
};

const figuresOf = ({ metrics }: { metrics: { name: string }[] }): Json => Object.fromEntries(metrics.map(({ name }) => [name, "number"]));
const agentFigures = figuresOf(agentPage);
const skillFigures = figuresOf(skillPage);
const perAgent = { metricsPerAgent: { id: agentFigures } };
const withSkills = { metricsPerSkill: { id: perAgent }, agentsMetrics: perAgent, metricsTotal: agentFigures };

test("agent segments without skills have the shape of the vendor's first example", async () => {
  const world = await live();
  const metrics = await json(world.get(paths.agents("timeframe=180")));
  expect(keys(metrics)).toEqual({ agentsMetrics: perAgent, metricsTotal: agentFigures });
});

test("agent segments by skill have the shape of the vendor's second example", async () => {
  const world = await live();
  expect(keys(await json(world.get(paths.agents("timeframe=180&skillIds=all"))))).toEqual(withSkills);
});

test("agent segments by interval have the shape of the third: wrapped, ascending, with a summary and the total count always", async () => {
  const world = await live();
  const asked = "avgTimeToResponseFromAgentAssignment";
  const answer = await json(world.get(paths.agents(`timeframe=240&interval=120&skillIds=all&metrics=${asked}`)));
  const figures = { totalAgentConversationSegments: "number", [asked]: "number" };
  const body = {
    metricsPerSkill: { id: { metricsPerAgent: { id: figures } } },
    agentsMetrics: { metricsPerAgent: { id: figures } },
    metricsTotal: figures,
  };
  expect(keys(answer)).toEqual({ metricsByIntervals: [{ timestamp: "number", metricsData: body }], timeframeSummary: body });
  const stamps = (answer.metricsByIntervals as { timestamp: number }[]).map(({ timestamp }) => timestamp);
  expect(stamps).toEqual([noon - 4 * hour, noon - 2 * hour]);
});

test("skill segments have the shapes of the vendor's examples; intervals come latest first and are not wrapped", async () => {
  const world = await live();
  const body = { skillsMetrics: { id: skillFigures }, metricsTotal: skillFigures };
  expect(keys(await json(world.get(paths.skills("timeframe=180"))))).toEqual(body);
  const answer = await json(world.get(paths.skills("timeframe=240&interval=120")));
  expect(keys(answer)).toEqual({ metricsByIntervals: [{ timestamp: "number", ...body }], timeframeSummary: body });
  const stamps = (answer.metricsByIntervals as { timestamp: number }[]).map(({ timestamp }) => timestamp);
  expect(stamps).toEqual([noon - 2 * hour, noon - 4 * hour]);
});

test("requested ids alone are rows, and the total is of them; unknown parameters are ignored", async () => {
  const world = await live();
  const every = await json(world.get(paths.skills("timeframe=1440&colour=blue")));
  const [id = ""] = Object.keys(every.skillsMetrics as Json);
  const one = await json(world.get(paths.skills(`timeframe=1440&skillIds=${id}%2C999`)));
  expect(one.skillsMetrics).toEqual({ [id]: (every.skillsMetrics as Json)[id] });
  expect(one.metricsTotal).toEqual((every.skillsMetrics as Json)[id]);
  expect(await json(world.get(paths.skills("timeframe=1440&skillIds=all")))).toEqual(every);
});

test("key metrics have the shape of the vendor's example, with links to a host that nobody can reach", async () => {
  const world = await live();
  const body = {
    filters: { time: { from: noon - 6 * hour, to: noon }, userTypes: ["HUMAN"] },
    groupBy: "agentGroupId",
    responseSections: ["groupBy"],
    metricsToRetrieveCurrentValue: ["assigned_conversations", "human_agent_load"],
    metricsToRetrieveByTime: ["avg_wait_time", "avg_time_to_response", "closed_conversations"],
  };
  const answer = await json(world.post(paths.key("offset=1&limit=1&sort=closedConversations:desc"), body));
  const link = { rel: "string", href: "string" };
  expect(keys(answer)).toEqual({
    metadata: { count: "number", first: link, prev: link, self: link, next: link, last: link },
    groupBy: { groupByField: "string", groups: [{ key: "string", keyDescription: "string", metrics: expect.anything() }] },
  });
  expect(answer.metadata).toMatchObject({
    count: 3,
    prev: {
      rel: "prev",
      href: "https://localhost:8082/manager_workspace/api/account/demo/metrics?offset=0&limit=1&sort=closedConversations:desc",
    },
    last: {
      rel: "last",
      href: "https://localhost:8082/manager_workspace/api/account/demo/metrics?offset=2&limit=1&sort=closedConversations:desc",
    },
  });
});

test("key metrics answer all and groups unless told otherwise, and count 0 without groups", async () => {
  const world = await live();
  const body = { filters: { time: { from: noon - hour, to: noon } }, metricsToRetrieveCurrentValue: ["online_agents"] };
  expect(Object.keys(await json(world.post(paths.key(), { ...body, groupBy: "skillId" })))).toEqual(["metadata", "groupBy", "all"]);
  const total = await json(world.post(paths.key(), { ...body, groupBy: "skillId", responseSections: ["all"] }));
  expect(total).toEqual({ metadata: { count: 0 }, all: { onlineAgents: expect.any(Number) } });
});

test("interval metrics have the documented shape, ids as number or text, and times that agree", async () => {
  const world = await live();
  const query =
    "metrics=handleTime,workTime&grouping=skill,agentGroup,agent,conversation&from=2026-03-10T16:00:00Z&to=2026-03-11T15:00:00Z&pageSize=100&skillId=101";
  const answer = await json(world.get(paths.intervals(query)));
  const timeframe = { from: "string", fromL: "number", to: "string", toL: "number" };
  const paging = { pageSize: "number", nextPageKey: "string", refs: { first: "string", current: "string", next: "string" } };
  expect(keys(answer.metadata)).toEqual({
    v: "number",
    timeframe,
    paging,
    query: { intervalDuration: "number", grouping: "string", handleTimeModel: "string" },
    filters: { skillId: "number" },
    count: "number",
  });
  const rows = answer.intervals as Json[];
  expect(keys(rows.find(({ agentName, skillId }) => agentName !== null && typeof skillId === "number"))).toEqual({
    timeframe,
    skillId: "number",
    skillName: "string",
    agentGroupId: "number",
    agentGroupName: "string",
    agentId: "number",
    agentName: "string",
    agentLogin: "string",
    conversationId: "string",
    metrics: { handleTime: "number", workTime: "number" },
  });
  expect(typeof rows[1]!.skillId).toBe("string");
  const { from, fromL } = rows[0]!.timeframe as { from: string; fromL: number };
  expect(Date.parse(from)).toBe(fromL);
  expect(from).toMatch(/^2026-03-1[01]T\d\d:(00|15|30|45):00Z$/);
});
