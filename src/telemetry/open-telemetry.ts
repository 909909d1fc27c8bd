import {
  type Attributes,
  type Context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { ExchangeTrace, RequestTrace, TraceContext, TracedExchange, TracedRequest, Tracer } from "./tracer.js";

/** Spans by OpenTelemetry's API alone; whatever SDK was loaded before the program takes them. Attributes by the HTTP and GraphQL conventions. */
export class OpenTelemetry implements Tracer {
  readonly #tracer;
  /** Headers by which a sender tells where it stands in a trace, without those that only go with them. */
  readonly #carriers: readonly string[];

  constructor(version: string) {
    this.#tracer = trace.getTracer("lp-metrics-gateway", version);
    this.#carriers = propagation
      .fields()
      .map((name) => name.toLowerCase())
      .filter((name) => name !== "tracestate" && name !== "baggage");
  }

  request({ method, headers, requestId, startedAt }: TracedRequest): RequestTrace {
    const sender = this.#senderOf(headers);
    const attributes = attributesOf(method, requestId);
    const options = { kind: SpanKind.SERVER, attributes, ...(startedAt !== undefined && { startTime: startedAt }) };
    const span = this.#tracer.startSpan(nameOf(method), options, sender);
    return {
      traceId: span.spanContext().traceId,
      context: trace.setSpan(sender, span),
      answered: ({ operation, source, calls, errors }) => {
        // Subscriptions come another way, and the schema has no mutation.
        span.setAttributes({
          "graphql.operation.type": "query",
          ...(operation !== null && { "graphql.operation.name": operation }),
          "lp_gateway.source": source,
          "lp_gateway.calls": calls,
          "lp_gateway.errors": errors.length,
          ...(typeof errors[0] === "string" && { "error.type": errors[0] }),
        });
      },
      ended: (status) => {
        span.setAttribute("http.response.status_code", status);
        if (status >= 500) fail(span, String(status));
        span.end(performance.now());
      },
    };
  }

  /** All attributes are there when the span begins, so that a sampler can tell these requests, which are many and alike, from others. */
  answeredAtOnce({
    method,
    headers,
    requestId,
    startedAt,
    operation,
    source,
  }: Parameters<Tracer["answeredAtOnce"]>[0]): string | undefined {
    const sender = this.#senderOf(headers);
    const attributes: Attributes = attributesOf(method, requestId);
    attributes["graphql.operation.type"] = "query";
    if (operation !== null) attributes["graphql.operation.name"] = operation;
    attributes["lp_gateway.source"] = source;
    attributes["lp_gateway.calls"] = 0;
    attributes["lp_gateway.errors"] = 0;
    attributes["http.response.status_code"] = 200;
    const options = { kind: SpanKind.SERVER, attributes, ...(startedAt !== undefined && { startTime: startedAt }) };
    const span = this.#tracer.startSpan(nameOf(method), options, sender);
    const isTaken = span.isRecording();
    if (isTaken) span.end(performance.now());
    return isTaken || sender !== ROOT_CONTEXT ? span.spanContext().traceId : undefined;
  }

  #senderOf(headers: Readonly<Record<string, unknown>>): Context {
    for (const name of this.#carriers) if (headers[name] !== undefined) return propagation.extract(ROOT_CONTEXT, headers);
    return ROOT_CONTEXT;
  }

  exchange({ account, api, method, url, parent }: TracedExchange): ExchangeTrace {
    const { hostname, port, protocol, pathname } = new URL(url);
    const attributes = {
      "http.request.method": method,
      "server.address": hostname,
      "server.port": Number(port || (protocol === "https:" ? 443 : 80)),
      "url.path": pathname,
      "lp_gateway.account": account,
      "lp_gateway.api": api,
    };
    const around = (parent as Context | undefined) ?? ROOT_CONTEXT;
    const span = this.#tracer.startSpan(`${method} ${api}`, { kind: SpanKind.CLIENT, attributes }, around);
    const headers: Record<string, string> = {};
    propagation.inject(trace.setSpan(around, span), headers);
    return {
      headers,
      ended: ({ status, outcome, sharedBy }) => {
        for (const shared of new Set([...(parent ? [parent] : []), ...sharedBy])) link(span, shared);
        if (status !== null) span.setAttribute("http.response.status_code", status);
        if (outcome !== "OK") fail(span, outcome);
        span.end();
      },
    };
  }
}

const nameOf = (method: string): string => (method === "POST" ? "POST /graphql" : `${method} /graphql`);

const attributesOf = (method: string, requestId: string) => ({
  "http.request.method": method,
  "http.route": "/graphql",
  "url.path": "/graphql",
  "lp_gateway.request_id": requestId,
});

/** What a provider may be: that of an SDK, or the API's, which stands before it. */
interface Flushable {
  getDelegate?(): Flushable;
  forceFlush?(): Promise<void>;
}

/** Has the SDK send what it has, where it can: what ends the process would lose it. Rejects when that fails. */
export async function flushTraces(): Promise<void> {
  // By what it can do: the SDK may have loaded another copy of the API's classes.
  const provider = trace.getTracerProvider() as Flushable;
  await (provider.getDelegate?.() ?? provider).forceFlush?.();
}

function link(span: Span, shared: TraceContext): void {
  const context = trace.getSpanContext(shared as Context);
  if (context && isSpanContextValid(context)) span.addLink({ context });
}

function fail(span: Span, type: string): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
