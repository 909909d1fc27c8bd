import { type KeyMetricsAnswer, keyMetrics } from "../answers/key-metrics.js";
import { type Asked, type Handler, ok } from "./asked.js";
import { withoutAutoClosed } from "./breaks.js";
import { keyMetricsBody, keyMetricsWindow } from "./key-metrics-body.js";
import { optionalNumber, type Parameters } from "./parameters.js";
import { bad } from "./refusal.js";

type Group = KeyMetricsAnswer["groups"][number];

const sortable = (
  "agentLoad humanAgentLoad closedConversations avgTimeToResponse avgTimeToFirstResponseFirstAssignment avgWaitTime " +
  "avgWaitTimeFirstResponse assignedConversations activeConversations onlineAgents awayAgents backSoonAgents"
).split(" ");

const byKey = (left: Group, right: Group): number => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0);

/** `metric:order`, default key:asc; keys compare as text, groups without the metric come last, ties by key. */
function sorting({ sort = "key:asc" }: Parameters): { metric: string | null; compare: (left: Group, right: Group) => number } {
  const [field = "", order = "asc"] = sort.split(":");
  if (order !== "asc" && order !== "desc") throw bad(`Parameter sort has an unknown order: ${order}`);
  const sign = order === "asc" ? 1 : -1;
  if (field === "key") return { metric: null, compare: (left, right) => sign * byKey(left, right) };
  if (!sortable.includes(field)) throw bad(`Parameter sort has an unknown metric: ${field}`);
  const compare = (left: Group, right: Group): number => {
    const [one, other] = [left.metrics[field], right.metrics[field]];
    if (one === undefined || other === undefined) return (one === undefined ? 1 : 0) - (other === undefined ? 1 : 0) || byKey(left, right);
    return sign * (one - other) || byKey(left, right);
  };
  return { metric: field, compare };
}

/** Links as the service writes them: to a host that nobody can reach. */
function links({ accountId, parameters }: Asked, offset: number, limit: number, count: number): Record<string, unknown> {
  const sort = parameters.sort === undefined ? "" : `&sort=${parameters.sort}`;
  const link = (rel: string, at: number) => ({
    [rel]: { rel, href: `https://localhost:8082/manager_workspace/api/account/${accountId}/metrics?offset=${at}&limit=${limit}${sort}` },
  });
  const last = Math.max(0, Math.floor((count - 1) / limit) * limit);
  return {
    ...link("first", 0),
    ...(offset > 0 && link("prev", Math.max(0, offset - limit))),
    ...link("self", offset),
    ...(offset + limit < count && link("next", offset + limit)),
    ...link("last", last),
  };
}

/** POST /manager_workspace/api/account/{id}/metrics */
export const answerKeyMetrics: Handler = (asked) => {
  const { parameters, center, now, variants } = asked;
  const body = keyMetricsBody(asked.body);
  const window = keyMetricsWindow(body.filters.time, now, variants.keyMetricsLookbackHours);
  const offset = optionalNumber(parameters, "offset", 0, 1_000_000) ?? 0;
  const limit = optionalNumber(parameters, "limit", 1, 50) ?? 50;
  const { compare } = sorting(parameters);
  const { time: _, ...filters } = body.filters;
  const query = {
    ...filters,
    ...window,
    asOf: now,
    groupBy: body.groupBy,
    byTime: body.metricsToRetrieveByTime,
    current: body.metricsToRetrieveCurrentValue,
    assignedSince: variants.breaks.includes("current-in-window") && body.metricsToRetrieveByTime.length > 0 ? window.from : undefined,
  };
  const { groups, all } = keyMetrics(center.ledger, center.directory, query);
  const sections = body.responseSections ?? variants.defaultSections;
  const shown = sections.includes("groupBy") && body.groupBy !== undefined;
  const filtered = (body.groupBy === "skillId" ? filters.skillIds : filters.agentGroupIds) !== undefined;
  const ofRow = (metrics: Group["metrics"]) =>
    filtered && variants.breaks.includes("filtered-keys") ? withoutAutoClosed(metrics) : metrics;
  const total = shown && variants.breaks.includes("total-beside-rows") ? withoutAutoClosed(all) : all;
  const kept = (metrics: Group["metrics"]) =>
    variants.zeroCountsAbsent ? Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== 0)) : metrics;
  const mapOf = (metrics: Group["metrics"]) => {
    const map = kept(metrics);
    return variants.emptyMapsAsLists && Object.keys(map).length === 0 ? [] : map;
  };
  const keyOf = (key: string) => (variants.nullKeys && key === "-1" ? null : key);
  const page = groups.sort(compare).slice(offset, offset + limit);
  const answer = ok({
    metadata: shown ? { count: groups.length, ...links(asked, offset, limit, groups.length) } : { count: 0 },
    ...(shown && {
      groupBy: {
        groupByField: body.groupBy,
        groups: page.map((group) => ({ ...group, key: keyOf(group.key), metrics: mapOf(ofRow(group.metrics)) })),
      },
    }),
    ...(sections.includes("all") && !variants.withoutAll && { all: mapOf(total) }),
  });
  return variants.longsAsDecimals ? { ...answer, text: withDecimals(answer.text) } : answer;
};

/** Writes whole numbers of metric objects as 3986.0. */
const withDecimals = (text: string): string =>
  text.replace(/"(?:metrics|all)":\{[^{}]*\}/g, (metrics) => metrics.replace(/:(-?\d+)(?=[,}])/g, ":$1.0"));
