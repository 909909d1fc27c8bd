import { type AgentSegmentsAnswer, agentSegments, agentSegmentsByInterval } from "../answers/agent-segments.js";
import type { Figures } from "../answers/segments.js";
import { agentSegmentMeasures } from "../metrics/agent-segments.js";
import { type Handler, ok } from "./asked.js";
import { wideRows } from "./breaks.js";
import { withEmptyLists } from "./empty-lists.js";
import { idList, nameList, oneOf, requireVersion } from "./parameters.js";
import { segmentWindow, writeIntervals } from "./segment-window.js";
import type { WireVariants } from "./variants.js";

type PerAgent = { metricsPerAgent: Record<string, Figures> };

/** Rows that are no agent's: one of nothing under "null", as captured answers have it, and one under "-1". */
function withNobody({ metricsPerAgent }: PerAgent, like: Figures, { nullKeys, agentMinusOne }: WireVariants): PerAgent {
  const nothing = Object.fromEntries(Object.keys(like).map((name) => [name, name.startsWith("avg") ? -1 : 0]));
  const [someone] = Object.values(metricsPerAgent);
  return {
    metricsPerAgent: { ...metricsPerAgent, ...(nullKeys && { null: nothing }), ...(agentMinusOne && { "-1": someone ?? nothing }) },
  };
}

function write(answer: AgentSegmentsAnswer, variants: WireVariants): Record<string, unknown> {
  const { metricsPerSkill, agentsMetrics, metricsTotal } = answer;
  const inSection = variants.totalsPlace === "section";
  const section = (part: PerAgent, total: Figures) => (inSection ? { ...part, [variants.totalsName]: total } : part);
  const skills = Object.entries(metricsPerSkill ?? {}).map(([id, { metricsTotal: total, ...part }]) => [
    variants.nullKeys && id === "-1" ? "null" : id,
    section(part, total),
  ]);
  const perSkill = Object.fromEntries(skills);
  const isWrapped = variants.agentSkillsName === "skillsMetricsPerAgent";
  return {
    ...(metricsPerSkill && { [variants.agentSkillsName]: isWrapped ? { metricsPerSkill: perSkill } : perSkill }),
    agentsMetrics: section(withNobody(agentsMetrics, metricsTotal, variants), metricsTotal),
    ...(!inSection && { [variants.totalsName]: metricsTotal }),
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
  const written = ({ agentsMetrics: { metricsPerAgent }, ...rest }: AgentSegmentsAnswer) => {
    const level = write(
      { ...rest, agentsMetrics: { metricsPerAgent: wideRows(metricsPerAgent, query.agentIds, variants.breaks) } },
      variants,
    );
    return variants.emptyMapsAsLists ? withEmptyLists(level) : level;
  };
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
