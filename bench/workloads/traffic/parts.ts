import { agentSegmentMetrics } from "../../../src/catalogue/agent-segments.js";
import { intervalMetrics } from "../../../src/catalogue/interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "../../../src/catalogue/key-metrics.js";
import type { MetricGroup } from "../../../src/catalogue/metric.js";
import { skillSegmentMetrics } from "../../../src/catalogue/skill-segments.js";
import { ceilTo, floorTo, minuteMs } from "../../../src/time.js";
import { expectedFigures } from "../../../test/line/expected-figures.js";
import type { Claim, Measured } from "./claim.js";

/** Whose metrics these are. */
export type Subject = { agent: string } | { skill: string } | "account";

/** Metrics of one API that a viewer sees of an agent, a skill or the account. */
export interface Part {
  /** Name of the object in the answer. */
  alias: string;
  /** The field with arguments and selection. */
  field: string;
  /** What the object says: an API's figures, and how the platform would give them. */
  claim(shown: Measured | null, of: Subject): Pick<Claim, "api" | "what" | "ttlMs" | "shown" | "expected">;
}

type Raw = Readonly<Record<string, number>> | undefined;

/** The gateway's defaults; intervals that ended long ago are fresh for a day, and an answer is as old as the oldest of its rows. */
const segmentsTtlMs = 15_000;
const keyMetricsTtlMs = 15_000;
const currentTtlMs = 10_000;
const closedIntervalsTtlMs = 86_400_000;

/** Null where the platform has no row. */
function figures(group: MetricGroup, fields: readonly string[], raw: Raw, segments?: string): Record<string, number | null> | null {
  if (raw === undefined) return null;
  const all = expectedFigures(group, raw, segments);
  return Object.fromEntries(fields.map((field) => [field, all[field] ?? null]));
}

const named = (of: Subject): string => (of === "account" ? "the account" : Object.entries(of).flat().join(" "));

export interface AgentSegmentsAsked {
  lastMinutes?: number;
  /** Also cut into intervals of this length. */
  everyMinutes?: number;
  userType?: "HUMAN" | "BOT";
  agentGroupId?: string;
}

const agentFields = ["totalAgentConversationSegments", "avgAgentSegmentDuration"];
const agentCount = "totalAgentConversationSegments";

/** Of an agent or the account. */
export function agentSegments(of: "agent" | "account", asked: AgentSegmentsAsked = {}): Part {
  const { lastMinutes = 60, everyMinutes, userType, agentGroupId } = asked;
  const filter = `${userType ? `, userType: ${userType}` : ""}${agentGroupId ? `, agentGroupIds: ["${agentGroupId}"]` : ""}`;
  const intervals = everyMinutes === undefined ? "" : `intervals(everyMinutes: ${everyMinutes}) { ${agentCount} }`;
  const name = of === "agent" ? "segments" : "agentSegments";
  return {
    alias: "agentSegments",
    field: `agentSegments: ${name}(lastMinutes: ${lastMinutes}${filter}) { asOf stale window { from to } ${agentFields.join(" ")} ${intervals} }`,
    claim: (shown, subject) => ({
      api: "agent-segments",
      what: `agent segments of ${named(subject)}`,
      ttlMs: segmentsTtlMs,
      shown,
      expected(truth, at) {
        const query = {
          from: at - lastMinutes * minuteMs,
          to: at,
          userType: userType && (userType === "BOT" ? ("bot" as const) : ("human" as const)),
          groupIds: agentGroupId === undefined ? undefined : [agentGroupId],
        };
        const rowOf = (answer: { agentsMetrics: { metricsPerAgent: Record<string, Raw> }; metricsTotal: Raw }) =>
          subject !== "account" && "agent" in subject ? answer.agentsMetrics.metricsPerAgent[subject.agent] : answer.metricsTotal;
        const whole = figures(agentSegmentMetrics, agentFields, rowOf(truth.ask("agentSegments", query)), agentCount);
        if (whole === null || everyMinutes === undefined) return whole;
        const cut = truth.ask("agentSegmentsByInterval", { ...query, intervalMs: everyMinutes * minuteMs }).metricsByIntervals;
        return { ...whole, intervals: cut.map(({ answer }) => ({ [agentCount]: rowOf(answer)?.[agentCount] ?? null })) };
      },
    }),
  };
}

const skillFields = ["totalSkillConversationSegments", "interactiveSkillSegments"];
const skillCount = "totalSkillConversationSegments";

/** Of a skill or the account. */
export function skillSegments(of: "skill" | "account", lastMinutes = 60): Part {
  const name = of === "skill" ? "segments" : "skillSegments";
  return {
    alias: "skillSegments",
    field: `skillSegments: ${name}(lastMinutes: ${lastMinutes}) { asOf stale window { from to } ${skillFields.join(" ")} }`,
    claim: (shown, subject) => ({
      api: "skill-segments",
      what: `skill segments of ${named(subject)}`,
      ttlMs: segmentsTtlMs,
      shown,
      expected(truth, at) {
        const { skillsMetrics, metricsTotal } = truth.ask("skillSegments", { from: at - lastMinutes * minuteMs, to: at });
        const raw: Raw = subject !== "account" && "skill" in subject ? skillsMetrics[subject.skill] : metricsTotal;
        return figures(skillSegmentMetrics, skillFields, raw, skillCount);
      },
    }),
  };
}

const rawKeyMetrics = (truth: Parameters<Claim["expected"]>[0], window: { from: number; to: number }, asOf: number, of: Subject): Raw => {
  if (of === "account") return truth.ask("keyMetrics", { ...window, asOf }).all;
  if ("agent" in of) return truth.ask("keyMetrics", { ...window, asOf, agentIds: [of.agent] }).all;
  return truth.ask("keyMetrics", { ...window, asOf, groupBy: "skillId" }).groups.find(({ key }) => key === of.skill)?.metrics;
};

const byTimeFields = ["closedConversations", "avgWaitTime"];

/** Of an agent, a skill or the account; `window`: the arguments that name it. */
export function keyMetrics(window = "lastMinutes: 60"): Part {
  return {
    alias: "keyMetrics",
    field: `keyMetrics(${window}) { asOf stale window { from to } ${byTimeFields.join(" ")} }`,
    claim: (shown, subject) => ({
      api: "key-metrics",
      what: `key metrics of ${named(subject)}`,
      ttlMs: keyMetricsTtlMs,
      shown,
      expected(truth, at) {
        const around = { from: ceilTo(at, minuteMs) - 60 * minuteMs, to: ceilTo(at, minuteMs) };
        const span = shown?.window ? { from: Date.parse(shown.window.from), to: Date.parse(shown.window.to) } : around;
        return figures(keyMetricsByTime, byTimeFields, rawKeyMetrics(truth, span, at, subject));
      },
    }),
  };
}

const currentFields = ["openConversations", "unassignedConversations"];

/** Of an agent, a skill or the account, as it stands. */
export const current: Part = {
  alias: "current",
  field: `current { asOf stale ${currentFields.join(" ")} }`,
  claim: (shown, subject) => ({
    api: "key-metrics",
    what: `current metrics of ${named(subject)}`,
    ttlMs: currentTtlMs,
    shown,
    expected: (truth, at) => figures(keyMetricsCurrent, currentFields, rawKeyMetrics(truth, { from: at, to: at }, at, subject)),
  }),
};

/** What makes a row of interval metrics one of a human agent. */
const humanMetrics = ["handleTime", "workTime", "handledConversations", "repliedConversations", "agentMessages"];
const rowFields = ["handleTime", "handledConversations"];

/** Quarters of an hour of a skill, rows of human activity alone. */
export function skillIntervals(lastMinutes: number): Part {
  return {
    alias: "intervals",
    field: `intervals(lastMinutes: ${lastMinutes}, everyMinutes: 15) { asOf stale window { from to } nodes { from ${rowFields.join(" ")} } }`,
    claim: (shown, subject) => ({
      api: "interval-metrics",
      what: `intervals of ${named(subject)}`,
      ttlMs: closedIntervalsTtlMs,
      shown,
      expected(truth, at) {
        const to = floorTo(at, 15 * minuteMs);
        const rows = truth.ask("intervalMetrics", {
          from: to - lastMinutes * minuteMs,
          to,
          intervalMinutes: 15,
          grouping: ["skill"],
          handleTimeModel: "IFT",
          metrics: intervalMetrics.inOrder.map(({ upstream }) => upstream),
          includeBotSkills: true,
          skillId: subject !== "account" && "skill" in subject ? subject.skill : undefined,
        });
        const human = rows.filter(({ metrics }) => humanMetrics.some((name) => (metrics[name] ?? 0) !== 0));
        return {
          nodes: human.map(({ from, metrics }) => ({
            from: new Date(from).toISOString(),
            ...figures(intervalMetrics, rowFields, metrics),
          })),
        };
      },
    }),
  };
}
