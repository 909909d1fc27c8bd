import { beforeAll, describe, expect, test } from "vitest";
import { agentSegmentMetrics } from "../../../src/catalogue/agent-segments.js";
import { skillSegmentMetrics } from "../../../src/catalogue/skill-segments.js";
import type { WireVariants } from "../../../src/simulator/simulator.js";
import { fetchAgentSegments } from "../../../src/upstream/apis/agent-segments/descriptor.js";
import { fetchSkillSegments } from "../../../src/upstream/apis/skill-segments/descriptor.js";
import type { Rows } from "../../../src/upstream/question.js";
import { inOurWords, now, type Simulated, simulated } from "./simulated.js";

const minute = 60_000;
const from = now - 720 * minute;
const documented: Partial<WireVariants> = {
  totalsName: "metricsTotal",
  agentIntervalsWrapped: true,
  skillIntervalsWrapped: false,
  agentIntervalOrder: "ascending",
  skillIntervalOrder: "descending",
  emptyIntervals: true,
  nullKeys: false,
};
const variants: [string, Partial<WireVariants>][] = [
  ["as documented", {}],
  ["with metricsTotals", { totalsName: "metricsTotals" }],
  ["with metricsData the other way round", { agentIntervalsWrapped: false, skillIntervalsWrapped: true }],
  ["with intervals in the other order", { agentIntervalOrder: "descending", skillIntervalOrder: "ascending" }],
  ["with empty intervals left out", { emptyIntervals: false }],
];

let platform: Simulated;
beforeAll(async () => {
  platform = await simulated({ skills: 6 });
});

type Figures = Record<string, number>;
const agentRow = (figures: Figures) => inOurWords(agentSegmentMetrics, figures, "totalAgentConversationSegments");
const skillRow = (figures: Figures) => inOurWords(skillSegmentMetrics, figures, "totalSkillConversationSegments");
const rowsOf = (figures: Record<string, Figures>, row: (one: Figures) => object) =>
  Object.fromEntries(Object.entries(figures).map(([id, one]) => [id, row(one)]));
const object = (rows: Rows) => Object.fromEntries(rows);

describe.each(variants)("the wire %s", (_, set) => {
  beforeAll(() => {
    platform.simulator.variants({ ...documented, ...set });
  });

  test("gives agent segments, by skill and in intervals, as the platform counted them", async () => {
    const truth = platform.simulator.truth("demo");
    const agents = truth.agents.slice(0, 5).map(({ id }) => id);
    const { reply } = await fetchAgentSegments(
      { api: "agent-segments", lastMinutes: 720, everyMinutes: 60, groupIds: null, userType: "ALL", source: null, agents, skills: "all" },
      platform.context,
    );
    const expected = truth.agentSegmentsByInterval({ from, to: now, intervalMs: 60 * minute, agentIds: agents, skillIds: "all" });
    expect(object(reply.agents)).toEqual(rowsOf(expected.timeframeSummary.agentsMetrics.metricsPerAgent, agentRow));
    expect(reply.agents.size).toBeGreaterThan(2);
    expect(reply.total).toEqual(agentRow(expected.timeframeSummary.metricsTotal));
    const bySkill = Object.entries(expected.timeframeSummary.metricsPerSkill ?? {});
    expect(Object.fromEntries([...(reply.bySkill ?? [])].map(([id, rows]) => [id, object(rows)]))).toEqual(
      Object.fromEntries(bySkill.map(([id, { metricsPerAgent }]) => [id, rowsOf(metricsPerAgent, agentRow)])),
    );
    expect(reply.intervals?.map(({ window, agents: rows }) => [window.from, object(rows)])).toEqual(
      expected.metricsByIntervals.map(({ timestamp, answer }) => [timestamp, rowsOf(answer.agentsMetrics.metricsPerAgent, agentRow)]),
    );
    expect(reply.window).toEqual({ from, to: now });
  });

  test("gives skill segments, in intervals, as the platform counted them", async () => {
    const { reply } = await fetchSkillSegments(
      { api: "skill-segments", lastMinutes: 720, everyMinutes: 30, userType: "HUMAN", skills: "all" },
      platform.context,
    );
    const truth = platform.simulator.truth("demo");
    const expected = truth.skillSegmentsByInterval({ from, to: now, intervalMs: 30 * minute, userType: "human" });
    expect(object(reply.skills)).toEqual(rowsOf(expected.timeframeSummary.skillsMetrics, skillRow));
    expect(reply.skills.size).toBeGreaterThan(2);
    expect(reply.total).toEqual(skillRow(expected.timeframeSummary.metricsTotal));
    expect(reply.intervals?.map(({ window, skills }) => [window.from, object(skills)])).toEqual(
      expected.metricsByIntervals.map(({ timestamp, answer }) => [timestamp, rowsOf(answer.skillsMetrics, skillRow)]),
    );
  });
});

test("agents that do not exist have no row, and the total over them is zeros without averages", async () => {
  const { reply } = await fetchAgentSegments(
    {
      api: "agent-segments",
      lastMinutes: 60,
      everyMinutes: null,
      groupIds: null,
      userType: "ALL",
      source: null,
      agents: ["1"],
      skills: null,
    },
    platform.context,
  );
  expect(reply.agents.size).toBe(0);
  expect(reply.total).toMatchObject({ totalAgentConversationSegments: 0, avgAgentSegmentDuration: null });
});

test("the key null is a row without entity", async () => {
  platform.simulator.variants({ ...documented, nullKeys: true });
  const { reply } = await fetchAgentSegments(
    {
      api: "agent-segments",
      lastMinutes: 60,
      everyMinutes: null,
      groupIds: null,
      userType: "ALL",
      source: null,
      agents: "all",
      skills: "all",
    },
    platform.context,
  );
  expect(reply.agents.get("null")).toMatchObject({ totalAgentConversationSegments: 0, avgAgentSegmentDuration: null });
});
