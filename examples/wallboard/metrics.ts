import { wordsOf } from "./format.js";
import type { MetricUnit, SkillsSubscription } from "./generated/graphql.js";

export type Account = NonNullable<SkillsSubscription["contactCenter"]>;
export type SkillFigures = NonNullable<Account["skills"]>["nodes"][number];

export interface ShownMetric {
  metric: string;
  label: string;
  unit: MetricUnit;
}

/** What a tile and the strip show always, most urgent first. A threshold on another metric adds that one. */
export const shownMetrics: readonly ShownMetric[] = [
  { metric: "CurrentMetrics.unassignedConversations", label: "Waiting", unit: "COUNT" },
  { metric: "CurrentMetrics.queueWaitTime90thPercentile", label: "Longest waits", unit: "MILLISECONDS" },
  { metric: "CurrentMetrics.overdueConversationsTotal", label: "Overdue", unit: "COUNT" },
  { metric: "CurrentMetrics.humanAgentLoad", label: "Load", unit: "RATIO" },
  { metric: "CurrentMetrics.onlineAgents", label: "Online", unit: "COUNT" },
  { metric: "KeyMetrics.closedConversations", label: "Closed", unit: "COUNT" },
  { metric: "KeyMetrics.csat", label: "CSAT", unit: "RATIO" },
];

/** Metrics with a short name on the board; others are called as in the catalogue. */
export const namedMetrics: readonly ShownMetric[] = [
  ...shownMetrics,
  { metric: "SkillSegments.abandonmentRate", label: "Abandoned", unit: "RATIO" },
];

export const labelOf = (metric: string): string => namedMetrics.find((named) => named.metric === metric)?.label ?? capital(wordsOf(metric));

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The object of figures in which a metric stands, and the field of the skill that holds it. */
export const partOf = (metric: string): "current" | "keyMetrics" | "segments" =>
  metric.startsWith("CurrentMetrics.") ? "current" : metric.startsWith("KeyMetrics.") ? "keyMetrics" : "segments";

/** The value of a metric of the catalogue; null where there is none. */
export function metricValue(skill: Pick<Partial<SkillFigures>, "current" | "keyMetrics" | "segments">, metric: string): number | null {
  const figures = skill[partOf(metric)] as Record<string, unknown> | null | undefined;
  const value = figures?.[metric.slice(metric.indexOf(".") + 1)];
  return typeof value === "number" ? value : null;
}

/** The platform keeps what has no skill under the skill -1. */
export const nameOfSkill = ({ id, name }: { id: string; name?: string | null }): string =>
  name ?? (id === "-1" ? "Unassigned" : `Skill ${id}`);
