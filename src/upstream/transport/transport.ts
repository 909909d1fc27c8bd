import { GatewayError } from "../../errors.js";
import { apiOf, notAsDocumented } from "../apis/platform-api.js";
import type { ExchangeRequest, ExchangeResponse, Service } from "../call.js";
import { type AccountCredentials, createCredentials } from "./credentials.js";
import { Domains, type Services } from "./domains.js";
import { exactJson } from "./exact-json.js";
import { refusal, withoutAnswer } from "./failures.js";
import { createWire, type HttpOptions, type HttpRequest } from "./http-client.js";
import { timeLimit, unlessAborted } from "./time-limit.js";

export interface TransportAccount {
  id: string;
  services: Services;
  credentials: AccountCredentials;
}

export interface TransportTerms {
  /** Epoch ms; the exchange, with any look-up of domain or token before it, never outlasts it. */
  deadline: number;
  /** Gives the exchange up; it rejects with the signal's reason. */
  signal?: AbortSignal;
  /** The caller's own bearer token, for accounts with credentials of kind "caller". */
  bearer?: string;
  /** Told right before the request leaves, each time it does. */
  sending?(): void;
  /** Awaited before the request is sent again after a 401; a GatewayError from it leaves the 401 as the answer. */
  again?(): Promise<void>;
}

export interface Transport {
  /**
   * One exchange with the platform, tried once: only after a 401 is the token renewed and the request sent again, once.
   * Rejects with a GatewayError by the contract's table, or with the signal's reason. Safe to share.
   */
  exchange(request: ExchangeRequest, terms: TransportTerms): Promise<ExchangeResponse>;
  /**
   * Resolves when the service's domain is known and a token is at hand, or will come with a caller; rejects with the GatewayError that
   * stands in the way.
   */
  reach(service: Service): Promise<void>;
  /** Ends all connections; what is still running rejects. */
  close(): Promise<void>;
}

/** One account's way to the platform: its domains, credentials and connections. */
export function createTransport(account: TransportAccount, options: Partial<HttpOptions>, { now }: { now: () => number }): Transport {
  const wire = createWire(options);
  const domains = new Domains(account, wire.send, now);
  const credentials = createCredentials(account, () => domains.baseUrl("sentinel"), wire.send, now);

  return {
    exchange: async (request, { deadline, signal, bearer, sending, again }) => {
      const asked = { api: apiOf(request), account: account.id };
      const limit = timeLimit(deadline - now(), signal);
      const waited = <T>(work: Promise<T>) => unlessAborted(work, limit.signal);
      try {
        limit.signal.throwIfAborted();
        const base = await waited(domains.baseUrl(request.service));
        const token = await waited(credentials.token(bearer));
        let askedAt = now();
        const sent = (withToken: string) => {
          sending?.();
          askedAt = now();
          return wire.send(httpRequest(request, base, withToken), limit.signal);
        };
        let response = await sent(token);
        if (response.status === 401) {
          const other = await waited(credentials.instead(token));
          if (other !== null && (await waited(allowed(again)))) response = await sent(other);
        }
        const { status, text, bytes } = response;
        if (status !== 200 && status !== 202) throw refusal(response, asked, now());
        return { status, body: jsonOf(text, asked), bytes, askedAt };
      } catch (error) {
        throw withoutAnswer(error, asked);
      } finally {
        limit.end();
      }
    },
    reach: async (service) => {
      await domains.baseUrl(service);
      if (account.credentials.kind !== "caller") await credentials.token(undefined);
    },
    close: wire.close,
  };
}

/** False when a GatewayError stands in the way. */
async function allowed(again: TransportTerms["again"]): Promise<boolean> {
  try {
    await again?.();
    return true;
  } catch (error) {
    if (error instanceof GatewayError) return false;
    throw error;
  }
}

const httpRequest = ({ method, path, body }: ExchangeRequest, base: string, token: string): HttpRequest => ({
  method,
  url: base + path,
  headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
  ...(body !== undefined && { body: JSON.stringify(body) }),
});

function jsonOf(text: string, { api, account }: { api: ReturnType<typeof apiOf>; account: string }): unknown {
  try {
    return exactJson(text);
  } catch {
    throw notAsDocumented(api, account, "it is not JSON");
  }
}
