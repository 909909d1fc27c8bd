import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from "cockatiel";
import { GatewayError } from "../../errors.js";
import { apiOf, titleOf } from "../apis/platform-api.js";
import type { Limits } from "../budget/pace.js";
import { acquirePermit, type Permit, type PermitSource, type Priority, type ReclaimableExchange } from "../budget/permit.js";
import { RateLimiter } from "../budget/rate-limiter.js";
import type { ExchangeRequest, ExchangeResponse, Service } from "../call.js";

export interface SendTerms {
  deadline: number;
  /** Gives the request up, with a GatewayError as its reason. */
  signal: AbortSignal;
  bearer?: string;
  /** To be called right before the request leaves; when it throws, the request may not leave. */
  sending?(): void;
  /** To be awaited before the request is sent again within the same try; rejects when it may not be. */
  again?(): Promise<void>;
}

/** Sends one request to the platform, once. */
export type Send = (request: ExchangeRequest, terms: SendTerms) => Promise<ExchangeResponse>;

/** Waits without occupying a turn. */
export type Sleep = (ms: number) => Promise<void>;

export interface UpstreamOptions {
  account: string;
  limits: Limits;
  /** Pauses before the second, third… try after a 500, a 503 or a broken connection. */
  retryPausesMs: readonly number[];
  send: Send;
  sleep: Sleep;
  now: () => number;
  random: () => number;
}

export interface ExchangeTerms {
  /** Epoch ms; asked again before every turn, try and page, because others may have joined who wait longer. */
  deadline(): number;
  /** Asked again before every turn: a refresh becomes urgent when somebody joins who waits for it. */
  priority(): Priority;
  /** The caller's own bearer, where the account is read with it. */
  bearer?: string;
  /** A turn that was acquired already; the first try uses it. */
  turn?: Permit;
  /**
   * Told of a failure after which another try may help, and when that can be made at the earliest, epoch ms; who need not wait for it
   * can leave, and nobody left means no other try.
   */
  failing?(failure: GatewayError, nextTryAt: number): Promise<void>;
  /** Told that the exchange is given up, because nobody waits for it and others wait for its turn: nobody may join it any more. */
  reclaimed?(): void;
  /** Told of every HTTP exchange, and whether it repeats one that failed. */
  sent(isRetry: boolean): void;
}

/** What is left of the calls at one service. */
export interface Budget {
  service: Service;
  account: string;
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRatePerMinute: number;
  concurrencyLimit: number;
}

/** This many failures in a row open the circuit of a service. */
const failuresToOpen = 5;
/** An exchange this long under way that nobody waits for gives its turn to who waits for one. */
const overdueMs = 20_000;
/** The time limit of one HTTP exchange, unless somebody waits longer: a deadline pushed back by others does not cut it. */
const longestExchangeMs = 30_000;

/** One account at the platform: its lanes, circuits and tries, one of each a service. */
export class Upstream {
  readonly #lanes: Record<Service, PermitSource>;
  readonly #circuits: Record<Service, CircuitBreakerPolicy>;

  constructor(private readonly options: UpstreamOptions) {
    const { account, limits, now, random } = options;
    const clock = { monotonic: now };
    const lane = (service: string) => new RateLimiter({ name: `${service} of account ${account}`, limits, clock, random });
    this.#lanes = { operations: lane("operations"), keyMetrics: lane("key metrics"), intervalMetrics: lane("interval metrics") };
    this.#circuits = { operations: circuit(), keyMetrics: circuit(), intervalMetrics: circuit() };
  }

  lane(service: Service): PermitSource {
    return this.#lanes[service];
  }

  /**
   * One exchange within the budget, tried again where that can help and time is left: after a 429 when the lane's pause is
   * over, after a 5xx or a broken connection after the configured pauses. Rejects with the last error by the contract.
   */
  async exchange(request: ExchangeRequest, terms: ExchangeTerms): Promise<ExchangeResponse> {
    const { now, sleep } = this.options;
    const lane = this.#lanes[request.service];
    const sent = counting(terms.sent);
    let failure: GatewayError | undefined;
    let pausedUntil = 0;
    let given = terms.turn;
    for (let tries = 0; ; ) {
      const turn = new TurnOfTry(given ?? (await this.#turn(lane, terms, failure)));
      given = undefined;
      try {
        const response = await this.#guarded(request, terms, turn, sent);
        lane.succeeded();
        return response;
      } catch (error) {
        if (error instanceof PermitExpired) continue;
        failure = knownFailure(error);
        // Before the turn is given back: who gets it would be sent into the pause.
        if (failure.code === "UPSTREAM_RATE_LIMITED") pausedUntil = lane.rateLimited(failure.extensions.retryAfterMs);
      } finally {
        turn.release();
      }
      if (failure.code === "UPSTREAM_RATE_LIMITED") {
        await terms.failing?.(until(failure, Math.ceil(pausedUntil - now())), pausedUntil);
        if (now() >= terms.deadline()) throw failure;
        continue;
      }
      const pauseMs = this.options.retryPausesMs[tries++];
      const mayHelp = failure.code === "UPSTREAM_UNAVAILABLE" && failure.extensions.retryAfterMs === undefined;
      if (!mayHelp || pauseMs === undefined) throw failure;
      const nextTryAt = now() + pauseMs;
      await terms.failing?.(failure, nextTryAt);
      if (nextTryAt >= terms.deadline()) throw failure;
      await sleep(pauseMs);
    }
  }

  budgets(): Budget[] {
    return (Object.entries(this.#lanes) as [Service, PermitSource][]).map(([service, lane]) => {
      const { waiting: _, ...budget } = lane.budget();
      return { service, account: this.options.account, ...budget };
    });
  }

  close(): void {
    for (const lane of Object.values(this.#lanes)) lane.close();
  }

  /**
   * When the next turn comes too late after a failure, the failure is the reason, not our budget. Who joined meanwhile may
   * have longer: then it is waited for again.
   */
  async #turn(lane: PermitSource, terms: ExchangeTerms, failure: GatewayError | undefined): Promise<Permit> {
    for (;;) {
      const deadline = terms.deadline();
      try {
        return await acquirePermit(lane, { deadline, priority: terms.priority() });
      } catch (refusal) {
        if (terms.deadline() > deadline) continue;
        if (!failure || !(refusal instanceof GatewayError)) throw refusal;
        throw until(failure, refusal.extensions.retryAfterMs);
      }
    }
  }

  async #guarded(request: ExchangeRequest, terms: ExchangeTerms, turn: TurnOfTry, sent: () => void): Promise<ExchangeResponse> {
    const { account, now, send } = this.options;
    const unwanted = new AbortController();
    const overdueAt = now() + overdueMs;
    turn.reclaimable({
      overdueAt: () => overdueAt,
      isWanted: () => terms.deadline() > now() && terms.priority() === "interactive",
      reclaim: () => {
        terms.reclaimed?.();
        unwanted.abort(new GatewayError("UPSTREAM_TIMEOUT", "The platform did not answer while anybody waited.", { account }));
      },
    });
    try {
      return await this.#circuits[request.service].execute(() => {
        const { bearer } = terms;
        return send(request, {
          deadline: Math.max(now() + longestExchangeMs, terms.deadline()),
          signal: unwanted.signal,
          ...(bearer !== undefined && { bearer }),
          sending: () => {
            if (turn.use() === false) throw new PermitExpired();
            sent();
          },
          again: () => turn.change(() => this.#turn(this.#lanes[request.service], terms, undefined)),
        });
      });
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      const message = `${titleOf[apiOf(request)]}: the platform has failed many times in a row; it is asked again after a pause.`;
      throw new GatewayError("UPSTREAM_UNAVAILABLE", message, { account, retryAfterMs: 5_000 });
    }
  }
}

/** The turn of one try. Every request that leaves has a turn of its own, one that is sent again after a 401 too. */
class TurnOfTry {
  #over = false;
  #exchange: ReclaimableExchange | undefined;

  constructor(private turn: Permit) {}

  use(): boolean | Promise<boolean> {
    return this.turn.use();
  }

  reclaimable(exchange: ReclaimableExchange): void {
    this.#exchange = exchange;
    this.turn.reclaimable(exchange);
  }

  /** Changes it for another; one that comes when the try is over is given back. */
  async change(acquire: () => Promise<Permit>): Promise<void> {
    this.turn.release();
    this.turn = await acquire();
    if (this.#over) this.turn.release();
    else if (this.#exchange) this.turn.reclaimable(this.#exchange);
  }

  release(): void {
    this.#over = true;
    this.turn.release();
  }
}

/** The permit of a try has expired before its request could leave: the try needs another. */
class PermitExpired extends Error {
  override readonly name = "PermitExpired";
}

/** The failure, with the time until it is of use to ask again. */
function until(failure: GatewayError, retryAfterMs: number | undefined): GatewayError {
  const { code, retryable: _, ...facts } = failure.extensions;
  return new GatewayError(code, failure.message, { ...facts, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}

/** Tells of each exchange that leaves whether another left before it. */
function counting(sent: ExchangeTerms["sent"]): () => void {
  let left = 0;
  return () => sent(left++ > 0);
}

const serviceFailed = (error: Error): boolean =>
  error instanceof GatewayError && (error.code === "UPSTREAM_UNAVAILABLE" || error.code === "UPSTREAM_TIMEOUT");

const circuit = (): CircuitBreakerPolicy =>
  circuitBreaker(handleWhen(serviceFailed), {
    breaker: new ConsecutiveBreaker(failuresToOpen),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: 5_000, maxDelay: 60_000 }),
  });

function knownFailure(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  throw error;
}
