import type { MetricsApi } from "../../catalogue/metric.js";
import { type ErrorCode, GatewayError } from "../../errors.js";
import { notAsDocumented, titleOf } from "../apis/platform-form.js";
import { errorSentence } from "./error-body.js";
import { BrokenConnection, type HttpResponse, OutOfTime, UnreadableBody } from "./http-client.js";
import { retryAfterMs } from "./retry-after.js";

interface Asked {
  api: MetricsApi;
  account: string;
}

/** The GatewayError for an answer with a status that is neither 200 nor 202, by the contract's table. */
export function refusal({ status, text, retryAfter }: HttpResponse, { api, account }: Asked, now: number): GatewayError {
  const error = (code: ErrorCode, what: string, wait: { retryAfterMs?: number } = {}) =>
    new GatewayError(code, `${titleOf[api]}: ${what}`, { api, account, status, ...wait });
  if (status === 401 || status === 403) return error("UPSTREAM_UNAUTHORIZED", `the platform refused access (${status}). ${toCheck(api)}`);
  if (status === 429) {
    const what = "too many requests (429): the account's quota, which other programs may share, is used up. Ask again later.";
    return error("UPSTREAM_RATE_LIMITED", what, retryAfterMs(retryAfter, now));
  }
  if (status >= 500) return error("UPSTREAM_UNAVAILABLE", `the platform failed (${status}). Ask again later.`);
  if (status >= 400) {
    return error("UPSTREAM_REJECTED", `the platform rejected the request (${status}): ${errorSentence(text) ?? "it does not say why."}`);
  }
  if (status >= 300) {
    return error("UPSTREAM_INVALID_RESPONSE", `the platform redirects (${status}), which is not followed. Check the service's base URL.`);
  }
  return error("UPSTREAM_INVALID_RESPONSE", `the platform answered with status ${status}, which is not documented.`);
}

/** The error for an exchange that brought no answer. A reason that is none of ours, such as a caller's, stays as it is. */
export function withoutAnswer(error: unknown, { api, account }: Asked): unknown {
  if (error instanceof OutOfTime) {
    return new GatewayError("UPSTREAM_TIMEOUT", `${titleOf[api]}: the platform did not answer in time. Ask again later.`, { api, account });
  }
  if (error instanceof BrokenConnection) {
    const what = "the connection to the platform could not be made or broke off. Ask again later.";
    return new GatewayError("UPSTREAM_UNAVAILABLE", `${titleOf[api]}: ${what}`, { api, account });
  }
  return error instanceof UnreadableBody ? notAsDocumented(api, account, "it is too large or cannot be decompressed") : error;
}

/** From the vendor's page of the Interval Metrics API, which is off until somebody turns it on. */
const toCheck = (api: MetricsApi): string =>
  api === "INTERVAL_METRICS"
    ? "The credentials lack the permission, or the feature is off for the account: LivePerson turns on BAM_Enabled, WorkforceManagement_AHT and wfm-nrt-interval-metrics."
    : "Check that the credentials are valid and may read this API.";
