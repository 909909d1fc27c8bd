// Sends the gateway's traces to any OTLP collector: node --import ./examples/tracing/otlp.mjs dist/main.js serve
// It needs: npm install @opentelemetry/sdk-trace-node@2.12 @opentelemetry/resources@2.12 @opentelemetry/exporter-trace-otlp-http@0.223
// OTEL_EXPORTER_OTLP_ENDPOINT is where the collector is (http://localhost:4318), OTEL_SERVICE_NAME what the gateway is called there.
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

process.env.OTEL_SERVICE_NAME ??= "lp-metrics-gateway";
const provider = new NodeTracerProvider({
  resource: defaultResource().merge(detectResources({ detectors: [envDetector] })),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
