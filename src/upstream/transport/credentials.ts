import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import { BrokenConnection, exactJson, type HttpResponse, OutOfTime, type Send, UnreadableBody } from "./http-client.js";
import { type Changed, type Found, LookUps, type Standing } from "./look-ups.js";
import { retryAfterMs } from "./retry-after.js";

/** How an account is opened: OAuth 2.0 client credentials, one token for ever, or the bearer of each caller. */
export type AccountCredentials =
  | { kind: "client"; clientId: string; clientSecret: string }
  | { kind: "bearer"; token: string }
  | { kind: "caller" };

export interface Credentials {
  /** The token for an exchange; `callers` is the caller's own bearer. */
  token(callers: string | undefined): Promise<string>;
  /** Another token than the one that was refused; null when there is no other. A burst of refusals makes one renewal. */
  instead(refused: string): Promise<string | null>;
  /** Renews the token in the background until `close`. Resolves when the first token is there or has failed. */
  keep(random: () => number, changed: Changed): Promise<void>;
  /** What is known of the token, without asking. Until the first answer of the token service, `failure` says so. */
  standing(): Standing;
  close(): void;
}

const renewedBeforeMs = 60_000;
const tokenTimeoutMs = 10_000;
const renewed = "token";

/**
 * `sentinel` finds the base URL of the token service. No error holds a token or a secret.
 *
 * A token is renewed in the last minute of its life, a short-lived one in the second half of it, and serves on meanwhile; when the renewal
 * fails, it serves to the end of its life. The pauses between further tries are those of `LookUps`.
 */
export function createCredentials(
  account: { id: string; credentials: AccountCredentials },
  sentinel: () => Promise<string>,
  send: Send,
  clock: Clock,
): Credentials {
  const { id, credentials } = account;
  switch (credentials.kind) {
    case "bearer":
      // A call that was sent with the token before this one is sent again.
      return {
        ...unrenewed,
        token: async () => credentials.token,
        instead: async (refused) => (refused === credentials.token ? null : credentials.token),
      };
    case "caller":
      return { ...unrenewed, token: async (callers) => callers ?? noBearer(id) };
    case "client": {
      const tokens = new LookUps(() => newToken(id, credentials, sentinel, send, clock), clock);
      return {
        token: () => tokens.get(renewed),
        instead: (refused) => tokens.instead(renewed, refused),
        keep: (random, changed) => tokens.keep(renewed, random, changed),
        standing: () => tokens.standing(renewed, tokenError("UPSTREAM_UNAVAILABLE", "it has not answered yet.", { account: id })),
        close: () => tokens.close(),
      };
    }
  }
}

const unrenewed: Omit<Credentials, "token"> = {
  instead: async () => null,
  keep: async () => undefined,
  standing: () => ({ known: true, failure: undefined }),
  close: () => undefined,
};

function noBearer(account: string): never {
  throw new GatewayError("UNAUTHENTICATED", "This account is read with the caller's own bearer token, and none was given.", { account });
}

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
