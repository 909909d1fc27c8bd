import {
  type Context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { ExchangeTrace, RequestTrace, TraceContext, TracedExchange, Tracer } from "./tracer.js";

/** Spans by OpenTelemetry's API alone; whatever SDK was loaded before the program takes them. Attributes by the HTTP and GraphQL conventions. */
export class OpenTelemetry implements Tracer {
  readonly #tracer;

  constructor(version: string) {
    this.#tracer = trace.getTracer("lp-metrics-gateway", version);
  }

  request({ method, headers, requestId }: Parameters<Tracer["request"]>[0]): RequestTrace {
    const sender = propagation.extract(ROOT_CONTEXT, headers);
    const attributes = {
      "http.request.method": method,
      "http.route": "/graphql",
      "url.path": "/graphql",
      "lp_gateway.request_id": requestId,
    };
    const span = this.#tracer.startSpan(`${method} /graphql`, { kind: SpanKind.SERVER, attributes }, sender);
    return {
      traceId: span.spanContext().traceId,
      context: trace.setSpan(sender, span),
      answered: ({ operation, source, calls, errors }) => {
        // Subscriptions come another way, and the schema has no mutation.
        span.setAttribute("graphql.operation.type", "query");
        if (operation !== null) span.setAttribute("graphql.operation.name", operation);
        span.setAttribute("lp_gateway.source", source);
        span.setAttribute("lp_gateway.calls", calls);
        span.setAttribute("lp_gateway.errors", errors.length);
        if (typeof errors[0] === "string") span.setAttribute("error.type", errors[0]);
      },
      ended: (status) => {
        span.setAttribute("http.response.status_code", status);
        if (status >= 500) fail(span, String(status));
        span.end();
      },
    };
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
