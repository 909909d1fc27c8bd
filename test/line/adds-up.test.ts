import { beforeAll, describe, expect, test } from "vitest";
import { agentSegmentMetrics } from "../../src/catalogue/agent-segments.js";
import { intervalMetrics } from "../../src/catalogue/interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "../../src/catalogue/key-metrics.js";
import { type AnyMetric, isCarried, type MetricGroup } from "../../src/catalogue/metric.js";
import { skillSegmentMetrics } from "../../src/catalogue/skill-segments.js";
import { hourMs, minuteMs } from "../../src/time.js";
import { atWork, type StillLine, startStill } from "../support/still-line.js";

/** Every figure that is described as adding up is added up, and compared with the platform's own figure over all of it. */

let line: StillLine;
beforeAll(async () => {
  line = await startStill({ accounts: [{ id: "demo", agents: 16, skills: 6, groups: 4, conversationsPerDay: 500 }] });
  return () => line.stop();
});

type Figures = Record<string, number | null>;
const isSaid = ({ sum = "" }: AnyMetric, over: string): boolean => sum.startsWith("Adds up") && sum.includes(over);
const adding = (group: MetricGroup, over: string): string[] => group.all.flatMap((metric) => (isSaid(metric, over) ? [metric.field] : []));
const added = (rows: readonly (Figures | null)[], fields: readonly string[]): Figures =>
  Object.fromEntries(fields.map((field) => [field, rows.reduce((sum, row) => sum + (row?.[field] ?? 0), 0)]));
const only = (row: Figures, fields: readonly string[]): Figures => Object.fromEntries(fields.map((field) => [field, row[field] ?? 0]));

async function center<Data>(fields: string): Promise<Data> {
  const { data, errors } = await line.ask<{ contactCenter: Data }>(`{ contactCenter { ${fields} } }`);
  expect(errors).toEqual([]);
  return data.contactCenter;
}

/** Not all of them zero, so that something was added up. */
function expectAdded(rows: readonly (Figures | null)[], whole: Figures, fields: readonly string[]): void {
  expect(fields.length).toBeGreaterThan(0);
  expect(rows.length).toBeGreaterThan(1);
  expect(added(rows, fields)).toEqual(only(whole, fields));
  expect(Object.values(only(whole, fields)).some((value) => value !== 0)).toBe(true);
}

describe("counts of agent segments add up", () => {
  const window = "lastMinutes: 480";

  test.each(["agents", "skills", "intervals", "HUMAN and BOT"])("over %s", async (over) => {
    const fields = adding(agentSegmentMetrics, over);
    const shown = fields.join(" ");
    const { whole, human, bot, agents } = await center<{
      whole: Figures & { intervals: Figures[]; bySkill: Figures[] } & Record<string, unknown>;
      human: Figures;
      bot: Figures;
      agents: { nodes: { segments: Figures | null }[] };
    }>(
      `whole: agentSegments(${window}) { ${shown} intervals(everyMinutes: 60) { ${shown} } bySkill { ${shown} } }
       human: agentSegments(${window}, userType: HUMAN) { ${shown} } bot: agentSegments(${window}, userType: BOT) { ${shown} }
       agents(first: 500) { nodes { segments(${window}) { ${shown} } } }`,
    );
    const rows = { agents: agents.nodes.map(({ segments }) => segments), skills: whole.bySkill, intervals: whole.intervals };
    expectAdded(rows[over as keyof typeof rows] ?? [human, bot], whole as Figures, fields);
  });
});

describe("counts of skill segments add up", () => {
  test.each(["skills", "intervals"])("over %s", async (over) => {
    const fields = adding(skillSegmentMetrics, over);
    const shown = fields.join(" ");
    const { whole, skills } = await center<{
      whole: Figures & { intervals: Figures[] };
      skills: { nodes: { segments: Figures | null }[] };
    }>(
      `whole: skillSegments(lastMinutes: 480) { ${shown} intervals(everyMinutes: 60) { ${shown} } }
       skills(first: 500) { nodes { segments(lastMinutes: 480) { ${shown} } } }`,
    );
    expectAdded(over === "skills" ? skills.nodes.map(({ segments }) => segments) : whole.intervals, whole as Figures, fields);
  });
});

describe("key metrics add up", () => {
  const at = Math.floor(atWork / minuteMs) * minuteMs;
  const between = (from: number, to: number) =>
    `(between: { from: "${new Date(at - from * hourMs).toISOString()}", to: "${new Date(at - to * hourMs).toISOString()}" })`;

  test("over skills", async () => {
    const [byTime, current] = [adding(keyMetricsByTime, "skills"), adding(keyMetricsCurrent, "skills")];
    const selection = `keyMetrics(lastMinutes: 480) { ${byTime.join(" ")} } current { ${current.join(" ")} }`;
    interface Both {
      keyMetrics: Figures;
      current: Figures;
    }
    const { skills, ...whole } = await center<Both & { skills: { nodes: Both[] } }>(
      `${selection} skills(first: 500) { nodes { ${selection} } }`,
    );
    expectAdded(
      skills.nodes.map(({ keyMetrics }) => keyMetrics),
      whole.keyMetrics,
      byTime,
    );
    expectAdded(
      skills.nodes.map((skill) => skill.current),
      whole.current,
      current,
    );
  });

  test("over windows that do not overlap", async () => {
    const fields = adding(keyMetricsByTime, "windows");
    const shown = `{ ${fields.join(" ")} }`;
    const { first, second, whole } = await center<Record<"first" | "second" | "whole", Figures>>(
      `first: keyMetrics${between(9, 5)} ${shown} second: keyMetrics${between(5, 1)} ${shown} whole: keyMetrics${between(9, 1)} ${shown}`,
    );
    expectAdded([first, second], whole, fields);
  });
});

describe("interval metrics add up", () => {
  const rows = (grouping: string, everyMinutes: number, fields: readonly string[]) =>
    `intervals(lastMinutes: 480, everyMinutes: ${everyMinutes}, groupBy: [${grouping}], includeBotSkills: true, first: 5000) { nodes { ${fields.join(" ")} } }`;
  /** The platform gives whole seconds for each row: parts of a second are lost in each. */
  const lostMs = 1_000;

  test.each(["SKILL", "AGENT", "AGENT_GROUP"])("over intervals, of rows by %s", async (grouping) => {
    const fields = intervalMetrics.all.flatMap((metric) =>
      isCarried(metric, [grouping], intervalMetrics) && (isSaid(metric, "intervals") || isSaid(metric, "any grouping"))
        ? [metric.field]
        : [],
    );
    type Rows = { nodes: Figures[] };
    const { hours, quarters } = await center<Record<"hours" | "quarters", Rows>>(
      // The window ends at a full hour for both.
      `hours: ${rows(grouping, 60, fields)} quarters: intervals(between: { from: "${new Date(Math.floor(atWork / hourMs) * hourMs - 8 * hourMs).toISOString()}", to: "${new Date(Math.floor(atWork / hourMs) * hourMs).toISOString()}" }, everyMinutes: 15, groupBy: [${grouping}], includeBotSkills: true, first: 5000) { nodes { ${fields.join(" ")} } }`,
    );
    const [whole, parts] = [added(hours.nodes, fields), added(quarters.nodes, fields)];
    for (const { field, unit } of intervalMetrics.all.filter(({ field }) => fields.includes(field))) {
      const difference = Math.abs(whole[field]! - parts[field]!);
      expect([field, difference <= (unit === "MILLISECONDS" ? lostMs * (quarters.nodes.length + hours.nodes.length) : 0)]).toEqual([
        field,
        true,
      ]);
      expect(whole[field]).not.toBe(0);
    }
  });

  test("over rows of any grouping: time of the account by skill, by agent and by conversation", async () => {
    const fields = adding(intervalMetrics, "any grouping");
    const groupings = ["SKILL", "AGENT", "AGENT_GROUP", "CONVERSATION"];
    const shown = await center<Record<string, { nodes: Figures[] }>>(
      groupings.map((grouping) => `${grouping}: ${rows(grouping, 60, fields)}`).join("\n"),
    );
    const sums = groupings.map((grouping) => added(shown[grouping]!.nodes, fields));
    for (const sum of sums) {
      for (const field of fields) {
        expect(sum[field]).toBeGreaterThan(hourMs);
        expect(Math.abs(sum[field]! / sums[0]![field]! - 1)).toBeLessThan(0.02);
      }
    }
  });
});
