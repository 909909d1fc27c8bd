import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from "cockatiel";
import { GatewayError } from "../errors.js";
import type { ExchangeRequest, ExchangeResponse, Service } from "./call.js";
import { Condition } from "./condition.js";
import type { Limits } from "./pace.js";
import { Lane, type Priority, type Turn } from "./scheduler.js";

export interface SendTerms {
  deadline: number;
  bearer?: string;
  /** To be called right before the request leaves. */
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
  /** Told when a service begins to fail, and when it answers again. */
  tell?: (message: string) => void;
}

export interface ExchangeTerms {
  /** Epoch ms; asked again before every turn, try and page, because others may have joined who wait longer. */
  deadline(): number;
  /** Asked again before every turn: a refresh becomes urgent when somebody joins who waits for it. */
  priority(): Priority;
  /** The caller's own bearer, where the account is read with it. */
  bearer?: string;
  /** A turn that was acquired already; the first try uses it. */
  turn?: Turn;
  /** Told of a failure after which another try may help; who need not wait for that can leave, and nobody left means no other try. */
  failing?(failure: GatewayError): Promise<void>;
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
/** One HTTP exchange ends at the latest after this, so that a deadline pushed back by others cannot cut it. */
const longestExchangeMs = 60_000;

/** One account at the platform: its lanes, circuits and tries, one of each a service. */
export class Upstream {
  readonly #lanes: Record<Service, Lane>;
  readonly #circuits: Record<Service, CircuitBreakerPolicy>;
  readonly #condition: Condition;

  constructor(private readonly options: UpstreamOptions) {
    const { account, limits, now, random } = options;
    const lane = (service: string) => new Lane(`${service} of account ${account}`, limits, now, random);
    this.#lanes = { operations: lane("operations"), keyMetrics: lane("key metrics"), intervalMetrics: lane("interval metrics") };
    this.#condition = new Condition(account, options.tell ?? (() => undefined));
    this.#circuits = { operations: circuit(), keyMetrics: circuit(), intervalMetrics: circuit() };
  }

  lane(service: Service): Lane {
    return this.#lanes[service];
  }

  /**
   * One exchange within the budget, tried again where that can help and time is left: after a 429 when the lane's pause is
   * over, after a 5xx or a broken connection after the configured pauses. Rejects with the last error by the contract.
   */
  async exchange(request: ExchangeRequest, terms: ExchangeTerms): Promise<ExchangeResponse> {
    try {
      const response = await this.#tries(request, terms);
      this.#condition.well(request.service);
      return response;
    } catch (error) {
      // A caller's own token says nothing of the service.
      if (terms.bearer === undefined) this.#condition.ill(request.service, error);
      throw error;
    }
  }

  /** Why the last exchange with the service failed, where the service is at fault; undefined when it went well. */
  trouble(service: Service): GatewayError | undefined {
    return this.#condition.trouble(service);
  }

  async #tries(request: ExchangeRequest, terms: ExchangeTerms): Promise<ExchangeResponse> {
    const lane = this.#lanes[request.service];
    let failure: GatewayError | undefined;
    for (let tries = 0; ; ) {
      const turn = new TurnOfTry((tries === 0 && failure === undefined && terms.turn) || (await this.#turn(lane, terms, failure)));
      try {
        const response = await this.#guarded(request, terms, turn, failure !== undefined);
        lane.succeeded();
        return response;
      } catch (error) {
        failure = knownFailure(error);
      } finally {
        turn.release();
      }
      if (failure.code === "UPSTREAM_RATE_LIMITED") {
        lane.rateLimited(failure.extensions.retryAfterMs);
        continue;
      }
      const pauseMs = this.options.retryPausesMs[tries++];
      const mayHelp = failure.code === "UPSTREAM_UNAVAILABLE" && failure.extensions.retryAfterMs === undefined;
      if (mayHelp && pauseMs !== undefined) await terms.failing?.(failure);
      if (!mayHelp || pauseMs === undefined || this.options.now() + pauseMs >= terms.deadline()) throw failure;
      await this.options.sleep(pauseMs);
    }
  }

  budgets(): Budget[] {
    return (Object.entries(this.#lanes) as [Service, Lane][]).map(([service, lane]) => {
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
  async #turn(lane: Lane, terms: ExchangeTerms, failure: GatewayError | undefined): Promise<Turn> {
    for (;;) {
      const deadline = terms.deadline();
      try {
        return await lane.acquire({ deadline, priority: terms.priority() });
      } catch (refusal) {
        if (terms.deadline() > deadline) continue;
        if (!failure || !(refusal instanceof GatewayError)) throw refusal;
        const { code: _, retryable: __, ...facts } = failure.extensions;
        throw new GatewayError(failure.code, failure.message, { ...facts, ...pick(refusal.extensions.retryAfterMs) });
      }
    }
  }

  async #guarded(request: ExchangeRequest, terms: ExchangeTerms, turn: TurnOfTry, isRetry: boolean): Promise<ExchangeResponse> {
    try {
      return await this.#circuits[request.service].execute(() => {
        terms.sent(isRetry);
        const { bearer } = terms;
        return this.options.send(request, {
          deadline: this.options.now() + longestExchangeMs,
          ...(bearer !== undefined && { bearer }),
          sending: () => turn.sending(),
          again: async () => {
            if (await turn.change(() => this.#turn(this.#lanes[request.service], terms, undefined))) terms.sent(true);
          },
        });
      });
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new GatewayError("UPSTREAM_UNAVAILABLE", "The platform has failed many times in a row; it is asked again after a pause.", {
        account: this.options.account,
        retryAfterMs: 5_000,
      });
    }
  }
}

/** The turn of one try. Every request that leaves has a turn of its own, one that is sent again after a 401 too. */
class TurnOfTry {
  #over = false;

  constructor(private turn: Turn) {}

  sending(): void {
    this.turn.sending();
  }

  /** Whether the try still has use for the other turn when that comes; if not, it is given back. */
  async change(acquire: () => Promise<Turn>): Promise<boolean> {
    this.turn.release();
    this.turn = await acquire();
    if (this.#over) this.turn.release();
    return !this.#over;
  }

  release(): void {
    this.#over = true;
    this.turn.release();
  }
}

const pick = (retryAfterMs: number | undefined) => (retryAfterMs === undefined ? {} : { retryAfterMs });

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
