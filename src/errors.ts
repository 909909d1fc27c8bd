import type { MetricsApi } from "./catalogue/metric.js";

/** Every error code of the gateway, and whether asking again later can help. */
export const errorCodes = {
  BAD_USER_INPUT: { retryable: false },
  PLAN_TOO_LARGE: { retryable: false },
  BUDGET_EXHAUSTED: { retryable: true },
  UPSTREAM_RATE_LIMITED: { retryable: true },
  UPSTREAM_TIMEOUT: { retryable: true },
  UPSTREAM_UNAVAILABLE: { retryable: true },
  UPSTREAM_UNAUTHORIZED: { retryable: false },
  UPSTREAM_REJECTED: { retryable: false },
  UPSTREAM_INVALID_RESPONSE: { retryable: false },
  UNAUTHENTICATED: { retryable: false },
  FORBIDDEN: { retryable: false },
  QUERY_TOO_LARGE: { retryable: false },
  DOCUMENT_NOT_TRUSTED: { retryable: false },
  CALLER_BUDGET_EXHAUSTED: { retryable: true },
  TOO_MANY_SUBSCRIPTIONS: { retryable: true },
  INTERNAL_SERVER_ERROR: { retryable: false },
} as const satisfies Record<string, { retryable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorFacts {
  api?: MetricsApi;
  account?: string;
  /** HTTP status of the platform. */
  status?: number;
  /** After how many milliseconds a retry makes sense. */
  retryAfterMs?: number;
  /** Whether asking again later can help, where that differs from what the code says. */
  retryable?: boolean;
}

/**
 * An error a client may read whole: message and facts never hold a URL, a header, a body or a stack of the platform's.
 * graphql copies `extensions` into the answer. It has no stack: an answer may have thousands of them, and a stack takes a third
 * of the time of an error. The code and the message say what went wrong.
 */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly extensions: { code: ErrorCode; retryable: boolean } & ErrorFacts;

  constructor(
    readonly code: ErrorCode,
    message: string,
    facts: ErrorFacts = {},
  ) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.extensions = { code, retryable: errorCodes[code].retryable, ...facts };
  }
}

/** BAD_USER_INPUT that names argument, bound and value, a long value by its beginning. */
export const badInput = (argument: string, bound: string, value: unknown): GatewayError =>
  new GatewayError("BAD_USER_INPUT", `${argument} must be ${bound}, but is ${shown(value)}.`);

const shownLength = 200;

/** A value may be as large as a body, and nested until JSON.stringify gives up: objects inside an object are left out, the rest is cut. */
function shown(value: unknown): string {
  if (typeof value === "string" && value.length > shownLength) return `${JSON.stringify(value.slice(0, shownLength))}…`;
  const text = String(JSON.stringify(value, (key, inner) => (key !== "" && inner instanceof Object ? "…" : inner)));
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
