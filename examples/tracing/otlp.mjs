// Sends the gateway's traces to any OTLP collector: node --import ./examples/tracing/otlp.mjs dist/main.js serve
// It needs: npm install @opentelemetry/sdk-trace-node@2.12 @opentelemetry/resources@2.12 @opentelemetry/exporter-trace-otlp-http@0.223
// OTEL_EXPORTER_OTLP_ENDPOINT is where the collector is (http://localhost:4318), OTEL_SERVICE_NAME what the gateway is called there.
// OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG choose what is traced, in place of what is chosen below.
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";

const always = new AlwaysOnSampler();
const oneInTwenty = new TraceIdRatioBasedSampler(0.05);

/** Requests that are answered from kept bytes are many, alike, and done in microseconds: one in twenty of them. Everything else. */
const sampler = new ParentBasedSampler({
  root: {
    shouldSample: (context, traceId, name, kind, attributes, links) =>
      (attributes["lp_gateway.source"] === "memo" ? oneInTwenty : always).shouldSample(context, traceId, name, kind, attributes, links),
    toString: () => "KeptAnswersOneInTwenty",
  },
});

process.env.OTEL_SERVICE_NAME ??= "lp-metrics-gateway";
const provider = new NodeTracerProvider({
  resource: defaultResource().merge(detectResources({ detectors: [envDetector] })),
  ...(process.env.OTEL_TRACES_SAMPLER === undefined && { sampler }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
// The gateway hands each context on by itself. Without a context manager no promise has to remember one.
provider.register({ contextManager: null });
