import type { Config } from "../../src/config.js";
import { GatewayMetrics } from "../../src/telemetry/metrics.js";

/** What the program counts with this configuration: nothing unless METRICS is true. For `createGateway` and `startApp`. */
export function metricsOf({ metrics: told, trustedDocuments }: Pick<Config, "metrics" | "trustedDocuments">) {
  if (!told) return { observed: {}, counted: {} };
  const metrics = new GatewayMetrics({ version: "0.0.0", operations: told.operations, documents: trustedDocuments.byHash });
  return { observed: { observer: metrics }, counted: { metrics } };
}
