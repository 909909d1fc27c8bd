import { agentSegmentMetrics } from "../../catalogue/agent-segments.js";
import { intervalMetrics } from "../../catalogue/interval-metrics.js";
import { keyMetricsByTime } from "../../catalogue/key-metrics.js";
import type { MetricsApi } from "../../catalogue/metric.js";
import { skillSegmentMetrics } from "../../catalogue/skill-segments.js";
import { GatewayError } from "../../errors.js";
import type { ExchangeRequest } from "../call.js";

/** How error messages name an API: the vendor's title of its page. */
export const titleOf: Readonly<Record<MetricsApi, string>> = {
  AGENT_SEGMENTS: agentSegmentMetrics.source,
  SKILL_SEGMENTS: skillSegmentMetrics.source,
  KEY_METRICS: keyMetricsByTime.source,
  INTERVAL_METRICS: intervalMetrics.source,
};

/** The API a request asks. Operations serves two, told apart by the method at the end of the path. */
export function apiOf({ service, path }: Pick<ExchangeRequest, "service" | "path">): MetricsApi {
  if (service === "keyMetrics") return "KEY_METRICS";
  if (service === "intervalMetrics") return "INTERVAL_METRICS";
  return path.includes("/msgskillsegments") ? "SKILL_SEGMENTS" : "AGENT_SEGMENTS";
}

/** UPSTREAM_INVALID_RESPONSE; `what` completes the sentence and must not quote the answer. */
export const notAsDocumented = (api: MetricsApi, account: string, what: string): GatewayError =>
  new GatewayError("UPSTREAM_INVALID_RESPONSE", `${titleOf[api]}: the platform's answer is not as documented: ${what}.`, { api, account });
