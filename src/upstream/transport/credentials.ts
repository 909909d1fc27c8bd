import { GatewayError } from "../../errors.js";
import { exactJson } from "./exact-json.js";
import { BrokenConnection, type HttpResponse, type Send, UnreadableBody } from "./http-client.js";
import { type Found, Remembered } from "./remembered.js";
import { retryAfterMs } from "./retry-after.js";
import { OutOfTime, timeLimit } from "./time-limit.js";

/** How an account is opened: OAuth 2.0 client credentials, one token for ever, or the bearer of whoever asks. */
export type AccountCredentials =
  | { kind: "client"; clientId: string; clientSecret: string }
  | { kind: "bearer"; token: string }
  | { kind: "caller" };

export interface Credentials {
  /** The token for an exchange; `callers` is the caller's own bearer. */
  token(callers: string | undefined): Promise<string>;
  /** Another token than the one that was refused; null when there is no other. A burst of refusals makes one renewal. */
  instead(refused: string): Promise<string | null>;
}

const renewedBeforeMs = 60_000;
const tokenTimeoutMs = 10_000;

/** `sentinel` finds the base URL of the token service. No error holds a token or a secret. */
export function createCredentials(
  account: { id: string; credentials: AccountCredentials },
  sentinel: () => Promise<string>,
  send: Send,
  now: () => number,
): Credentials {
  const { id, credentials } = account;
  switch (credentials.kind) {
    case "bearer":
      return { token: async () => credentials.token, instead: async () => null };
    case "caller":
      return { token: async (callers) => callers ?? noBearer(id), instead: async () => null };
    case "client": {
      const tokens = new Remembered(() => newToken(id, credentials, sentinel, send, now), now);
      return { token: () => tokens.get(), instead: (refused) => tokens.instead(refused) };
    }
  }
}

function noBearer(account: string): never {
  throw new GatewayError("UNAUTHENTICATED", "This account is read with the caller's own bearer token, and none was given.", { account });
}

/** The platform's token service (sentinel). A token is renewed a minute before it ends, a short-lived one at half its life. */
async function newToken(
  account: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  sentinel: () => Promise<string>,
  send: Send,
  now: () => number,
): Promise<Found<string>> {
  const url = `${await sentinel()}/sentinel/api/v2/account/${encodeURIComponent(account)}/app/token`;
  const form = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const askedAt = now();
  const limit = timeLimit(tokenTimeoutMs);
  try {
    const response = await send({ method: "POST", url, headers, body: form.toString() }, limit.signal);
    if (response.status !== 200) throw refused(account, response, now());
    const { token, lifeMs } = tokenIn(response.text, account);
    return { value: token, goodUntil: askedAt + lifeMs - Math.min(renewedBeforeMs, lifeMs / 2) };
  } catch (error) {
    throw tokenFailure(error, account);
  } finally {
    limit.end();
  }
}

/** A token without `expires_in` is used until the platform refuses it. */
function tokenIn(text: string, account: string): { token: string; lifeMs: number } {
  const body = jsonOrNull(text);
  const { access_token: token, expires_in: seconds } = Object(body) as { access_token?: unknown; expires_in?: unknown };
  const lifeMs = seconds === undefined || seconds === null ? Number.MAX_SAFE_INTEGER : Number(seconds) * 1000;
  if (typeof token === "string" && token !== "" && lifeMs > 0) return { token, lifeMs };
  throw tokenError("UPSTREAM_INVALID_RESPONSE", "its answer is not as documented.", { account });
}

function jsonOrNull(text: string): unknown {
  try {
    return exactJson(text);
  } catch {
    return null; // No token in it either: the caller says so.
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
