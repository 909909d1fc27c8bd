import { agentSegmentMetrics } from "./agent-segments.js";
import { intervalMetrics } from "./interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "./key-metrics.js";
import type { AnyMetric } from "./metric.js";
import { skillSegmentMetrics } from "./skill-segments.js";

/** Every metric the gateway knows: the platform's and those derived from them. */
export const catalogue: readonly AnyMetric[] = [
  agentSegmentMetrics,
  skillSegmentMetrics,
  keyMetricsByTime,
  keyMetricsCurrent,
  intervalMetrics,
].flatMap(({ all }) => all);
