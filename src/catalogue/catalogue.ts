import { agentSegmentMetrics } from "./agent-segments.js";
import { intervalMetrics } from "./interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "./key-metrics.js";
import type { AnyMetric, MetricsApi } from "./metric.js";
import { skillSegmentMetrics } from "./skill-segments.js";

const groups = [agentSegmentMetrics, skillSegmentMetrics, keyMetricsByTime, keyMetricsCurrent, intervalMetrics];

/** Every metric the gateway knows: the platform's and those derived from them. */
export const catalogue: readonly AnyMetric[] = groups.flatMap(({ all }) => all);

/** How error messages name an API: the vendor's title of the page that describes it, of several the first. */
export const titleOf = (wanted: MetricsApi): string => groups.find(({ api }) => api === wanted)!.source;
