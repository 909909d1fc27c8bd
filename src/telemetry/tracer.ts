/** Where a span stands in its trace, in the form of whoever traces. Nobody else looks inside. */
export type TraceContext = object;

/** Makes the spans of the gateway. */
export interface Tracer {
  /** A request to /graphql has begun. */
  request(request: TracedRequest): RequestTrace;
  /**
   * A request to /graphql is over that was answered from kept bytes. Its trace, 32 hexadecimal digits; undefined where nobody else knows of that
   * trace and its span was not taken.
   */
  answeredAtOnce(request: TracedRequest & { operation: string | null; source: string }): string | undefined;
  /** A request to the platform leaves. */
  exchange(exchange: TracedExchange): ExchangeTrace;
}

export interface TracedRequest {
  method: string;
  /** The context of its sender is taken from them. */
  headers: Readonly<Record<string, unknown>>;
  requestId: string;
  /** Monotonic ms of this process; left out: now. */
  startedAt?: number;
}

export interface RequestTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  readonly context: TraceContext;
  /** What is known of its answer. */
  answered(answer: { operation: string | null; source: string; calls: number; errors: readonly unknown[] }): void;
  ended(status: number): void;
}

export interface TracedExchange {
  account: string;
  api: string;
  method: string;
  /** Without the credentials, which are in a header. */
  url: string;
  /** Of the request that caused the call. */
  parent: TraceContext | undefined;
}

export interface ExchangeTrace {
  /** They tell the receiver where it stands in the trace. */
  readonly headers: Readonly<Record<string, string>>;
  /** With the HTTP status, or null when there was none; the code of the error, or null; and all requests that shared the exchange. */
  ended(end: { status: number | null; outcome: string; sharedBy: readonly TraceContext[] }): void;
}

/** Whose exchange it is. */
export interface ExchangeSharers {
  readonly parent: TraceContext | undefined;
  /** Those who wait for it at this moment. */
  sharedBy(): readonly TraceContext[];
}

/** Where OpenTelemetry's API keeps what an SDK has registered. */
const registered = Symbol.for("opentelemetry.js.api.1");

/** Whether an SDK was loaded before the program (`node --import`) and takes spans: without one nothing of tracing is loaded. */
export function isTraced(): boolean {
  const { trace } = ((globalThis as Record<symbol, unknown>)[registered] ?? {}) as { trace?: unknown };
  return trace !== undefined;
}
