import fc from "fast-check";
import { expect, test } from "vitest";
import type { Grouping } from "../../src/simulator/answers/interval-cells.js";
import type { Figures } from "../../src/simulator/answers/segments.js";
import { Truth } from "../../src/simulator/answers/truth.js";
import { intervalMeasures } from "../../src/simulator/metrics/interval-cell.js";
import { ContactCenter } from "../../src/simulator/model/contact-center.js";
import { day, hour, minute } from "../../src/simulator/model/duration.js";
import { scales } from "../../src/simulator/model/scale.js";
import { noon } from "./live.js";

const truth = new Truth(new ContactCenter({ ...scales.small, conversationsPerDay: 500, groups: 5 }, 11, noon), () => noon);

/** Windows of up to a day within the last two, to the millisecond. */
const windows = fc
  .record({ to: fc.integer({ min: noon - day, max: noon }), minutes: fc.integer({ min: 5, max: 1440 }) })
  .map(({ to, minutes }) => ({ from: to - minutes * minute, to, minutes }));
const check = (property: (window: { from: number; to: number; minutes: number }) => void): void =>
  fc.assert(fc.property(windows, property), { numRuns: 60 });

const added = (parts: readonly Figures[], name: string): number => parts.reduce((sum, part) => sum + (part[name] ?? 0), 0);
const counts = (figures: Figures): string[] => Object.keys(figures).filter((name) => !name.startsWith("avg"));

test("every agent segment is interactive, abandoned, or one of the two kinds of non-responsive", () => {
  check((window) => {
    const { agentsMetrics, metricsTotal } = truth.agentSegments(window);
    for (const row of [metricsTotal, ...Object.values(agentsMetrics.metricsPerAgent)]) {
      expect(
        row.interactiveAgentSegments! +
          row.agentSegmentsAbandonedByConsumers! +
          row.agentSegmentsWithNonResponsiveConsumers! +
          row.agentSegmentsWithNonResponsiveAgents!,
      ).toBe(row.totalAgentConversationSegments);
    }
  });
});

test("every skill segment is interactive, abandoned, or one of the two kinds of non-responsive; queue is a part of abandoned", () => {
  check((window) => {
    const { skillsMetrics, metricsTotal } = truth.skillSegments(window);
    for (const row of [metricsTotal, ...Object.values(skillsMetrics)]) {
      expect(
        row.interactiveSkillSegments! +
          row.skillSegmentsAbandonedByConsumers! +
          row.skillSegmentsWithNonResponsiveConsumers! +
          row.skillSegmentsWithNonResponsiveAgents!,
      ).toBe(row.totalSkillConversationSegments);
      expect(row.skillSegmentsAbandonedByConsumersInQueue).toBeLessThanOrEqual(row.skillSegmentsAbandonedByConsumers!);
    }
  });
});

test("counts of agents, of skills and of intervals add up to the total", () => {
  check((window) => {
    const agents = truth.agentSegments({ ...window, skillIds: "all" });
    const perSkill = Object.values(agents.metricsPerSkill!).flatMap(({ metricsPerAgent }) => Object.values(metricsPerAgent));
    const intervalMs = window.minutes * minute;
    const parts = truth.agentSegmentsByInterval({ ...window, intervalMs: intervalMs / 5 }).metricsByIntervals;
    for (const name of counts(agents.metricsTotal)) {
      const total = agents.metricsTotal[name];
      expect(added(Object.values(agents.agentsMetrics.metricsPerAgent), name)).toBe(total);
      expect(added(perSkill, name)).toBe(total);
      expect(
        added(
          parts.map(({ answer }) => answer.metricsTotal),
          name,
        ),
      ).toBe(total);
    }
    const skills = truth.skillSegmentsByInterval({ ...window, intervalMs: intervalMs / 5 });
    for (const name of counts(skills.timeframeSummary.metricsTotal)) {
      const total = skills.timeframeSummary.metricsTotal[name];
      expect(added(Object.values(skills.timeframeSummary.skillsMetrics), name)).toBe(total);
      expect(
        added(
          skills.metricsByIntervals.map(({ answer }) => answer.metricsTotal),
          name,
        ),
      ).toBe(total);
    }
  });
});

test("humans and bots make up all agent segments; skill segments that both or nobody served count for all alone", () => {
  check((window) => {
    const agents = (["human", "bot", "all"] as const).map(
      (userType) => truth.agentSegments({ ...window, userType }).metricsTotal.totalAgentConversationSegments!,
    );
    expect(agents[0]! + agents[1]!).toBe(agents[2]);
    const skills = (["human", "bot", "all"] as const).map(
      (userType) => truth.skillSegments({ ...window, userType }).metricsTotal.totalSkillConversationSegments!,
    );
    expect(skills[0]! + skills[1]!).toBeLessThanOrEqual(skills[2]!);
  });
});

test("averages of the total weigh agents by what counts: segments for durations, and are cut", () => {
  check((window) => {
    const { agentsMetrics, metricsTotal } = truth.agentSegments(window);
    const rows = Object.values(agentsMetrics.metricsPerAgent);
    const weighed = rows.reduce((sum, row) => sum + row.avgAgentSegmentDuration! * row.totalAgentConversationSegments!, 0);
    const average = rows.length === 0 ? 0 : weighed / metricsTotal.totalAgentConversationSegments!;
    expect(Math.abs(metricsTotal.avgAgentSegmentDuration! - average)).toBeLessThanOrEqual(1);
    expect(Number.isInteger(metricsTotal.avgAgentSegmentDuration)).toBe(true);
  });
});

test("totals of nothing are zero, averages too, while a row without a valid response says -1", () => {
  const nobody = truth.agentSegments({ from: noon - day, to: noon, agentIds: ["424242"] });
  expect(nobody.agentsMetrics.metricsPerAgent).toEqual({});
  expect(new Set(Object.values(nobody.metricsTotal))).toEqual(new Set([0]));
  const rows = Object.values(truth.agentSegments({ from: noon - day, to: noon, userType: "bot" }).agentsMetrics.metricsPerAgent);
  expect(rows.map((row) => row.avgTimetoFirstAgentMessageFromAgentAssignment_AfterTransfer)).toContain(-1);
});

test("closed conversations are those closed by agent, consumer and system; skills make up all, groups those with an agent", () => {
  check((window) => {
    const bySkill = truth.keyMetrics({ ...window, groupBy: "skillId" });
    for (const metrics of [bySkill.all, ...bySkill.groups.map((group) => group.metrics)]) {
      expect(metrics.closedByAgent! + metrics.closedByConsumer! + metrics.autoClosed!).toBe(metrics.closedConversations);
      expect(metrics.concludedConversations).toBeLessThanOrEqual(metrics.closedConversations!);
    }
    expect(
      added(
        bySkill.groups.map((group) => group.metrics),
        "closedConversations",
      ),
    ).toBe(bySkill.all.closedConversations);
    const byGroup = truth.keyMetrics({ ...window, groupBy: "agentGroupId" });
    const assigned = truth.keyMetrics({ ...window, userTypes: ["HUMAN", "BOT"] }).all.closedConversations;
    expect(
      added(
        byGroup.groups.map((group) => group.metrics),
        "closedConversations",
      ),
    ).toBe(assigned);
  });
});

test("current values hang together at any moment", () => {
  check(({ to }) => {
    const { all, groups } = truth.keyMetrics({ from: to, to, asOf: to, groupBy: "skillId" });
    for (const metrics of [all, ...groups.map((group) => group.metrics)]) {
      expect(metrics.assignedConversations! + metrics.unassignedConversations!).toBe(metrics.openConversations);
      expect(metrics.overdueConversationsAssigned! + metrics.overdueConversationsInQueue!).toBe(metrics.overdueConversationsTotal);
      expect(metrics.activeConversations).toBeLessThanOrEqual(metrics.assignedConversations!);
      expect(metrics.queueWaitTime50thPercentile ?? 0).toBeLessThanOrEqual(metrics.queueWaitTime90thPercentile ?? 0);
      expect(metrics.queueWaitTime50thPercentile === undefined).toBe(metrics.unassignedConversations === 0);
    }
    for (const name of ["assignedConversations", "unassignedConversations"])
      expect(
        added(
          groups.map((group) => group.metrics),
          name,
        ),
      ).toBe(all[name]);
  });
});

test("with sub groups the main group, above all others, has everything; filters by it let all agents in", () => {
  const window = { from: noon - day, to: noon };
  const { groups, all } = truth.keyMetrics({ ...window, groupBy: "agentGroupId", includeSubGroups: true, userTypes: ["HUMAN", "BOT"] });
  expect(groups.find(({ key }) => key === "-1")?.metrics).toEqual(all);
  expect(truth.keyMetrics({ ...window, agentGroupIds: ["-1"], includeSubGroups: true }).all).toEqual(all);
  expect(truth.keyMetrics({ ...window, agentGroupIds: ["-1"] }).all.closedConversations).toBeLessThan(all.closedConversations!);
});

test("rows of key metrics by skill do not change when skills are filtered", () => {
  const window = { from: noon - day, to: noon, groupBy: "skillId" as const };
  const every = truth.keyMetrics(window).groups;
  for (const { key } of every)
    expect(truth.keyMetrics({ ...window, skillIds: [key] }).groups).toEqual(every.filter((group) => group.key === key));
});

const boundary = Math.floor(noon / hour) * hour;
const rows = (grouping: Grouping[], intervalMinutes: number, metrics: string[], more = {}) =>
  truth.intervalMetrics({ from: boundary - day, to: boundary, intervalMinutes, grouping, handleTimeModel: "IFT", metrics, ...more });
const figures = (list: readonly { metrics: Figures }[]): Figures[] => list.map(({ metrics }) => metrics);

test("interval counts and times of a day are the same in quarters, halves and hours", () => {
  const metrics = ["handleTime", "arrivals", "closedConversations", "consumerMessages", "agentMessages"];
  const [quarters, halves, hours] = [15, 30, 60].map((minutes) => figures(rows(["skill"], minutes, metrics, { includeBotSkills: true })));
  for (const name of metrics) {
    expect(added(quarters!, name)).toBe(added(hours!, name));
    expect(added(halves!, name)).toBe(added(hours!, name));
  }
});

test("grouping by skill, by agent, by group or by conversation divides the same handle time and agent messages", () => {
  const metrics = ["handleTime", "agentMessages"];
  const sums = (["skill", "agent", "agentGroup", "conversation"] as const).map((by) => {
    const parts = figures(rows([by], 60, metrics, { includeBotSkills: true }));
    return added(parts, "handleTime");
  });
  expect(new Set(sums).size).toBe(1);
  expect(added(figures(rows(["skill", "agent", "agentGroup"], 60, metrics)), "handleTime")).toBe(sums[0]);
});

test("engaged handle time is a part of the time in focus", () => {
  const ift = rows(["agent"], 60, ["handleTime"]);
  const eht = rows(["agent"], 60, ["handleTime"], { handleTimeModel: "EHT" });
  const focus = new Map(ift.map((row) => [`${row.from}/${row.agentId}`, row.metrics.handleTime!]));
  expect(eht.length).toBeGreaterThan(0);
  for (const row of eht) expect(row.metrics.handleTime).toBeLessThanOrEqual(focus.get(`${row.from}/${row.agentId}`) ?? 0);
  expect(added(figures(eht), "handleTime")).toBeLessThan(added(figures(ift), "handleTime"));
});

test("an agent never handles or works longer than the interval lasts", () => {
  for (const { metrics } of rows(["agent"], 15, ["handleTime", "workTime"])) {
    expect(metrics.handleTime).toBeLessThanOrEqual(900);
    expect(metrics.workTime).toBeLessThanOrEqual(900);
  }
});

test("intervals count the same closes as key metrics, where rows without handling stay", () => {
  const closed = figures(rows(["skill"], 1440, ["closedConversations", "arrivals"], { from: boundary - day, includeBotSkills: true }));
  const midnight = Math.floor(noon / day) * day;
  const day24 = truth.keyMetrics({ from: midnight, to: midnight + day - 1, asOf: midnight + day - 1 }).all.closedConversations;
  expect(added(closed, "closedConversations")).toBe(day24);
});

test("rows without handling vanish when handle time is asked for, and come back bare with bot skills", () => {
  const every = Object.keys(intervalMeasures);
  const hidden = rows(["skill"], 15, every);
  const shown = rows(["skill"], 15, every, { includeBotSkills: true });
  const bare = shown.filter(({ metrics }) => metrics.handleTime === 0 && metrics.workTime === 0);
  expect(bare.length).toBeGreaterThan(0);
  expect(shown.length).toBe(hidden.length + bare.length);
  for (const { metrics } of bare)
    expect([metrics.handledConversations, metrics.repliedConversations, metrics.agentMessages]).toEqual([0, 0, 0]);
  expect(rows(["skill"], 15, ["arrivals"]).length).toBeGreaterThan(rows(["skill"], 15, ["arrivals", "handleTime"]).length);
});
