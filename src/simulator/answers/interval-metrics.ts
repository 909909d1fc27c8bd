import { intervalMeasures } from "../metrics/interval-cell.js";
import { minute } from "../model/duration.js";
import type { Ledger } from "../model/ledger.js";
import { IntervalCells, type IntervalMetricsQuery, type Row } from "./interval-cells.js";
import type { Figures } from "./segments.js";

export interface IntervalRow {
  from: number;
  to: number;
  skillId?: string;
  skillName?: string | null;
  agentGroupId?: string;
  agentGroupName?: string | null;
  agentId?: string;
  agentName?: string | null;
  agentLogin?: string | null;
  conversationId?: string;
  metrics: Figures;
}

/** Starts of the intervals that the window covers, ascending. */
export function intervalStarts({ from, to, intervalMinutes }: Pick<IntervalMetricsQuery, "from" | "to" | "intervalMinutes">): number[] {
  const size = intervalMinutes * minute;
  const starts: number[] = [];
  for (let start = Math.ceil(from / size) * size; start < to; start += size) starts.push(start);
  return starts;
}

const skillLevel = ["consumerMessages", "arrivals", "closedConversations"];

/**
 * The metrics of a row, or null when the row is left out. Without data in the requested ones of handleTime and
 * workTime a row vanishes; with bot skills included it stays, with figures at the skill level alone.
 */
function metricsOf({ cell }: Row, query: IntervalMetricsQuery): Figures | null {
  const figures = Object.fromEntries(query.metrics.map((name) => [name, intervalMeasures[name]!(cell)]));
  const times = query.metrics.filter((name) => name === "handleTime" || name === "workTime");
  const idle = times.length > 0 && times.every((name) => figures[name] === 0);
  if (!idle) return Object.values(figures).some((value) => value !== 0) ? figures : null;
  if (!query.includeBotSkills || query.grouping.includes("agent") || query.grouping.includes("agentGroup")) return null;
  const kept = Object.fromEntries(query.metrics.map((name) => [name, skillLevel.includes(name) ? figures[name]! : 0]));
  return Object.values(kept).some((value) => value !== 0) ? kept : null;
}

function rowOf(row: Row, metrics: Figures, query: IntervalMetricsQuery): IntervalRow {
  const { grouping, intervalMinutes } = query;
  const { from, skill, agent, conversation } = row;
  return {
    from,
    to: from + intervalMinutes * minute,
    ...(grouping.includes("skill") && skill && { skillId: skill.id, skillName: skill.name }),
    ...(grouping.includes("agentGroup") && agent && { agentGroupId: agent.group.id, agentGroupName: agent.group.name }),
    ...(grouping.includes("agent") && agent && { agentId: agent.id, agentName: agent.name, agentLogin: agent.login }),
    ...(grouping.includes("conversation") && conversation && { conversationId: conversation.id }),
    metrics,
  };
}

/** Every row of the window, by interval, then by keys. */
export function intervalMetrics(ledger: Ledger, query: IntervalMetricsQuery): IntervalRow[] {
  const starts = intervalStarts(query);
  if (starts.length === 0) return [];
  const size = query.intervalMinutes * minute;
  const cells = new IntervalCells({ ...query, from: starts[0]!, to: starts.at(-1)! + size }, size);
  cells.fill(ledger);
  const rows: IntervalRow[] = [];
  for (const [, row] of [...cells.rows].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const metrics = metricsOf(row, query);
    if (metrics !== null) rows.push(rowOf(row, metrics, query));
  }
  return rows;
}
