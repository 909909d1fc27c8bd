import { agentSegmentMeasures as measures } from "../metrics/agent-segments.js";
import { grouped } from "../metrics/figure.js";
import { type Ledger, slice } from "../model/ledger.js";
import type { AgentSegment } from "../model/records.js";
import { type ByIntervals, byIntervals, type Figures, figuresBy, totalOf, type UserType } from "./segments.js";

export interface AgentSegmentsQuery {
  /** Epoch ms; a segment belongs to the window in which it ended: from <= end < to. */
  from: number;
  to: number;
  /** Absent: all. */
  agentIds?: readonly string[] | undefined;
  groupIds?: readonly string[] | undefined;
  /** Absent: no grouping by skill. */
  skillIds?: readonly string[] | "all" | undefined;
  userType?: UserType | undefined;
  source?: string | undefined;
  metrics?: readonly string[] | undefined;
  /** True: skills given filter every figure; the default is that they only split. */
  skillsFilter?: boolean | undefined;
}

export interface AgentSegmentsAnswer {
  /** `metricsTotal`: over the agents of the skill. The documented answer does not show it. */
  metricsPerSkill?: Record<string, { metricsPerAgent: Record<string, Figures>; metricsTotal: Figures }>;
  agentsMetrics: { metricsPerAgent: Record<string, Figures> };
  metricsTotal: Figures;
}

const byAgent = (segment: AgentSegment): string => segment.agent.id;

function matches(segment: AgentSegment, query: AgentSegmentsQuery): boolean {
  const { agent, conversation } = segment;
  if (query.agentIds && !query.agentIds.includes(agent.id)) return false;
  if (query.groupIds && !query.groupIds.includes(agent.group.id)) return false;
  if (query.userType === "human" && agent.bot) return false;
  if (query.userType === "bot" && !agent.bot) return false;
  return query.source === undefined || conversation.source === query.source;
}

/** With skills asked for, `agentsMetrics` and the total still count the segments of every skill. */
function answer(segments: readonly AgentSegment[], { skillIds, metrics, skillsFilter }: AgentSegmentsQuery): AgentSegmentsAnswer {
  const asked = segments.filter(({ skill }) => skillIds === undefined || skillIds === "all" || skillIds.includes(skill.id));
  const counted = skillsFilter ? asked : segments;
  const agentsMetrics = { metricsPerAgent: figuresBy(measures, metrics, counted, byAgent) };
  const metricsTotal = totalOf(measures, metrics, counted);
  if (skillIds === undefined) return { agentsMetrics, metricsTotal };
  const perSkill = [...grouped(asked, ({ skill }) => [skill.id])].map(([id, members]) => [
    id,
    { metricsPerAgent: figuresBy(measures, metrics, members, byAgent), metricsTotal: totalOf(measures, metrics, members) },
  ]);
  return { metricsPerSkill: Object.fromEntries(perSkill), agentsMetrics, metricsTotal };
}

const ended = (ledger: Ledger, query: AgentSegmentsQuery): AgentSegment[] =>
  slice(ledger.endedAgentSegments, query.from, query.to, ({ end }) => end).filter((segment) => matches(segment, query));

export const agentSegments = (ledger: Ledger, query: AgentSegmentsQuery): AgentSegmentsAnswer => answer(ended(ledger, query), query);

export const agentSegmentsByInterval = (
  ledger: Ledger,
  query: AgentSegmentsQuery & { intervalMs: number },
): ByIntervals<AgentSegmentsAnswer> =>
  byIntervals(
    ended(ledger, query),
    query,
    ({ end }) => end,
    (segments) => answer(segments, query),
  );
