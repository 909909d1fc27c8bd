import { type ErrorCode, type ErrorFacts, GatewayError } from "../../src/errors.js";

/** What the transport says of an exchange that failed. */
export const failure = (code: ErrorCode, facts: ErrorFacts = {}) => new GatewayError(code, "The platform said so.", facts);

export const broken = failure("UPSTREAM_UNAVAILABLE", { status: 503 });
export const rejected = failure("UPSTREAM_REJECTED", { status: 400 });
export const malformed = failure("UPSTREAM_INVALID_RESPONSE");
export const limitedFor = (retryAfterMs: number) => failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs });
