import { expect, test } from "vitest";
import { agentSegmentMetrics } from "../../src/catalogue/agent-segments.js";
import { intervalMetrics } from "../../src/catalogue/interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "../../src/catalogue/key-metrics.js";
import type { MetricGroup } from "../../src/catalogue/metric.js";
import { skillSegmentMetrics } from "../../src/catalogue/skill-segments.js";
import { agentSegmentMeasures } from "../../src/simulator/metrics/agent-segments.js";
import { intervalMeasures } from "../../src/simulator/metrics/interval-cell.js";
import { byTimeMeasures } from "../../src/simulator/metrics/key-metrics-by-time.js";
import { currentMeasures } from "../../src/simulator/metrics/key-metrics-current.js";
import { skillSegmentMeasures } from "../../src/simulator/metrics/skill-segments.js";

const upstream = (group: MetricGroup): string[] => group.inOrder.map((metric) => metric.upstream).sort();

test.each([
  ["agent segments", agentSegmentMetrics, agentSegmentMeasures],
  ["skill segments", skillSegmentMetrics, skillSegmentMeasures],
  ["key metrics by time", keyMetricsByTime, byTimeMeasures],
  ["current key metrics", keyMetricsCurrent, currentMeasures],
  ["interval metrics", intervalMetrics, intervalMeasures],
])("the simulator computes every metric of the catalogue's %s, and no other", (_, group, measures) => {
  expect(Object.keys(measures).sort()).toEqual(upstream(group));
});

test.each([
  ["by time", keyMetricsByTime, byTimeMeasures],
  ["current", keyMetricsCurrent, currentMeasures],
])("key metrics %s answer under the names that the catalogue expects", (_, group, measures) => {
  const answers = Object.fromEntries(group.inOrder.map((metric) => [metric.upstream, metric.answer]));
  expect(Object.fromEntries(Object.entries(measures).map(([name, { answer }]) => [name, answer]))).toEqual(answers);
});
