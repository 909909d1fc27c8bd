import { type SkillSegmentsAnswer, skillSegments, skillSegmentsByInterval } from "../answers/skill-segments.js";
import { type Handler, ok } from "./asked.js";
import { wideRows } from "./breaks.js";
import { withEmptyLists } from "./empty-lists.js";
import { idList, oneOf, requireVersion } from "./parameters.js";
import { segmentWindow, writeIntervals } from "./segment-window.js";
import type { WireVariants } from "./variants.js";

function write({ skillsMetrics, metricsTotal }: SkillSegmentsAnswer, variants: WireVariants): Record<string, unknown> {
  const { totalsName, skillsName } = variants;
  const total = { [totalsName]: metricsTotal };
  const inSection = variants.totalsPlace === "section";
  const isWrapped = skillsName === "skillsMetricsPerAgent";
  const entries = Object.entries(skillsMetrics).map(([id, figures]) => [
    variants.nullKeys && id === "-1" ? "null" : id,
    isWrapped ? { [totalsName]: figures } : figures,
  ]);
  const rows = Object.fromEntries(entries);
  const section = { ...(isWrapped ? { metricsPerSkill: rows } : rows), ...(inSection && total) };
  const level = { [skillsName]: section, ...(!inSection && total) };
  return variants.emptyMapsAsLists ? withEmptyLists(level) : level;
}

/** GET /operations/api/account/{id}/msgskillsegments */
export const answerSkillSegments: Handler = ({ parameters, center, now, variants }) => {
  const { intervalMs, ...window } = segmentWindow(parameters, now);
  requireVersion(parameters);
  const query = { ...window, skillIds: idList(parameters, "skillIds"), userType: oneOf(parameters, "userType", ["human", "bot", "all"]) };
  const written = ({ skillsMetrics, metricsTotal }: SkillSegmentsAnswer) =>
    write({ skillsMetrics: wideRows(skillsMetrics, query.skillIds, variants.breaks), metricsTotal }, variants);
  if (intervalMs === undefined) return ok(written(skillSegments(center.ledger, query)));
  const cut = skillSegmentsByInterval(center.ledger, { ...query, intervalMs });
  const short = skillSegments(center.ledger, { ...query, to: query.to - intervalMs });
  return ok(
    writeIntervals(variants.breaks.includes("summary") ? { ...cut, timeframeSummary: short } : cut, {
      wrapped: variants.skillIntervalsWrapped,
      descending: variants.skillIntervalOrder === "descending",
      emptyIntervals: variants.emptyIntervals,
      isEmpty: ({ skillsMetrics }) => Object.keys(skillsMetrics).length === 0,
      write: written,
    }),
  );
};
