import type { GatewayError } from "../../errors.js";

/** How urgent an exchange is, the most urgent first: somebody waits for it, it renews a stale answer, or a subscription is due. */
export const priorities = ["interactive", "refresh", "tick"] as const;
export type Priority = (typeof priorities)[number];

export interface PermitTerms {
  /** Monotonic ms after which the permit is of no use. */
  deadline: number;
  /** Monotonic ms by which the most pressed of several waiters needs the permit; absent: the deadline. */
  due?: number;
  priority: Priority;
}

/** One HTTP exchange lasts no longer than this, unless somebody waits longer; ms. */
export const longestExchangeMs = 30_000;

/** The right to send one request to a service. */
export interface Permit {
  /**
   * To be called right before the request leaves. True: the request may leave, and the limits count it from now on. False: the permit
   * has expired or was used before; it counts against no limit, and another one has to be requested.
   */
  use(): boolean | Promise<boolean>;
  /** From now on the permit can be taken back when its exchange is overdue, nobody waits for the exchange and other requests queue. */
  reclaimable(exchange: ReclaimableExchange): void;
  /** The exchange is over, or was never made. An unused permit counts against no limit. Further calls do nothing. */
  release(): void;
}

/** How a permit is taken back from an exchange that takes too long. */
export interface ReclaimableExchange {
  /** Monotonic ms from which the exchange is overdue. The moment may move. */
  overdueAt(): number;
  /** Whether somebody waits for the exchange. */
  isWanted(): boolean;
  /** Closes the exchange; the holder of the permit releases it then. */
  reclaim(): void;
}

/**
 * Receives the outcome of a request for a permit: one of the two, once. It comes at the latest right after the deadline, and perhaps before
 * `request` has returned.
 */
export interface PermitRequester {
  grant(permit: Permit): void;
  /** BUDGET_EXHAUSTED, in a pause after a 429 UPSTREAM_RATE_LIMITED, while stopping UPSTREAM_UNAVAILABLE. */
  refuse(error: GatewayError): void;
  /** Told, perhaps more than once, when the permit can no longer come by `due`, though before the deadline. */
  late?(): void;
}

/** A request for a permit that waits. */
export interface PermitRequest {
  /** Monotonic ms at which the permit can come at the earliest, by the limits alone: exchanges ahead may last longer. */
  earliest(): number;
  /** Moves the request to where these terms belong. */
  move(terms: PermitTerms): void;
  /** Neither permit nor refusal will come any more. */
  cancel(): void;
}

/** What is left of the calls at one service. */
export interface PermitBudget {
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRatePerMinute: number;
  concurrencyLimit: number;
  /** Requests for a permit that wait. */
  waiting: number;
}

/**
 * Gives permits for one service of one account, within the limits of the account. A permit can come from another process: it may come
 * later than it could, and may have expired when it is used.
 */
export interface PermitSource {
  /** Asks for a permit. Refuses at once when none can come before the deadline. */
  request(terms: PermitTerms, requester: PermitRequester): PermitRequest;
  /** The refusal for a waiter whose permit can come at `earliest` (monotonic ms) at the earliest, with retryAfterMs. */
  refusal(earliest: number): GatewayError;
  /** UPSTREAM_RATE_LIMITED while a pause after a 429 lasts; undefined otherwise. */
  readonly pause: GatewayError | undefined;
  /** The platform said 429, with this Retry-After: all requests pause, then go on slower. Returns when the pause ends, monotonic ms. */
  rateLimited(retryAfterMs: number | undefined): number;
  /** An exchange went well: a step back to the configured pace. */
  succeeded(): void;
  /** To be called when an exchange has lost its last waiter: closes overdue exchanges whose permits are needed. */
  reclaim(): void;
  budget(): PermitBudget;
  /** Refuses all that wait and all that come later. Permits that were granted stay good. */
  close(): void;
}

/** A request for a permit in the queue. */
export interface Waiting {
  terms: PermitTerms;
  readonly requester: PermitRequester;
  /** Rises with each request: of equal terms the first comes first. */
  readonly arrival: number;
  /** Monotonic ms at which it was asked for. */
  readonly since: number;
}

/** One permit that is out, as it is counted. */
export interface CountedPermit {
  /** The request leaves now, and the windows count it from now on. False: the permit has expired. To be called at most once. */
  use(now: number): boolean | Promise<boolean>;
  /** The exchange is over, or was never made. To be called once. */
  release(): void;
}

/** Who counts permits against the limits of one account at one service: this process alone, or all replicas together. All times are monotonic ms. */
export interface PermitCounter {
  /** When the permit behind `ahead` others can come at the earliest, as far as is known. */
  earliest(now: number, ahead: number): number;
  /** Permits that may be out at once, and those that are, as far as is known. */
  readonly concurrency: number;
  readonly out: number;
  /** When the pause after a 429 ends; in the past while there is none. */
  readonly pausedUntil: number;
  /** A permit, if one is to be had now. */
  take(now: number): CountedPermit | null;
  /** Told which requests still wait, most urgent first, whenever that has changed. Where others grant permits, `changed` is called when one came. */
  wanted(waiting: readonly Waiting[]): void;
  onChange(changed: () => void): void;
  slowDown(now: number, retryAfterMs: number | undefined): void;
  speedUp(): void;
  /** Calls that may begin now, 0..maxPerMinute. */
  available(now: number): number;
}
