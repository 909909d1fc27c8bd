import type { Config } from "../../src/config.js";
import { GatewayMetrics } from "../../src/telemetry/metrics.js";
import { OpenTelemetry } from "../../src/telemetry/open-telemetry.js";
import { isTraced } from "../../src/telemetry/tracer.js";

/**
 * What the program counts and traces with this configuration: nothing unless METRICS is true, or an SDK of OpenTelemetry is registered. For
 * `createGateway` and `startApp`.
 */
export function telemetryOf({ metrics: told, trustedDocuments }: Pick<Config, "metrics" | "trustedDocuments">) {
  const traced = isTraced() ? { tracer: new OpenTelemetry("0.0.0") } : {};
  if (!told) return { observed: traced, counted: traced };
  const metrics = new GatewayMetrics({ version: "0.0.0", operations: told.operations, documents: trustedDocuments.byHash });
  return { observed: { observer: metrics, ...traced }, counted: { metrics, ...traced } };
}
