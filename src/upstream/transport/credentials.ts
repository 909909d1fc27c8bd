import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import { exactJson } from "../apis/platform-form.js";
import type { HttpResponse, Send } from "../call.js";
import { BrokenConnection, OutOfTime, retryAfterMs, UnreadableBody } from "./failures.js";
import { type Found, LookUps } from "./look-ups.js";

/** How an account is opened: OAuth 2.0 client credentials, one token for ever, or the bearer of each caller. */
export type AccountCredentials =
  | { kind: "client"; clientId: string; clientSecret: string }
  | { kind: "bearer"; token: string }
  | { kind: "caller" };

const renewedBeforeMs = 60_000;
const tokenTimeoutMs = 10_000;

/** The one key of an account's tokens. */
export const token = "token";

/**
 * The token of an account; null where each caller brings its own. `sentinel` finds the base URL of the token service. No error holds a
 * token or a secret.
 *
 * A token is renewed in the last minute of its life, a short-lived one in the second half of it, and serves on meanwhile; when the renewal
 * fails, it serves to the end of its life.
 */
export function tokensOf(
  account: { id: string; credentials: AccountCredentials },
  sentinel: () => Promise<string>,
  send: Send,
  clock: Clock,
): LookUps<typeof token, string> | null {
  const { id, credentials } = account;
  if (credentials.kind === "caller") return null;
  const unanswered = tokenError("UPSTREAM_UNAVAILABLE", "it has not answered yet.", { account: id });
  return credentials.kind === "bearer"
    ? new LookUps(() => Promise.reject(unanswered), clock, { unanswered, given: { token: credentials.token } })
    : new LookUps(() => newToken(id, credentials, sentinel, send, clock), clock, { unanswered });
}

export const noBearer = (account: string): GatewayError =>
  new GatewayError("UNAUTHENTICATED", "This account is read with the caller's own bearer token, and none was given.", { account });

/** The platform's token service (sentinel). */
async function newToken(
  account: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  sentinel: () => Promise<string>,
  send: Send,
  clock: Clock,
): Promise<Found<string>> {
  const url = `${await sentinel()}/sentinel/api/v2/account/${encodeURIComponent(account)}/app/token`;
  const form = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const askedAt = clock.monotonic();
  try {
    const response = await send({ method: "POST", url, headers, body: form.toString() }, AbortSignal.timeout(tokenTimeoutMs));
    if (response.status !== 200) throw refused(account, response, clock.now());
    const { token, lifeMs } = tokenIn(response.text, account);
    const endsAt = askedAt + lifeMs;
    return { value: token, freshUntil: endsAt - Math.min(renewedBeforeMs, lifeMs / 2), usableUntil: endsAt };
  } catch (error) {
    throw tokenFailure(error, account);
  }
}

/** A token without `expires_in` is used until the platform refuses it. */
function tokenIn(text: string, account: string): { token: string; lifeMs: number } {
  const body = jsonOrNull(text);
  const { access_token: token, expires_in: seconds } = Object(body) as { access_token?: unknown; expires_in?: unknown };
  const lifeMs = seconds === undefined || seconds === null ? Infinity : Number(seconds) * 1000;
  if (typeof token === "string" && token !== "" && lifeMs > 0) return { token, lifeMs };
  throw tokenError("UPSTREAM_INVALID_RESPONSE", "its answer is not as documented.", { account });
}

function jsonOrNull(text: string): unknown {
  try {
    return exactJson(text);
  } catch {
    return null; // There is no token in it: the caller says so.
  }
}

function refused(account: string, { status, retryAfter }: HttpResponse, now: number): GatewayError {
  if (status === 429) {
    return tokenError("UPSTREAM_RATE_LIMITED", "too many requests (429).", { account, status, ...retryAfterMs(retryAfter, now) });
  }
  if (status >= 400 && status < 500) {
    const what = `the platform refused the client credentials (${status}). Check client id and client secret.`;
    return tokenError("UPSTREAM_UNAUTHORIZED", what, { account, status });
  }
  return tokenError("UPSTREAM_UNAVAILABLE", `it failed (${status}). Ask again later.`, { account, status });
}

function tokenFailure(error: unknown, account: string): unknown {
  if (error instanceof OutOfTime) return tokenError("UPSTREAM_TIMEOUT", "it did not answer in time. Ask again later.", { account });
  if (error instanceof BrokenConnection) return tokenError("UPSTREAM_UNAVAILABLE", "it cannot be reached. Ask again later.", { account });
  if (error instanceof UnreadableBody) return tokenError("UPSTREAM_INVALID_RESPONSE", "its answer cannot be read.", { account });
  return error;
}

const tokenError = (code: GatewayError["code"], what: string, facts: ConstructorParameters<typeof GatewayError>[2]): GatewayError =>
  new GatewayError(code, `Token service: ${what}`, facts);
