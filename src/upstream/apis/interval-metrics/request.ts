import { intervalMetrics } from "../../../catalogue/interval-metrics.js";
import { isCarried, metricsOf } from "../../../catalogue/metric.js";
import type { Window } from "../../../time.js";
import type { ExchangeRequest, IntervalMetricsCall } from "../../call.js";
import type { Grouping } from "../../question.js";
import { requestPath } from "../platform-form.js";

/** Where a page begins: a page key, or an offset in the older manner; null at the first page. */
export type Position = Readonly<Record<"pageKey", string> | Record<"offset", string>> | null;

/** Most rows the platform gives in one page. */
const pageRows = 500;

/** What the platform calls each grouping, and its id: as a filter of a request and in the rows of an answer. */
export const platformNames: Readonly<Record<Grouping, { grouping: string; id: string }>> = {
  SKILL: { grouping: "skill", id: "skillId" },
  AGENT_GROUP: { grouping: "agentGroup", id: "agentGroupId" },
  AGENT: { grouping: "agent", id: "agentId" },
  CONVERSATION: { grouping: "conversation", id: "conversationId" },
};

/**
 * The GET for one page of a window. Which rows the platform gives depends on the metrics asked for, so a grouping is always
 * asked for the same ones.
 */
export const intervalMetricsRequest = (
  call: IntervalMetricsCall,
  account: string,
  source: string,
  window: Window,
  position: Position,
): ExchangeRequest => ({
  service: "intervalMetrics",
  method: "GET",
  path: requestPath(`/api/account/${encodeURIComponent(account)}/interval-metrics`, {
    v: 1,
    source,
    from: rfc3339(window.from),
    to: rfc3339(window.to),
    intervalDuration: call.everyMinutes,
    grouping: call.grouping.map((grouping) => platformNames[grouping].grouping).join(","),
    ...Object.fromEntries(Object.entries(call.filters).map(([kind, id]) => [platformNames[kind as Grouping].id, id])),
    handleTimeModel: call.handleTimeModel,
    metrics: metricNames(call.grouping).join(","),
    includeBotSkills: call.includeBotSkills,
    pageSize: pageRows,
    ...position,
  }),
});

/** The metrics that rows grouped like this carry: the platform must not be asked for others. */
export const metricNames = (grouping: readonly Grouping[]): string[] =>
  metricsOf(intervalMetrics).flatMap((metric) => (isCarried(metric, grouping, intervalMetrics) ? [metric.upstream] : []));

/** UTC, without milliseconds. */
const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
