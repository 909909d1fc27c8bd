/** Whether the services of the platform answer: who may ask one that has failed, and how each API did last. */

import type { Clock } from "../../clock.js";
import { type ErrorCode, GatewayError } from "../../errors.js";
import { minuteMs } from "../../time.js";

export interface CircuitBreakerOptions {
  /** Whose calls they are, for errors: for example "operations of account a". */
  name: string;
  account: string;
  clock: Pick<Clock, "monotonic">;
  random: () => number;
  /** What replicas tell each other of the circuit; left out: there are none. */
  news?: CircuitNews;
}

/** What the replicas of a gateway tell each other of one circuit. Messages may be lost. */
export interface CircuitNews {
  opened(): void;
  closed(): void;
  /** Has the listeners called when another replica tells. */
  onNews(listeners: { opened: () => void; closed: () => void }): void;
}

/** The right to send one request through the circuit. Its first end counts, further ones do nothing. */
export interface CircuitClaim {
  succeeded(): void;
  /** The request failed. What the error says about the service is judged here. */
  failed(error: unknown): void;
  /** The request was given up, or not sent: that says nothing about the service. */
  release(): void;
}

/** This many failures in a row open the circuit. */
const failuresToOpen = 5;
const firstPauseMs = 5_000;
const longestPauseMs = minuteMs;
/** While a probe is under way, callers are told to ask again after this time: when it ends is not known. */
const probeRetryMs = 1_000;
/** For how long a service is doubted because another replica has opened its circuit. */
const doubtMs = minuteMs;

type Verdict = "answers" | "fails";

/** An error with none of these codes says nothing about the service: a 401 blames the token, a 429 the pace. */
const verdictOf: Partial<Record<ErrorCode, Verdict>> = {
  UPSTREAM_UNAVAILABLE: "fails",
  UPSTREAM_TIMEOUT: "fails",
  UPSTREAM_REJECTED: "answers",
  UPSTREAM_INVALID_RESPONSE: "answers",
};

/**
 * Lets no request through to a service that failed five times in a row, until a pause is over; then one request at a time probes
 * it. A probe that succeeds closes the circuit; one that fails doubles the pause, from 5 s up to 60 s, jitter included.
 * When the circuit of another replica has opened, one failure opens this one too. A replica whose own requests succeed goes on sending: the
 * other may have lost its network.
 */
export class CircuitBreaker {
  #failures = 0;
  /** Monotonic ms until which one failure is enough. */
  #doubtedUntil = Number.NEGATIVE_INFINITY;
  /** Monotonic ms from which a probe may be sent; undefined while the circuit is closed. */
  #probeAt: number | undefined;
  #pauses = 0;
  /** Resolves when the probe under way has ended. */
  #probe: Promise<void> | undefined;
  /** Changes when the circuit opens or closes: the result of a request sent before that is out of date. */
  #era = 0;

  constructor(private readonly options: CircuitBreakerOptions) {
    options.news?.onNews({ opened: () => this.#openedElsewhere(), closed: () => this.#closedElsewhere() });
  }

  /** Why no request may be sent now: UPSTREAM_UNAVAILABLE, with the time until the next may. Null when one may. Changes nothing. */
  refusal(): GatewayError | null {
    if (this.#probeAt === undefined) return null;
    const leftMs = this.#probeAt - this.options.clock.monotonic();
    if (leftMs > 0) return this.#refused(Math.ceil(leftMs), `it is asked again in ${Math.ceil(leftMs)} ms.`);
    return this.#probe ? this.#refused(probeRetryMs, "one request tests now whether it answers again.") : null;
  }

  get state(): "closed" | "open" | "probing" {
    if (this.#probeAt === undefined) return "closed";
    return this.#probe ? "probing" : "open";
  }

  /** Resolves when the probe under way has ended, whatever its result; null when none is under way. */
  probing(): Promise<void> | null {
    return this.#probe ?? null;
  }

  /** Claims the circuit for a request that leaves now; the refusal when that came too late. End the claim in any case. */
  begin(): CircuitClaim | GatewayError {
    const refusal = this.refusal();
    if (refusal) return refusal;
    const era = this.#era;
    const endProbe = this.#probeAt === undefined ? undefined : this.#beginProbe();
    let ended = false;
    const end = (verdict?: Verdict) => {
      if (ended) return;
      ended = true;
      if (verdict && era === this.#era) this.#judge(verdict);
      endProbe?.();
    };
    return {
      succeeded: () => end("answers"),
      failed: (error) => end(error instanceof GatewayError ? verdictOf[error.code] : undefined),
      release: () => end(),
    };
  }

  #beginProbe(): () => void {
    let resolveProbe = (): void => undefined;
    this.#probe = new Promise((resolve) => {
      resolveProbe = resolve;
    });
    return () => {
      this.#probe = undefined;
      resolveProbe();
    };
  }

  #judge(verdict: Verdict): void {
    const isOpen = this.#probeAt !== undefined;
    if (verdict === "fails") {
      const isDoubted = this.options.clock.monotonic() < this.#doubtedUntil;
      if (isOpen || ++this.#failures >= (isDoubted ? 1 : failuresToOpen)) {
        this.#open();
        this.options.news?.opened();
      }
      return;
    }
    this.#failures = 0;
    if (!isOpen) return;
    this.#close();
    this.options.news?.closed();
  }

  #openedElsewhere(): void {
    this.#doubtedUntil = this.options.clock.monotonic() + doubtMs;
    if (this.#probeAt === undefined && this.#failures > 0) this.#open();
  }

  /** The next request finds out. */
  #closedElsewhere(): void {
    this.#doubtedUntil = Number.NEGATIVE_INFINITY;
    if (this.#probeAt !== undefined) this.#probeAt = Math.min(this.#probeAt, this.options.clock.monotonic());
  }

  #open(): void {
    this.#era++;
    const pauseMs = firstPauseMs * 2 ** this.#pauses++ * (1 + this.options.random() / 4);
    this.#probeAt = this.options.clock.monotonic() + Math.min(longestPauseMs, pauseMs);
  }

  #close(): void {
    this.#era++;
    this.#pauses = 0;
    this.#probeAt = undefined;
  }

  #refused(retryAfterMs: number, then: string): GatewayError {
    const { name, account } = this.options;
    const message = `The platform has failed many times in a row for ${name}; ${then}`;
    return new GatewayError("UPSTREAM_UNAVAILABLE", message, { account, retryAfterMs });
  }
}

// ---------------------------------------------------------------- how each API did last

/** Failures that say something of the platform, not of one question or of our own budget. */
const faults: ReadonlySet<ErrorCode> = new Set([
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
  "UPSTREAM_UNAUTHORIZED",
  "UPSTREAM_INVALID_RESPONSE",
]);

interface Examined {
  readonly metricsApi: string;
  readonly service: string;
}

/** How the APIs of an account did last. A change is logged once, so that an outage behind stale answers does not pass unseen. */
export class ApiHealth {
  readonly #troubles = new Map<string, { service: string; error: GatewayError }>();

  constructor(
    private readonly account: string,
    private readonly log: (message: string) => void,
  ) {}

  well({ metricsApi }: Examined): void {
    if (this.#troubles.delete(metricsApi)) this.log(`${metricsApi} of account ${this.account} answers again.`);
  }

  /** Only a fault of the platform changes something. */
  ill({ metricsApi, service }: Examined, error: unknown): void {
    if (!(error instanceof GatewayError) || !faults.has(error.code)) return;
    if (!this.#troubles.has(metricsApi)) this.log(`${metricsApi} of account ${this.account} fails: ${error.message}`);
    this.#troubles.set(metricsApi, { service, error });
  }

  /** Why an API of the service failed last; undefined when all went well. */
  trouble(service: string): GatewayError | undefined {
    return [...this.#troubles.values()].find((trouble) => trouble.service === service)?.error;
  }
}
