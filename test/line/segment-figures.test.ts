import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { agentSegmentMetrics } from "../../src/catalogue/agent-segments.js";
import { skillSegmentMetrics } from "../../src/catalogue/skill-segments.js";
import { minuteMs, slotsOf } from "../../src/time.js";
import { atWork, startStill } from "../support/still-line.js";
import { allOf, expectedFigures, noFigures } from "./expected-figures.js";

type Figures = Record<string, number | null>;
type Interval = Figures & { from: string; to: string; bySkill?: Row[] };
type Row = Figures & { agent: { id: string } | null; skill: { id: string } | null };
interface Segments {
  asOf: string;
  window: { from: string; to: string };
  intervals: Interval[];
  bySkill: Row[];
}
interface Answered {
  contactCenter: {
    agents: { nodes: { id: string; segments: (Figures & Segments) | null }[] };
    agentSegments: Figures & Segments;
    skills: { nodes: { id: string; segments: (Figures & Segments) | null; agentSegments: Row[] }[] };
    skillSegments: Figures & Segments;
  };
}

const lastMinutes = 240;
const everyMinutes = 60;
const ofAgents = allOf(agentSegmentMetrics);
const ofSkills = allOf(skillSegmentMetrics);
const agentSelection = `{ asOf window { from to } ${ofAgents} intervals(everyMinutes: ${everyMinutes}) { from to ${ofAgents} } bySkill { agent { id } skill { id } ${ofAgents} } }`;
const skillSelection = `{ asOf window { from to } ${ofSkills} intervals(everyMinutes: ${everyMinutes}) { from to ${ofSkills} } }`;
const query = `{ contactCenter {
  agents { nodes { id segments(lastMinutes: ${lastMinutes}) ${agentSelection} } }
  agentSegments(lastMinutes: ${lastMinutes}) ${agentSelection}
  skills { nodes { id segments(lastMinutes: ${lastMinutes}) ${skillSelection} agentSegments(lastMinutes: ${lastMinutes}) { agent { id } skill { id } ${ofAgents} } } }
  skillSegments(lastMinutes: ${lastMinutes}) ${skillSelection}
} }`;

const line = await startStill();
afterAll(() => line.stop());
const truth = line.simulator.truth("demo");

/** Twice on the same line: the second time everything must have been asked again. */
describe.each([
  ["in the afternoon", 0],
  ["37 minutes later", 37],
])("%s", (_, minutesLater) => {
  const now = atWork + minutesLater * minuteMs;
  const window = { from: now - lastMinutes * minuteMs, to: now };
  const slots = slotsOf(window, everyMinutes * minuteMs);
  const text = (ms: number) => new Date(ms).toISOString();
  let center: Answered["contactCenter"];

  beforeEach(async () => {
    line.clock.now = now;
    const { data, errors } = await line.ask<Answered>(query);
    expect(errors).toEqual([]);
    center = data.contactCenter;
  });

  const pick = (object: Figures, selection: string) => Object.fromEntries(selection.split(" ").map((field) => [field, object[field]]));
  const ofRow = (raw: Record<string, number> | undefined) =>
    raw ? expectedFigures(agentSegmentMetrics, raw, "totalAgentConversationSegments") : noFigures(agentSegmentMetrics);
  const ofSkillRow = (raw: Record<string, number> | undefined) =>
    raw ? expectedFigures(skillSegmentMetrics, raw, "totalSkillConversationSegments") : noFigures(skillSegmentMetrics);
  const rowText = ({ agent, skill, ...figures }: Row) => [skill?.id, agent?.id, pick(figures, ofAgents)];

  test("every object tells the moment it was asked, and its window ends there", () => {
    const all = [center.agentSegments, center.skillSegments, ...center.agents.nodes.map((node) => node.segments)];
    for (const segments of all.filter((each) => each !== null)) {
      expect(segments.asOf).toBe(text(now));
      expect(segments.window).toEqual({ from: text(window.from), to: text(window.to) });
      expect(segments.intervals.map(({ from, to }) => [from, to])).toEqual(slots.map(({ from, to }) => [text(from), text(to)]));
    }
  });

  test("agents' rows, their intervals and their skills are the platform's", () => {
    const whole = truth.agentSegments({ ...window, skillIds: "all" });
    const cut = truth.agentSegmentsByInterval({ ...window, intervalMs: everyMinutes * minuteMs }).metricsByIntervals;
    const worked = center.agents.nodes.filter(({ segments }) => segments !== null);
    expect(worked.map(({ id }) => id).sort()).toEqual(Object.keys(whole.agentsMetrics.metricsPerAgent).sort());
    for (const { id, segments } of worked) {
      expect(pick(segments!, ofAgents)).toEqual(ofRow(whole.agentsMetrics.metricsPerAgent[id]));
      expect(segments!.intervals.map((each) => pick(each, ofAgents))).toEqual(
        cut.map(({ answer }) => ofRow(answer.agentsMetrics.metricsPerAgent[id])),
      );
      const perSkill = Object.entries(whole.metricsPerSkill!).flatMap(([skill, { metricsPerAgent }]) =>
        metricsPerAgent[id] ? [[skill, id, ofRow(metricsPerAgent[id])]] : [],
      );
      expect(segments!.bySkill.map(rowText).sort()).toEqual(perSkill.sort());
    }
  });

  test("a skill's part of each agent is the same rows, read from the other side", () => {
    const { metricsPerSkill } = truth.agentSegments({ ...window, skillIds: "all" });
    for (const { id, agentSegments } of center.skills.nodes) {
      const rows = Object.entries(metricsPerSkill![id]?.metricsPerAgent ?? {}).map(([agent, raw]) => [id, agent, ofRow(raw)]);
      expect(agentSegments.map(rowText).sort()).toEqual(rows.sort());
    }
  });

  test("skills' rows and their intervals are the platform's", () => {
    const whole = truth.skillSegments(window).skillsMetrics;
    const cut = truth.skillSegmentsByInterval({ ...window, intervalMs: everyMinutes * minuteMs }).metricsByIntervals;
    expect(Object.keys(whole).length).toBeGreaterThan(1);
    for (const { id, segments } of center.skills.nodes) {
      if (!whole[id]) expect(segments).toBeNull();
      else {
        expect(pick(segments!, ofSkills)).toEqual(ofSkillRow(whole[id]));
        expect(segments!.intervals.map((each) => pick(each, ofSkills))).toEqual(
          cut.map(({ answer }) => ofSkillRow(answer.skillsMetrics[id])),
        );
      }
    }
  });

  test("totals are the platform's own, whole and by interval", () => {
    expect(pick(center.agentSegments, ofAgents)).toEqual(ofRow(truth.agentSegments(window).metricsTotal));
    expect(pick(center.skillSegments, ofSkills)).toEqual(ofSkillRow(truth.skillSegments(window).metricsTotal));
    const intervalMs = everyMinutes * minuteMs;
    expect(center.agentSegments.intervals.map((each) => pick(each, ofAgents))).toEqual(
      truth.agentSegmentsByInterval({ ...window, intervalMs }).metricsByIntervals.map(({ answer }) => ofRow(answer.metricsTotal)),
    );
    expect(center.skillSegments.intervals.map((each) => pick(each, ofSkills))).toEqual(
      truth.skillSegmentsByInterval({ ...window, intervalMs }).metricsByIntervals.map(({ answer }) => ofSkillRow(answer.metricsTotal)),
    );
  });

  const countsOf = { agent: ofAgents, skill: ofSkills };
  const counts = (kind: keyof typeof countsOf) => countsOf[kind].split(" ").filter((field) => !field.startsWith("avg"));
  const sums = (kind: keyof typeof countsOf, parts: readonly Figures[]) =>
    Object.fromEntries(counts(kind).map((field) => [field, parts.reduce((sum, part) => sum + (part[field] ?? 0), 0)]));

  test("counts of agents add up to the total, as do skills, intervals and the skills of an agent", () => {
    const total = (kind: keyof typeof countsOf, whole: Figures) => pick(whole, counts(kind).join(" "));
    const agents = center.agents.nodes.flatMap(({ segments }) => segments ?? []);
    expect(sums("agent", agents)).toEqual(total("agent", center.agentSegments));
    expect(sums("agent", center.agentSegments.intervals)).toEqual(total("agent", center.agentSegments));
    expect(sums("agent", center.agentSegments.bySkill)).toEqual(total("agent", center.agentSegments));
    for (const each of agents) expect(sums("agent", each.bySkill)).toEqual(total("agent", each));
    const skills = center.skills.nodes.flatMap(({ segments }) => segments ?? []);
    expect(sums("skill", skills)).toEqual(total("skill", center.skillSegments));
    expect(sums("skill", center.skillSegments.intervals)).toEqual(total("skill", center.skillSegments));
  });

  test("interactive, abandoned and non-responsive segments are all the segments there are", () => {
    const nonResponsive = (kind: "agent" | "skill") => ["Consumers", "Agents"].map((who) => `${kind}SegmentsWithNonResponsive${who}`);
    const parts = (figures: Figures, names: string[]) => names.reduce((sum, name) => sum + figures[name]!, 0);
    for (const segments of [center.agentSegments, ...center.agents.nodes.flatMap((node) => node.segments ?? [])]) {
      const kinds = ["interactiveAgentSegments", "agentSegmentsAbandonedByConsumers", ...nonResponsive("agent")];
      expect(parts(segments, kinds)).toBe(segments.totalAgentConversationSegments);
    }
    const skillSegments = center.skills.nodes.flatMap((node) => node.segments ?? []);
    for (const segments of [center.skillSegments, ...skillSegments]) {
      const kinds = ["interactiveSkillSegments", "skillSegmentsAbandonedByConsumers", ...nonResponsive("skill")];
      expect(parts(segments, kinds)).toBe(segments.totalSkillConversationSegments);
      expect(segments.skillSegmentsAbandonedByConsumersInQueue).toBeLessThanOrEqual(segments.skillSegmentsAbandonedByConsumers!);
    }
  });
});
