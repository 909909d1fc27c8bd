import { type AgentSegmentsAnswer, agentSegments, agentSegmentsByInterval } from "../answers/agent-segments.js";
import type { Figures } from "../answers/segments.js";
import { agentSegmentMeasures } from "../metrics/agent-segments.js";
import { type Handler, ok } from "./asked.js";
import { wideRows } from "./breaks.js";
import { idList, nameList, oneOf, requireVersion } from "./parameters.js";
import { segmentWindow, writeIntervals } from "./segment-window.js";
import type { WireVariants } from "./variants.js";

type PerAgent = { metricsPerAgent: Record<string, Figures> };

/** A row of nothing, as captured answers have it under "null". */
function withNull(part: PerAgent, like: Figures, variants: WireVariants): PerAgent {
  if (!variants.nullKeys) return part;
  const nothing = Object.fromEntries(Object.keys(like).map((name) => [name, name.startsWith("avg") ? -1 : 0]));
  return { metricsPerAgent: { ...part.metricsPerAgent, null: nothing } };
}

function write({ metricsPerSkill, agentsMetrics, metricsTotal }: AgentSegmentsAnswer, variants: WireVariants): Record<string, unknown> {
  const perSkill =
    metricsPerSkill &&
    Object.fromEntries(Object.entries(metricsPerSkill).map(([id, part]) => [variants.nullKeys && id === "-1" ? "null" : id, part]));
  return {
    ...(perSkill && { metricsPerSkill: perSkill }),
    agentsMetrics: withNull(agentsMetrics, metricsTotal, variants),
    [variants.totalsName]: metricsTotal,
  };
}

/** GET /operations/api/account/{id}/msgagentsegments */
export const answerAgentSegments: Handler = ({ parameters, center, now, variants }) => {
  const { intervalMs, ...window } = segmentWindow(parameters, now);
  requireVersion(parameters);
  const { source } = parameters;
  const query = {
    ...window,
    agentIds: idList(parameters, "agentIds"),
    groupIds: idList(parameters, "groupIds"),
    skillIds: parameters.skillIds === "all" ? ("all" as const) : idList(parameters, "skillIds"),
    userType: oneOf(parameters, "userType", ["human", "bot", "all"]),
    source: source === "" || source === "all" ? undefined : source,
    metrics: nameList(parameters, "metrics", Object.keys(agentSegmentMeasures)),
    skillsFilter: variants.breaks.includes("split"),
  };
  const written = ({ agentsMetrics: { metricsPerAgent }, ...rest }: AgentSegmentsAnswer) =>
    write({ ...rest, agentsMetrics: { metricsPerAgent: wideRows(metricsPerAgent, query.agentIds, variants.breaks) } }, variants);
  if (intervalMs === undefined) return ok(written(agentSegments(center.ledger, query)));
  const cut = agentSegmentsByInterval(center.ledger, { ...query, intervalMs });
  const short = agentSegments(center.ledger, { ...query, to: query.to - intervalMs });
  return ok(
    writeIntervals(variants.breaks.includes("summary") ? { ...cut, timeframeSummary: short } : cut, {
      wrapped: variants.agentIntervalsWrapped,
      descending: variants.agentIntervalOrder === "descending",
      emptyIntervals: variants.emptyIntervals,
      isEmpty: ({ agentsMetrics }) => Object.keys(agentsMetrics.metricsPerAgent).length === 0,
      write: written,
    }),
  );
};
