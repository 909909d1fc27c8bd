import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FaultSpec } from "../../../src/simulator/simulator.js";
import { hourMs } from "../../../src/time.js";
import { faultFor as agentFault, fetchAgentSegments } from "../../../src/upstream/apis/agent-segments/descriptor.js";
import { fetchIntervalMetrics } from "../../../src/upstream/apis/interval-metrics/fetch.js";
import { fetchKeyMetrics, faultFor as keyFault } from "../../../src/upstream/apis/key-metrics/fetch.js";
import type { AgentSegmentsCall, IntervalMetricsCall } from "../../../src/upstream/call.js";
import { keyMetricsCall } from "../apis/key-metrics-page.js";
import { agentRows, keyRows, keyTotal } from "../questions-by-hand.js";
import { now, type Simulated, simulated } from "./simulated.js";

let platform: Simulated;
beforeAll(async () => {
  platform = await simulated({ agents: 40, skills: 120, conversationsPerDay: 600 });
});
afterEach(() => platform.simulator.clearFaults());

const rewritten = (api: NonNullable<FaultSpec["api"]>, find: string, replace: string) =>
  platform.simulator.fault({ api, kind: "rewritten", find, replace });
const exchanges = () => platform.simulator.requests().filter(({ api }) => api !== "domains").length;

describe("a list of 120 keys", () => {
  const read = () => fetchKeyMetrics(keyMetricsCall({ total: true }), platform.context);

  test.each([
    ["far too large", "1000000000", 7],
    ["too small", "3", 3],
    ["null", "null", 3],
  ])("is read whole where the platform's count is %s", async (_, count, most) => {
    const { reply } = await read();
    rewritten("key-metrics", '"count":\\d+', `"count":${count}`);
    platform.simulator.resetCounts();
    const { reply: other } = await read();
    expect(other.rows).toEqual(reply.rows);
    expect(other.count).toBe(120);
    expect(exchanges()).toBeLessThanOrEqual(most);
  });

  test("answers without its total, and the total fails alone", async () => {
    rewritten("key-metrics", '"all":', '"none":');
    const { reply } = await read();
    expect(reply.rows).toHaveLength(120);
    expect(keyFault(reply, keyRows({ current: true }))).toBeNull();
    expect(keyFault(reply, keyTotal())).toMatch(/the section all is not an object/);
  });

  test("answers its total where the list is missing", async () => {
    rewritten("key-metrics", '"groups":', '"none":');
    const { reply } = await read();
    expect(reply.total?.current.onlineAgents).toBeGreaterThan(0);
    expect(keyFault(reply, keyTotal({ current: true }))).toBeNull();
    expect(keyFault(reply, keyRows({ window: null }))).toMatch(/groupBy.groups is not a list/);
  });

  test("answers current figures where those by time are written as text", async () => {
    rewritten("key-metrics", '"closedConversations":(\\d+)', '"closedConversations":"$1"');
    const { reply } = await read();
    expect(keyFault(reply, keyRows({ window: null, current: true }))).toBeNull();
    expect(keyFault(reply, keyRows())).toMatch(/closedConversations is not a number/);
  });
});

describe("agent segments", () => {
  const agentCall: AgentSegmentsCall = {
    api: "agent-segments",
    lastMinutes: 720,
    everyMinutes: 60,
    groupIds: null,
    userType: "ALL",
    source: null,
    agents: "all",
    skills: "all",
  };

  test.each([
    ["metricsTotal", "total"],
    ["metricsPerSkill", "bySkill"],
    ["agentsMetrics", "rows"],
  ])("without %s answer what does not need it", async (name, section) => {
    rewritten("agent-segments", `"${name}"`, '"none"');
    const { reply } = await fetchAgentSegments(agentCall, platform.context);
    expect(Object.keys(reply.faults ?? {}).sort()).toEqual([`intervals.${section}`, section].sort());
    const failing = [agentRows(), agentRows({ of: "total" }), agentRows({ skills: "all" })].map(
      (question) => agentFault(reply, question) !== null,
    );
    expect(failing).toEqual([section === "rows", section === "total", section !== "total"]);
  });

  test("without intervals answer the window as a whole", async () => {
    rewritten("agent-segments", '"metricsByIntervals"', '"none"');
    const { reply } = await fetchAgentSegments(agentCall, platform.context);
    expect(agentFault(reply, agentRows())).toBeNull();
    expect(agentFault(reply, agentRows({ everyMinutes: 60 }))).toMatch(/metricsByIntervals is not a list/);
  });
});

describe("interval metrics", () => {
  const to = Math.floor(now / hourMs) * hourMs;
  const intervalCall: IntervalMetricsCall = {
    api: "interval-metrics",
    grouping: ["SKILL", "AGENT"],
    everyMinutes: 60,
    handleTimeModel: "IFT",
    window: { from: to - 12 * hourMs, to },
    filters: {},
    includeBotSkills: false,
  };
  const read = (part: { parts?: number } = {}) => fetchIntervalMetrics(intervalCall, { ...platform.context, ...part });

  test("that begin half an hour past our grid are all there, with their own times", async () => {
    const { reply } = await read();
    rewritten("interval-metrics", ":00:00Z", ":30:00Z");
    const { reply: other, remarks } = await read();
    expect(other.rows.map(({ window, ...rest }) => rest)).toEqual(reply.rows.map(({ window, ...rest }) => rest));
    expect([...other.bySlot.keys()]).toEqual([...reply.bySlot.keys()]);
    expect(other.rows[0]?.window.from).toBe(reply.rows[0]!.window.from + hourMs / 2);
    expect(remarks).toEqual([
      `Interval rows that begin off the UTC grid of 60 minutes: ${reply.rows.length}. Each belongs to the interval in which it begins.`,
    ]);
  });

  test("of another length than asked, or without metrics, are left out with a remark", async () => {
    const { reply } = await read();
    rewritten("interval-metrics", '"metrics":\\{', '"metrics":null,"none":{');
    expect(await read()).toMatchObject({
      reply: { rows: [] },
      remarks: [`Interval rows without metrics: ${reply.rows.length}. They are left out.`],
    });
    platform.simulator.clearFaults();
    rewritten("interval-metrics", '"to":"([^"]+):00:00Z"', '"to":"$1:05:00Z"');
    expect(await read()).toMatchObject({
      reply: { rows: [] },
      remarks: [`Interval rows of another length than 60 minutes: ${reply.rows.length}. They are left out.`],
    });
  });

  test.each([2, 5, 40])("read in %i parts are the same as in one", async (parts) => {
    const { reply } = await read();
    const cut = await read({ parts });
    expect(cut.reply.rows).toEqual(reply.rows);
    expect(cut.pages).toBe(Math.min(parts, 12));
  });

  test("written as text are refused whole", async () => {
    rewritten("interval-metrics", '"handleTime":(\\d+)', '"handleTime":"$1"');
    await expect(read()).rejects.toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE" });
  });
});
