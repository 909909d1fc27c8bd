import { deserialize, serialize } from "node:v8";
import { describe, expect, test } from "vitest";
import { faultFor, fetchAgentSegments } from "../../../src/upstream/apis/agent-segments/descriptor.js";
import type { AgentSegmentsCall } from "../../../src/upstream/call.js";
import vendor from "../../fixtures/vendor/agent-segments.json" with { type: "json" };
import { agentRows } from "../questions-by-hand.js";
import { ok, queryOf, scripted } from "./scripted-exchange.js";

const askedAt = 1_556_798_650_118;
const minute = 60_000;

const call = (part: Partial<AgentSegmentsCall> = {}): AgentSegmentsCall => ({
  api: "agent-segments",
  lastMinutes: 180,
  everyMinutes: null,
  groupIds: null,
  userType: "ALL",
  source: null,
  agents: ["12", "13"],
  skills: null,
  ...part,
});

async function fetched(body: unknown, part: Partial<AgentSegmentsCall> = {}) {
  const platform = scripted(() => ok(body), askedAt);
  const result = await fetchAgentSegments(call(part), platform.context());
  return { ...result, requests: platform.requests };
}

const agent12 = {
  totalAgentConversationSegments: 5,
  avgAgentMessagesInAgentSegment: 1.4,
  avgAgentSegmentDuration: 13000,
  interactiveAgentSegments: 5,
  agentSegmentsAbandonedByConsumers: 0,
  agentSegmentsWithNonResponsiveConsumers: 0,
  agentSegmentsWithNonResponsiveAgents: 0,
  avgTimeToFirstAgentMessageFromAgentAssignment: 1800,
  avgTimeToFirstAgentMessageFromAgentAssignmentAfterTransfer: 1800,
  avgTimeToFirstAgentMessageFromAgentAssignmentNewConversation: null,
  avgTimeToResponseFromAgentAssignment: 2428,
};

const level = (agents: object, total: object = { totalAgentConversationSegments: 0 }) => ({
  agentsMetrics: { metricsPerAgent: agents },
  metricsTotal: total,
});

describe("the request for agent segments", () => {
  test("names ids by comma, user type in lower case, and every filter that is set", async () => {
    const { requests } = await fetched(
      { ...level({}), metricsPerSkill: {}, metricsByIntervals: [], timeframeSummary: { ...level({}), metricsPerSkill: {} } },
      { everyMinutes: 60, skills: ["333", "-1"], groupIds: ["7"], userType: "BOT", source: "FACE BOOK&x=1" },
    );
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ service: "operations", method: "GET" });
    expect(requests[0]?.path).toBe(
      "/operations/api/account/le1/msgagentsegments?v=1&timeframe=180&interval=60&agentIds=12,13&skillIds=333,-1&groupIds=7&userType=bot&source=FACE%20BOOK%26x%3D1",
    );
  });

  test("says agentIds=all explicitly, leaves out what does not filter, and never chooses metrics", async () => {
    const { requests } = await fetched(level({}), { agents: "all" });
    expect(requests.map(queryOf)).toEqual([{ v: "1", timeframe: "180", agentIds: "all", userType: "all" }]);
  });

  test("is refused for an empty list of ids, which the platform would take for all", async () => {
    await expect(fetched(level({}), { agents: [] })).rejects.toThrow(TypeError);
    await expect(fetched(level({}), { skills: [] })).rejects.toThrow(TypeError);
    await expect(fetched(level({}), { groupIds: [] })).rejects.toThrow(TypeError);
  });
});

describe("the vendor's examples of agent segments", () => {
  test("agents without skills: figures under our names, -1 of an average is null, zero counts stay zero", async () => {
    const { reply, pages, bytes } = await fetched(vendor.examples.agents.answer);
    expect([pages, bytes]).toEqual([1, 10]);
    expect(reply.asOf).toBe(askedAt);
    expect(reply.window).toEqual({ from: askedAt - 180 * minute, to: askedAt });
    expect([...reply.agents.keys()]).toEqual(["12", "13"]);
    expect(reply.agents.get("12")).toEqual(agent12);
    expect(reply.agents.get("13")).toMatchObject({
      avgAgentSegmentDuration: 14000,
      avgTimeToFirstAgentMessageFromAgentAssignmentAfterTransfer: null,
    });
    expect(reply.total).toMatchObject({
      totalAgentConversationSegments: 8,
      avgAgentMessagesInAgentSegment: 1.25,
      avgTimeToResponseFromAgentAssignment: 2900,
    });
    expect([reply.bySkill, reply.intervals]).toEqual([null, null]);
  });

  test("agents and skills: rows of each skill beside the rows over all skills", async () => {
    const { reply } = await fetched(vendor.examples.agentsAndSkills.answer, { skills: ["333", "444"] });
    expect([...(reply.bySkill ?? [])].map(([skill, rows]) => [skill, [...rows.keys()]])).toEqual([
      ["333", ["12"]],
      ["444", ["13"]],
    ]);
    expect(reply.bySkill?.get("333")?.get("12")).toEqual(agent12);
    expect(reply.agents.size).toBe(2);
  });

  test("intervals: each with its own rows inside metricsData, those left out are empty, the summary is the whole", async () => {
    const { reply } = await fetched(vendor.examples.intervals.answer, { lastMinutes: 60, everyMinutes: 5, skills: ["333", "444"] });
    expect(reply.window).toEqual({ from: askedAt - 60 * minute, to: askedAt });
    expect(reply.intervals).toHaveLength(12);
    expect(reply.intervals?.map(({ agents }) => agents.size)).toEqual([...Array(10).fill(0), 2, 2]);
    const [first, last] = reply.intervals?.slice(-2) ?? [];
    expect(first?.window).toEqual({ from: 1_556_798_050_118, to: 1_556_798_350_118 });
    expect(first?.agents.get("13")).toMatchObject({
      totalAgentConversationSegments: 1,
      avgTimeToResponseFromAgentAssignment: 8000,
      avgTimeToFirstAgentMessageFromAgentAssignmentAfterTransfer: null,
      avgAgentSegmentDuration: null,
    });
    expect(first?.bySkill?.get("444")?.get("12")?.totalAgentConversationSegments).toBe(3);
    expect(last?.total?.avgTimeToResponseFromAgentAssignment).toBe(3000);
    expect(reply.intervals?.[0]).toEqual({
      window: { from: askedAt - 60 * minute, to: askedAt - 55 * minute },
      agents: new Map(),
      bySkill: new Map(),
      total: null,
    });
    expect(reply.agents.get("12")?.totalAgentConversationSegments).toBe(5);
    expect(reply.total?.avgTimeToResponseFromAgentAssignment).toBe(2900);
  });
});

describe("an answer of agent segments", () => {
  test("may call its total metricsTotals, as every text of the vendor's does", async () => {
    const { reply } = await fetched({ agentsMetrics: { metricsPerAgent: {} }, metricsTotals: { totalAgentConversationSegments: 3 } });
    expect(reply.total?.totalAgentConversationSegments).toBe(3);
  });

  test("keeps the ids -1 and null, and ids beyond 32 bits, as they are", async () => {
    const row = { totalAgentConversationSegments: 1 };
    const { reply } = await fetched(level({ "-1": row, null: row, "3602187012312": row }));
    expect([...reply.agents.keys()].sort()).toEqual(["-1", "3602187012312", "null"]);
  });

  test("has null for every average over zero segments, whatever is written there, and zero for its counts", async () => {
    const zeros = Object.fromEntries(vendor.metrics.map(({ name }) => [name, 0]));
    const { reply } = await fetched(level({ "12": { ...zeros, avgAgentSegmentDuration: 5 } }, zeros));
    for (const values of [reply.total, reply.agents.get("12")]) {
      expect(values).toEqual({
        totalAgentConversationSegments: 0,
        avgAgentMessagesInAgentSegment: null,
        avgAgentSegmentDuration: null,
        interactiveAgentSegments: 0,
        agentSegmentsAbandonedByConsumers: 0,
        agentSegmentsWithNonResponsiveConsumers: 0,
        agentSegmentsWithNonResponsiveAgents: 0,
        avgTimeToFirstAgentMessageFromAgentAssignment: null,
        avgTimeToFirstAgentMessageFromAgentAssignmentAfterTransfer: null,
        avgTimeToFirstAgentMessageFromAgentAssignmentNewConversation: null,
        avgTimeToResponseFromAgentAssignment: null,
      });
    }
  });

  test("may hold durations beyond 32 bits", async () => {
    const { reply } = await fetched(level({ "12": { avgAgentSegmentDuration: 8_589_934_592 } }));
    expect(reply.agents.get("12")?.avgAgentSegmentDuration).toBe(8_589_934_592);
  });

  test("may have an empty element where there is no data for anyone", async () => {
    for (const agentsMetrics of [{}, { metricsPerAgent: {} }, { metricsPerAgent: [] }, { metricsPerAgent: null }]) {
      const { reply } = await fetched({ agentsMetrics, metricsPerSkill: {}, metricsTotal: {} }, { skills: ["1"] });
      expect([reply.agents.size, reply.bySkill?.size]).toEqual([0, 0]);
    }
  });

  test.each([
    ["a list instead of an object", []],
    ["an error body with status 200", { message: "Service is down" }],
    ["neither rows nor total of use", { agentsMetrics: { metricsPerAgent: { "12": 5 } }, metricsTotal: [] }],
    ["rows and total within intervals alone", { metricsByIntervals: [{ timestamp: askedAt, metricsData: level({}) }] }],
    ["a null body", null],
  ])("is UPSTREAM_INVALID_RESPONSE with %s", async (_, body) => {
    await expect(fetched(body)).rejects.toMatchObject({
      code: "UPSTREAM_INVALID_RESPONSE",
      extensions: { api: "AGENT_SEGMENTS", account: "le1", retryable: false },
    });
  });
});

describe("a faulty section of agent segments", () => {
  const sound = { ...level({ "12": { totalAgentConversationSegments: 1 } }), metricsPerSkill: { "1": { metricsPerAgent: {} } } };
  const agentsWith = (row: unknown) => ({ ...sound, agentsMetrics: { metricsPerAgent: { "12": row } } });
  const at = (part: object) => ({ timestamp: askedAt - 60 * minute, metricsData: part });
  const inIntervals = (part: object) => ({ timeframeSummary: sound, metricsByIntervals: [at(part)] });
  const without = (name: keyof typeof sound) => ({ ...sound, [name]: undefined });

  const rows = agentRows({ skills: null });
  const split = agentRows({ skills: ["1"] });
  const total = agentRows({ of: "total", agents: "all" });
  const splitTotal = agentRows({ of: "total", agents: "all", skills: ["1"] });
  const each = { everyMinutes: 60 };
  const asked = { rows, split, total, splitTotal };
  const asIntervals = Object.fromEntries(
    Object.entries(asked).map(([name, question]) => [`${name} in intervals`, { ...question, ...each }]),
  );
  const questions = { ...asked, ...asIntervals };

  test.each<[fault: string, body: object, section: string, failing: string[]]>([
    ["no agentsMetrics", without("agentsMetrics"), "rows", ["rows", "split"]],
    ["a row that is no object", agentsWith(5), "rows", ["rows", "split"]],
    ["a metric that is no number", agentsWith({ interactiveAgentSegments: "many" }), "rows", ["rows", "split"]],
    ["no skills though agents have rows", without("metricsPerSkill"), "bySkill", ["split", "splitTotal"]],
    ["a skill that is a list", { ...sound, metricsPerSkill: { "1": [7] } }, "bySkill", ["split", "splitTotal"]],
    ["no total", without("metricsTotal"), "total", ["total", "splitTotal"]],
    ["a total with half a segment", { ...sound, metricsTotal: { interactiveAgentSegments: 0.5 } }, "total", ["total", "splitTotal"]],
  ])("%s: the questions that need it fail, the others are answered", async (_, body, section, failing) => {
    const { reply } = await fetched(body, { skills: ["1"] });
    expect(Object.keys(reply.faults ?? {})).toEqual([section]);
    const failed = Object.entries(asked).filter(([, question]) => faultFor(reply, question) !== null);
    expect(failed.map(([name]) => name)).toEqual(failing);
    expect(faultFor(reply, Object.fromEntries(failed)[failing[0]!]!)).toMatch(
      /^Messaging Operations API, msgagentsegments: the platform's answer is not as documented: .+\.$/,
    );
  });

  test.each<[fault: string, body: object, section: string, failing: string[]]>([
    [
      "no list of intervals",
      { timeframeSummary: sound },
      "intervals",
      ["rows in intervals", "split in intervals", "total in intervals", "splitTotal in intervals"],
    ],
    ["rows of an interval", inIntervals(without("agentsMetrics")), "intervals.rows", ["rows in intervals", "split in intervals"]],
    [
      "skills of an interval",
      inIntervals(without("metricsPerSkill")),
      "intervals.bySkill",
      ["split in intervals", "splitTotal in intervals"],
    ],
    ["total of an interval", inIntervals(without("metricsTotal")), "intervals.total", ["total in intervals", "splitTotal in intervals"]],
    [
      "rows of the summary",
      { timeframeSummary: without("agentsMetrics"), metricsByIntervals: [at(sound)] },
      "rows",
      ["rows", "split", "rows in intervals", "split in intervals"],
    ],
  ])("within intervals, %s: the plain questions are answered from the summary", async (_, body, section, failing) => {
    const { reply } = await fetched(body, { ...each, skills: ["1"] });
    expect(Object.keys(reply.faults ?? {})).toEqual([section]);
    const failed = Object.entries(questions).filter(([, question]) => faultFor(reply, question) !== null);
    expect(failed.map(([name]) => name)).toEqual(failing);
  });

  test("is empty in the reply, and a sound answer has no faults at all", async () => {
    const { reply } = await fetched(agentsWith(5), { skills: ["1"] });
    expect(reply.agents.size).toBe(0);
    expect((await fetched(sound, { skills: ["1"] })).reply).not.toHaveProperty("faults");
  });

  test("of the split is also found where the rows are faulty, too", async () => {
    const { reply } = await fetched({ metricsTotal: {} }, { skills: ["1"] });
    expect(faultFor(reply, splitTotal)).toMatch(/metricsPerSkill/);
  });
});

test("a reply of agent segments survives serialisation", async () => {
  const { reply } = await fetched(vendor.examples.intervals.answer, { lastMinutes: 60, everyMinutes: 5, skills: ["333", "444"] });
  expect(deserialize(serialize(reply))).toEqual(reply);
  expect(structuredClone(reply)).toEqual(reply);
});
