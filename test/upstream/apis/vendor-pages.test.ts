import { describe, expect, test } from "vitest";
import { agentSegmentMetrics } from "../../../src/catalogue/agent-segments.js";
import { catalogue } from "../../../src/catalogue/catalogue.js";
import { intervalMetrics } from "../../../src/catalogue/interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "../../../src/catalogue/key-metrics.js";
import { isDerived, type Metric, type MetricGroup } from "../../../src/catalogue/metric.js";
import { skillSegmentMetrics } from "../../../src/catalogue/skill-segments.js";
import { metricNames } from "../../../src/upstream/apis/interval-metrics/fetch.js";
import agentPage from "../../fixtures/vendor/agent-segments.json" with { type: "json" };
import intervalPage from "../../fixtures/vendor/interval-metrics.json" with { type: "json" };
import keyPage from "../../fixtures/vendor/key-metrics.json" with { type: "json" };
import skillPage from "../../fixtures/vendor/skill-segments.json" with { type: "json" };

interface OnPage {
  request: string;
  answer?: string;
  type?: string;
  unit?: string;
  noData?: number;
}

/** Segments and intervals use one name for request and answer. */
const named = (metrics: { name: string; type: string; unit?: string; noData?: number }[]): OnPage[] =>
  metrics.map(({ name, ...rest }) => ({ request: name, answer: name, ...rest }));

const pages: [title: string, group: MetricGroup, metrics: OnPage[]][] = [
  ["agent segments", agentSegmentMetrics, named(agentPage.metrics)],
  ["skill segments", skillSegmentMetrics, named(skillPage.metrics)],
  ["key metrics by time", keyMetricsByTime, keyPage.metricsToRetrieveByTime],
  ["current key metrics", keyMetricsCurrent, keyPage.metricsToRetrieveCurrentValue],
  ["interval metrics", intervalMetrics, named(intervalPage.metrics)],
];

const unitWords: Record<string, { unit: string; seconds?: true }> = {
  count: { unit: "COUNT" },
  milliseconds: { unit: "MILLISECONDS" },
  seconds: { unit: "MILLISECONDS", seconds: true },
  ratio: { unit: "RATIO" },
  messages: { unit: "MESSAGES" },
};

describe.each(pages)("the vendor's page of %s and the catalogue", (_, group, metrics) => {
  const declared = group.inOrder;

  test("name the same metrics, each once", () => {
    expect(metrics).not.toEqual([]);
    expect(declared.map(({ upstream }) => upstream).sort()).toEqual(metrics.map(({ request }) => request).sort());
  });

  test("expect each metric under the same key of the answer", () => {
    for (const { request, answer } of metrics.filter((metric) => metric.answer)) {
      expect(declared.find(({ upstream }) => upstream === request)?.answer, request).toBe(answer);
    }
  });

  test("agree on every unit that the page states", () => {
    for (const { request, unit } of metrics.filter((metric) => metric.unit)) {
      const metric = declared.find(({ upstream }) => upstream === request);
      expect({ unit: metric?.unit, ...(metric?.seconds && { seconds: true }) }, request).toEqual(unitWords[unit ?? ""]);
    }
  });

  test("agree on which segment averages say no data by -1", () => {
    for (const { request, noData } of metrics.filter((metric) => metric.noData)) {
      expect([request, noData, declared.find(({ upstream }) => upstream === request)?.average]).toEqual([request, -1, true]);
    }
  });
});

test("the catalogue holds the metrics of all pages, and no two of a group share a field or an answer key", () => {
  const own = catalogue.filter((metric): metric is Metric => !isDerived(metric));
  expect(own).toHaveLength(pages.flatMap(([, , metrics]) => metrics).length);
  for (const key of ["answer", "upstream"] as const)
    expect(new Set(own.map((metric) => `${metric.group.type} ${metric[key]}`)).size).toBe(own.length);
  expect(new Set(catalogue.map(({ group, field }) => `${group.type} ${field}`)).size).toBe(catalogue.length);
});

test("metrics that the page ties to grouping by skill are asked for with that grouping alone", () => {
  const tied = intervalPage.metrics.flatMap((metric) => ("onlyGroupedBy" in metric ? [metric.name] : []));
  expect(tied).toEqual(["arrivals", "closedConversations"]);
  expect(metricNames(["SKILL"])).toEqual(expect.arrayContaining(tied));
  expect(metricNames(["SKILL", "AGENT"])).not.toEqual(expect.arrayContaining([tied[0]]));
  expect(metricNames(["SKILL", "AGENT"])).not.toEqual(expect.arrayContaining([tied[1]]));
});
