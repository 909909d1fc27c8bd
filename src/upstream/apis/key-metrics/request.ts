import { keyMetricsByTime, keyMetricsCurrent } from "../../../catalogue/key-metrics.js";
import { type MetricGroup, metricsOf } from "../../../catalogue/metric.js";
import { ceilTo, minuteMs, type Window } from "../../../time.js";
import type { ExchangeRequest, KeyMetricsCall } from "../../call.js";
import { type KeyMetricsWindow, keysPerPage } from "../../question.js";
import { idList, requestPath } from "../platform-form.js";

/**
 * The POST for one page. Both response sections are always named; a call that wants keys alone asks for the current
 * metrics, because the platform wants to be asked for something.
 */
export const keyMetricsRequest = (call: KeyMetricsCall, account: string, window: Window, offset: number): ExchangeRequest => ({
  service: "keyMetrics",
  method: "POST",
  path: requestPath(`/manager_workspace/api/account/${encodeURIComponent(account)}/metrics`, {
    offset,
    limit: keysPerPage,
    sort: call.order && `${call.order.metric}:${call.order.direction}`,
  }),
  body: {
    filters: { time: window, ...idFilters(call), ...userTypes(call), ...(call.includeSubGroups && { includeSubGroups: true }) },
    ...(call.groupBy && { groupBy: call.groupBy }),
    responseSections: [...(call.total ? ["all"] : []), ...(call.groupBy ? ["groupBy"] : [])],
    ...(call.byTime && { metricsToRetrieveByTime: namesOf(keyMetricsByTime) }),
    ...((call.current || !call.byTime) && { metricsToRetrieveCurrentValue: namesOf(keyMetricsCurrent) }),
  },
});

/** The window to send; one given by its length ends at the next whole minute, as the platform would round it. */
export function windowAt(now: number, window: KeyMetricsWindow): Window {
  if (!("lastMinutes" in window)) return { from: window.from, to: window.to };
  const to = ceilTo(now, minuteMs);
  return { from: to - window.lastMinutes * minuteMs, to };
}

const namesOf = (group: MetricGroup): string[] => metricsOf(group).map(({ upstream }) => upstream);

/** Only lists that filter are sent. `idList` refuses an empty one, which would filter nothing. */
const idFilters = ({ filters }: KeyMetricsCall) =>
  Object.fromEntries(Object.entries(filters).flatMap(([name, ids]) => (ids === null ? [] : [[name, idList(ids).split(",")]])));

const userTypes = ({ userType }: KeyMetricsCall) => (userType === "ALL" ? {} : { userTypes: [userType] });
