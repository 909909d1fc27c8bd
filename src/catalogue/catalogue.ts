import { agentSegmentMetrics } from "./agent-segments.js";
import { intervalMetrics } from "./interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "./key-metrics.js";
import { type Metric, metricsOf } from "./metric.js";
import { skillSegmentMetrics } from "./skill-segments.js";

/** Every metric the gateway knows. */
export const catalogue: readonly Metric[] = [
  agentSegmentMetrics,
  skillSegmentMetrics,
  keyMetricsByTime,
  keyMetricsCurrent,
  intervalMetrics,
].flatMap(metricsOf);
