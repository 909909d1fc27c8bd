import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import type { ExchangeSharers } from "../../telemetry/tracer.js";
import { apiOf, notAsDocumented } from "../apis/platform-form.js";
import type { ExchangeRequest, ExchangeResponse, Service } from "../call.js";
import { type AccountCredentials, createCredentials } from "./credentials.js";
import { Domains, type Services } from "./domains.js";
import { refusal, withoutAnswer } from "./failures.js";
import { createHttpClient, exactJson, type HttpOptions, type HttpRequest, timeLimit, unlessAborted } from "./http-client.js";
import type { Changed, Standing } from "./look-ups.js";
import { type Watchers, watchedSend } from "./watched-send.js";

export interface TransportAccount {
  id: string;
  services: Services;
  credentials: AccountCredentials;
}

export interface TransportTerms {
  /** Monotonic ms; the exchange, with any look-up of domain or token before it, never outlasts it. */
  deadline: number;
  /** Gives the exchange up; it rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Whose exchange it is, for its trace; left out: nobody's. */
  sharers?: ExchangeSharers;
  /** The caller's own bearer token, for accounts with credentials of kind "caller". */
  bearer?: string;
  /** Asked right before the request leaves, each time it would; false: the permit for it has expired, and it is not sent. */
  sending?(): boolean | Promise<boolean>;
  /** Awaited before the request is sent again after a 401; a GatewayError from it leaves the 401 as the answer. */
  again?(): Promise<void>;
}

/** The request was not sent, because the permit for it had expired while domain and token were waited for. */
export class PermitExpired extends Error {
  override readonly name = "PermitExpired";
}

export interface Transport {
  /**
   * One exchange with the platform, tried once: only after a 401 is the token renewed and the request sent again, once.
   * Rejects with a GatewayError by the contract's table, with PermitExpired, or with the signal's reason. Safe to share.
   */
  exchange(request: ExchangeRequest, terms: TransportTerms): Promise<ExchangeResponse>;
  /**
   * Looks up domains and token in the background from now on, until `close`: before they are needed, before they end, and again after
   * failures. `random` spreads the pauses; `changed` as in `LookUps`. Resolves when each first look-up has ended, however it ended. Keeps no process alive.
   */
  start(random: () => number, changed: Changed): Promise<void>;
  /** Takes these credentials in place of those it has, in the background as well; equal ones change nothing. */
  renew(credentials: AccountCredentials): void;
  /** The service's base URL; rejects like `exchange`. */
  domain(service: Service | "sentinel"): Promise<string>;
  /** Resolves when a token is known, or will come with a caller; rejects like `exchange`. */
  authorize(): Promise<void>;
  /** Whether the service's domain and a token are known, and what went wrong last with either. Asks nothing. */
  standing(service: Service): Standing;
  /** Ends background work and all connections; what is still running rejects. */
  close(): Promise<void>;
}

/** One account's way to the platform: its domains, credentials and connections. */
export function createTransport(
  account: TransportAccount,
  options: Partial<HttpOptions>,
  clock: Clock,
  watchers: Watchers = {},
): Transport {
  const client = createHttpClient(options);
  const domains = new Domains(account, client.send, clock);
  let { credentials: given } = account;
  const withGiven = () => createCredentials({ ...account, credentials: given }, () => domains.baseUrl("sentinel"), client.send, clock);
  let credentials = withGiven();
  let keptUp: [random: () => number, changed: Changed] | null = null;
  /** What look-ups and tokens need in the background. */
  const keepUp = (random: () => number, changed: Changed) => {
    const needed = given.kind === "client" ? ([...metricsServices, "sentinel"] as const) : metricsServices;
    return Promise.all([domains.keep(needed, random, changed), credentials.keep(random, changed)]);
  };

  const send = watchedSend(client.send, watchers, clock);

  return {
    exchange: async (request, { deadline, signal, sharers, bearer, sending, again }) => {
      const asked = { api: apiOf(request), account: account.id };
      const limit = timeLimit(deadline - clock.monotonic(), signal);
      const waited = <T>(work: Promise<T>) => unlessAborted(work, limit.signal);
      try {
        limit.signal.throwIfAborted();
        const base = await waited(domains.baseUrl(request.service));
        const token = await waited(credentials.token(bearer));
        let askedAt = clock.now();
        const sent = async (withToken: string) => {
          if (sending && !(await waited(Promise.resolve(sending())))) throw new PermitExpired("The permit for the request has expired.");
          askedAt = clock.now();
          return send(httpRequest(request, base, withToken), limit.signal, { ...asked, sharers });
        };
        let response = await sent(token);
        if (response.status === 401) {
          const other = await waited(credentials.instead(token));
          if (other !== null && (await waited(allowed(again)))) response = await sent(other);
        }
        const { status, text, bytes } = response;
        if (status !== 200 && status !== 202) throw refusal(response, asked, clock.now());
        return { status, body: jsonOf(text, request, asked), bytes, askedAt };
      } catch (error) {
        throw withoutAnswer(error, asked);
      } finally {
        limit.end();
      }
    },
    start: async (random, changed) => {
      keptUp = [random, changed];
      await keepUp(random, changed);
    },
    renew: (renewed) => {
      if (isDeepStrictEqual(renewed, given)) return;
      given = renewed;
      credentials.close();
      credentials = withGiven();
      if (keptUp) void keepUp(...keptUp);
    },
    domain: (service) => domains.baseUrl(service),
    authorize: async () => {
      if (given.kind !== "caller") await credentials.token(undefined);
    },
    standing: (service) => {
      const [domain, token] = [domains.standing(service), credentials.standing()];
      if (!domain.known) return domain;
      return token.known ? { known: true, failure: domain.failure ?? token.failure } : token;
    },
    close: async () => {
      domains.close();
      credentials.close();
      await client.close();
    },
  };
}

const metricsServices: readonly Service[] = ["operations", "keyMetrics", "intervalMetrics"];

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

function jsonOf(
  text: string,
  { idsAreKeys }: ExchangeRequest,
  { api, account }: { api: ReturnType<typeof apiOf>; account: string },
): unknown {
  try {
    return idsAreKeys ? JSON.parse(text) : exactJson(text);
  } catch {
    throw notAsDocumented(api, account, "it is not JSON");
  }
}
