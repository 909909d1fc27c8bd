/** One account's exchanges with the platform over HTTP: where they go, with which token, for how long, and who is told of them. */

import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isDeepStrictEqual } from "node:util";
import { createGunzip } from "node:zlib";
import { Agent, errors, request as requestOverHttp } from "undici";
import type { MetricsApi } from "../../catalogue/metric.js";
import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import type { ExchangeSharers, Tracer } from "../../telemetry/tracer.js";
import { longestTimerMs } from "../../time.js";
import { exactJson, notAsDocumented } from "../apis/platform-form.js";
import {
  type ExchangeRequest,
  type ExchangeResponse,
  type HttpRequest,
  type HttpResponse,
  type Send,
  type Service,
  services,
} from "../call.js";
import { type AccountCredentials, noBearer, token, tokensOf } from "./credentials.js";
import { domainsOf, type Located, type Services } from "./domains.js";
import { BrokenConnection, OutOfTime, refusal, UnreadableBody, withoutAnswer } from "./failures.js";
import type { Changed, Standing } from "./look-ups.js";

interface TransportAccount {
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
  domain(service: Located): Promise<string>;
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
  const domains = domainsOf(account, client.send, clock);
  let { credentials: given } = account;
  const withGiven = () => tokensOf({ ...account, credentials: given }, () => domains.get("sentinel"), client.send, clock);
  let tokens = withGiven();
  let keptUp: [random: () => number, changed: Changed] | null = null;
  /** What look-ups and tokens need in the background. */
  const keepUp = (random: () => number, changed: Changed) => {
    const needed = given.kind === "client" ? ([...services, "sentinel"] as const) : services;
    return Promise.all([...needed.map((service) => domains.keep(service, random, changed)), tokens?.keep(token, random, changed)]);
  };

  const send = watchedSend(client.send, watchers, clock);
  return {
    exchange: async (request, { deadline, signal, sharers, bearer, sending, again }) => {
      const asked = { api: request.api, account: account.id, ...(request.toCheck && { toCheck: request.toCheck }) };
      const limit = timeLimit(deadline - clock.monotonic(), signal);
      const waited = <T>(work: Promise<T>) => unlessAborted(work, limit.signal);
      try {
        limit.signal.throwIfAborted();
        const base = await waited(domains.get(request.service));
        const first = tokens ? await waited(tokens.get(token)) : bearer;
        if (first === undefined) throw noBearer(account.id);
        let askedAt = clock.now();
        const sent = async (withToken: string) => {
          if (sending && !(await waited(Promise.resolve(sending())))) throw new PermitExpired("The permit for the request has expired.");
          askedAt = clock.now();
          return send(httpRequest(request, base, withToken), limit.signal, { ...asked, sharers });
        };
        let response = await sent(first);
        if (response.status === 401) {
          const other = tokens && (await waited(tokens.instead(token, first)));
          if (other !== null && (await waited(allowed(again)))) response = await sent(other);
        }
        const { status, text, bytes } = response;
        if (status !== 200 && status !== 202) throw refusal(response, asked, clock.now());
        return { status, body: jsonOf(text, request, account.id), bytes, askedAt };
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
      tokens?.close();
      tokens = withGiven();
      if (keptUp) void keepUp(...keptUp);
    },
    domain: (service) => domains.get(service),
    authorize: async () => {
      await tokens?.get(token);
    },
    standing: (service) => {
      const domain = domains.standing(service);
      // Callers bring theirs.
      const known = tokens?.standing(token) ?? { known: true, failure: undefined };
      if (!domain.known) return domain;
      return known.known ? { known: true, failure: domain.failure ?? known.failure } : known;
    },
    close: async () => {
      domains.close();
      tokens?.close();
      await client.close();
    },
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

function jsonOf(text: string, { api, idsAreKeys }: ExchangeRequest, account: string): unknown {
  try {
    return idsAreKeys ? JSON.parse(text) : exactJson(text);
  } catch {
    throw notAsDocumented(api, account, "it is not JSON");
  }
}

// ---------------------------------------------------------------- over HTTP

export interface HttpOptions {
  /** Time for a connection, TLS included. Milliseconds, default 5000. */
  connectTimeoutMs: number;
  /** Time from the request to the answer's headers. Milliseconds, default 30000. */
  headersTimeoutMs: number;
  /** Longest pause between two parts of the body. Milliseconds, default 30000. */
  bodyTimeoutMs: number;
  /** Largest body, uncompressed. Bytes, default 64 MiB. */
  maxBodyBytes: number;
}

const defaultHttpOptions: HttpOptions = {
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 30_000,
  maxBodyBytes: 64 * 2 ** 20,
};

/** Idle connections are kept for the next poll of a wallboard, unless the server says less. */
const keepAliveTimeoutMs = 20_000;

/**
 * Connections of its own, kept alive. `send` rejects with OutOfTime, BrokenConnection, UnreadableBody or the signal's
 * reason; any status is an answer, a redirect too. The body of an error status may be cut without loss: then it is empty.
 */
export function createHttpClient(given: Partial<HttpOptions>): { send: Send; close(): Promise<void> } {
  const options = { ...defaultHttpOptions, ...given };
  const dispatcher = new Agent({
    connect: { timeout: options.connectTimeoutMs },
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
  });
  const send: Send = async ({ method, url, headers, body }, signal) => {
    try {
      signal.throwIfAborted();
      const answer = await requestOverHttp(url, {
        dispatcher,
        signal,
        method,
        headers: { accept: "application/json", "accept-encoding": "gzip", "user-agent": "lp-metrics-gateway", ...headers },
        ...(body !== undefined && { body }),
      });
      const read = readBody(answer.body, answer.headers["content-encoding"], options.maxBodyBytes);
      const { text, bytes } = await (answer.statusCode < 300 ? read : read.catch(emptyUnless(signal)));
      return { status: answer.statusCode, retryAfter: firstOf(answer.headers["retry-after"]), text, bytes };
    } catch (error) {
      throw signal.aborted ? reasonOf(signal) : failureOf(error);
    }
  };
  return { send, close: () => dispatcher.destroy() };
}

const firstOf = (header: string | string[] | undefined): string | null => (Array.isArray(header) ? header[0] : header) ?? null;

/** `AbortSignal.timeout` aborts with a DOMException. */
const reasonOf = ({ reason }: AbortSignal): unknown =>
  reason instanceof DOMException && reason.name === "TimeoutError" ? new OutOfTime("The time for it is over.") : reason;

/** A status that is an error says enough without its body, but not when time is over. */
const emptyUnless = (signal: AbortSignal) => (error: unknown) => {
  if (signal.aborted) throw error;
  return { text: "", bytes: 0 };
};

async function readBody(body: Readable, encoding: string | string[] | undefined, maxBytes: number) {
  const parts: Buffer[] = [];
  let bytes = 0;
  const collect = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new UnreadableBody("The body is too large.");
      parts.push(chunk);
    }
  };
  await (encoding === "gzip" ? pipeline(body, createGunzip(), collect) : pipeline(body, collect));
  return { text: Buffer.concat(parts).toString("utf8"), bytes };
}

const timeouts = [errors.ConnectTimeoutError, errors.HeadersTimeoutError, errors.BodyTimeoutError];

function failureOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UnreadableBody || error instanceof errors.InvalidArgumentError) return error;
  if (timeouts.some((timeout) => error instanceof timeout)) return new OutOfTime("The platform did not answer in time.");
  const decompressing = "code" in error && String(error.code).startsWith("Z_");
  return decompressing ? new UnreadableBody("The body's compression is broken.") : new BrokenConnection("The connection broke.");
}

// ---------------------------------------------------------------- within a time limit

interface TimeLimit {
  /** Aborts with OutOfTime when the time is over, or with the given signal's own reason when that aborts first. */
  signal: AbortSignal;
  /** Lets go of the timer. */
  end(): void;
}

/**
 * A limit that begins to run now; one of zero or less is over already.
 * The timer is our own. In Node 20, `AbortSignal.any` does not keep an `AbortSignal.timeout` alive: a deadline made of both never comes
 * once the garbage collector has run.
 */
function timeLimit(limitMs: number, given?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const runOut = () => controller.abort(new OutOfTime("The time for it is over."));
  const timer = setTimeout(runOut, Math.min(Math.max(limitMs, 0), longestTimerMs));
  if (limitMs <= 0) runOut();
  return {
    signal: given ? AbortSignal.any([given, controller.signal]) : controller.signal,
    end: () => clearTimeout(timer),
  };
}

/** The outcome of work that others may share, or the signal's reason when it aborts first; the work itself goes on. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

// ---------------------------------------------------------------- who is told of exchanges

/** One HTTP exchange that has ended: "OK", the code of its error, or "ABANDONED". */
interface EndedExchange {
  readonly account: string;
  readonly api: MetricsApi;
  readonly outcome: string;
  readonly ms: number;
}

/** Who is told of each HTTP exchange with an API. */
interface Watchers {
  exchanged?: (exchange: EndedExchange) => void;
  tracer?: Pick<Tracer, "exchange">;
}

/** What an exchange is for. */
export interface Asked {
  readonly account: string;
  readonly api: MetricsApi;
  readonly sharers: ExchangeSharers | undefined;
}

/** Sends, and tells how it ended; as it would be without watchers. */
export function watchedSend(send: Send, { exchanged, tracer }: Watchers, clock: Clock) {
  return async (request: HttpRequest, signal: AbortSignal, { account, api, sharers }: Asked): Promise<HttpResponse> => {
    const begun = clock.monotonic();
    const traced = tracer?.exchange({ account, api, method: request.method, url: request.url, parent: sharers?.parent });
    // Those who share it now: whoever gives up while it runs has shared it too.
    const atFirst = traced ? (sharers?.sharedBy() ?? []) : [];
    const ends = (status: number | null, outcome: string) => {
      exchanged?.({ account, api, outcome, ms: clock.monotonic() - begun });
      traced?.ended({ status, outcome, sharedBy: [...atFirst, ...(sharers?.sharedBy() ?? [])] });
    };
    try {
      const response = await send(traced ? { ...request, headers: { ...request.headers, ...traced.headers } } : request, signal);
      const isGood = response.status === 200 || response.status === 202;
      ends(response.status, isGood ? "OK" : refusal(response, { account, api }, clock.now()).code);
      return response;
    } catch (error) {
      const failure = withoutAnswer(error, { account, api });
      ends(null, failure instanceof GatewayError && failure !== error ? failure.code : "ABANDONED");
      throw error;
    }
  };
}
