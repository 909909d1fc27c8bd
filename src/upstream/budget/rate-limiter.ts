import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import { longestTimerMs } from "../../time.js";
import { type Limits, LocalCounter } from "./pace.js";
import {
  type CountedPermit,
  type Permit,
  type PermitBudget,
  type PermitCounter,
  type PermitRequest,
  type PermitRequester,
  type PermitSource,
  type PermitTerms,
  priorities,
  type ReclaimableExchange,
  type Waiting,
} from "./permit.js";

export interface RateLimiterOptions {
  /** Whose calls they are, for errors: for example "operations of account a". */
  name: string;
  limits: Limits;
  clock: Pick<Clock, "monotonic">;
  random: () => number;
  /** Who counts the permits; default this process alone. */
  counter?: PermitCounter;
  /** Told for how long a request has waited when its permit is granted, ms. */
  granted?: (waitedMs: number) => void;
}

/** More requests than this do not wait: further ones are refused. */
const mostWaiting = 10_000;

/**
 * The budget of one account at one service: never more than `maxConcurrent` permits out at once, and never more than `maxPerMinute` used in
 * any sliding minute, of this process or of all replicas, as its counter counts. The queue is that of this process. The wall clock has no part in it.
 *
 * A permit that came before a pause after a 429 has expired when it is used in the pause: nothing is sent into it.
 */
export class RateLimiter implements PermitSource {
  readonly #queue = new PermitQueue();
  readonly #counter: PermitCounter;
  readonly #exchanges = new ReclaimableExchanges();
  #arrivals = 0;
  #closed = false;
  #isServedSoon = false;
  #wake: NodeJS.Timeout | undefined;

  constructor(private readonly options: RateLimiterOptions) {
    this.#counter = options.counter ?? new LocalCounter(options.limits, options.random);
    this.#counter.onChange(() => {
      if (!this.#closed) this.#serveQueue();
    });
  }

  request(terms: PermitTerms, requester: PermitRequester): PermitRequest {
    const waiting: Waiting = { terms, requester, arrival: this.#arrivals++, since: this.#now };
    const earliest = () => this.#counter.earliest(this.#now, this.#queue.ahead(waiting));
    const refusal = this.#closed ? stopping() : this.#refusalAtOnce(terms, earliest());
    if (refusal) requester.refuse(refusal);
    else {
      this.#queue.add(waiting);
      this.#serveQueue();
    }
    return {
      earliest,
      move: (changed) => {
        if (!this.#queue.remove(waiting)) return;
        waiting.terms = changed;
        this.#queue.add(waiting);
        this.#serveQueueSoon();
      },
      cancel: () => {
        if (this.#queue.remove(waiting)) this.#counter.wanted(this.#queue.all);
      },
    };
  }

  refusal(earliest: number): GatewayError {
    const { name } = this.options;
    const retryAfterMs = Math.max(1, Math.ceil(earliest - this.#now));
    const then = `the next call is possible in ${retryAfterMs} ms.`;
    return this.#isPaused
      ? new GatewayError("UPSTREAM_RATE_LIMITED", `The platform refuses calls for ${name} with 429; ${then}`, { retryAfterMs })
      : new GatewayError("BUDGET_EXHAUSTED", `The call budget for ${name} is spent; ${then}`, { retryAfterMs });
  }

  get pause(): GatewayError | undefined {
    return this.#isPaused ? this.refusal(this.#counter.pausedUntil) : undefined;
  }

  rateLimited(retryAfterMs: number | undefined): number {
    this.#counter.slowDown(this.#now, retryAfterMs);
    this.#serveQueue();
    return this.#counter.pausedUntil;
  }

  succeeded(): void {
    this.#counter.speedUp();
    this.#serveQueue();
  }

  reclaim(): void {
    this.#serveQueue();
  }

  budget(): PermitBudget {
    const { maxPerMinute } = this.options.limits;
    const currentlyAvailable = this.#counter.available(this.#now);
    return {
      maximumAvailable: maxPerMinute,
      currentlyAvailable,
      restoreRatePerMinute: maxPerMinute,
      concurrencyLimit: this.#counter.concurrency,
      waiting: this.#queue.length,
    };
  }

  /** Permits of this process, or of all replicas as far as is known, that are out now. */
  get out(): number {
    return this.#counter.out;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#wake);
    for (const waiting of [...this.#queue.all]) this.#refuse(waiting, stopping());
  }

  get #now(): number {
    return this.options.clock.monotonic();
  }

  get #isPaused(): boolean {
    return this.#counter.pausedUntil > this.#now;
  }

  #refusalAtOnce({ deadline }: PermitTerms, earliest: number): GatewayError | undefined {
    return earliest > deadline || this.#queue.length >= mostWaiting ? this.refusal(earliest) : undefined;
  }

  #refuse(waiting: Waiting, error: GatewayError): void {
    if (this.#queue.remove(waiting)) waiting.requester.refuse(error);
  }

  #permit(counted: CountedPermit): Permit {
    let state: "granted" | "used" | "released" = "granted";
    let exchange: ReclaimableExchange | undefined;
    const release = () => {
      if (state === "released") return;
      state = "released";
      counted.release();
      if (exchange) this.#exchanges.delete(exchange);
      this.#serveQueue();
    };
    const judged = (mayLeave: boolean): boolean => {
      // It may have been given back while its counter was asked.
      const leaves = mayLeave && state !== "released";
      if (leaves) this.#serveQueue();
      else release();
      return leaves;
    };
    return {
      use: () => {
        if (state !== "granted") return false;
        if (this.#isPaused) return judged(false);
        state = "used";
        const mayLeave = counted.use(this.#now);
        return typeof mayLeave === "boolean" ? judged(mayLeave) : mayLeave.then(judged);
      },
      reclaimable: (given) => {
        if (exchange) this.#exchanges.delete(exchange);
        if (state === "released") return;
        exchange = given;
        this.#exchanges.add(exchange);
        this.#serveQueue();
      },
      release,
    };
  }

  /** After the code that runs now has ended, so that no grant or refusal comes in the middle of it. */
  #serveQueueSoon(): void {
    if (this.#isServedSoon) return;
    this.#isServedSoon = true;
    queueMicrotask(() => {
      this.#isServedSoon = false;
      if (!this.#closed) this.#serveQueue();
    });
  }

  /** All steps use one moment: nothing would wake a request whose time came between two of them. */
  #serveQueue(now = this.#now): void {
    this.#refuseHopeless(now);
    this.#grantPermits(now);
    this.#closeOverdue(now);
    this.#scheduleWake(now);
  }

  /** A pause, exchanges that last, or others that are more urgent can make permits impossible that were possible when they were asked for. */
  #refuseHopeless(now: number): void {
    const last = this.#counter.earliest(now, Math.max(0, this.#queue.length - 1));
    if (last <= this.#queue.nothingDueBefore) return;
    this.#queue.recount();
    if (last <= this.#queue.nothingDueBefore) return;
    let ahead = 0;
    for (const waiting of [...this.#queue.all]) {
      const earliest = this.#counter.earliest(now, ahead);
      if (earliest > waiting.terms.deadline) this.#refuse(waiting, this.refusal(earliest));
      else {
        ahead++;
        if (earliest > dueAt(waiting.terms)) waiting.requester.late?.();
      }
    }
  }

  #grantPermits(now: number): void {
    for (let { first } = this.#queue; first; { first } = this.#queue) {
      const counted = this.#counter.take(now);
      if (!counted) break;
      this.#queue.remove(first);
      this.options.granted?.(now - first.since);
      first.requester.grant(this.#permit(counted));
    }
    this.#counter.wanted(this.#queue.all);
  }

  /** Takes permits back for as many requests as wait and could be served at once. */
  #closeOverdue(now: number): void {
    for (;;) {
      const room = this.#counter.concurrency - this.#counter.out + this.#exchanges.closing;
      const needed = this.#queue.length > Math.max(0, room) && this.#counter.earliest(now, Math.max(0, room)) <= now;
      if (!needed || !this.#exchanges.closeOldest(now)) return;
    }
  }

  /** Wakes when the limits let the next request through, when an exchange in its way becomes overdue, or when a deadline has passed. */
  #scheduleWake(now: number): void {
    clearTimeout(this.#wake);
    if (this.#queue.length === 0) return;
    const next = this.#counter.out < this.#counter.concurrency ? this.#counter.earliest(now, 0) : this.#nextClosing(now);
    // Where others grant permits, the counter tells when one came that could have come before.
    const wakeAt = Math.min(next > now ? next : Number.POSITIVE_INFINITY, this.#queue.nothingDueBefore + 1, now + longestTimerMs);
    this.#wake = setTimeout(() => this.#serveQueue(), Math.max(0, Math.ceil(wakeAt - now)));
  }

  /** When closing an exchange would help; infinite when that takes an event, such as an exchange that ends or loses its last waiter. */
  #nextClosing(now: number): number {
    const at = Math.max(this.#counter.earliest(now, 0), this.#exchanges.nextAt(now));
    return at > now ? at : Number.POSITIVE_INFINITY;
  }
}

const stopping = () => new GatewayError("UPSTREAM_UNAVAILABLE", "The gateway is stopping.");

/** Requests for permits in order: by priority, then by what is due earliest, then by arrival. */
class PermitQueue {
  readonly #waiting: Waiting[] = [];
  #nothingDueBefore = Number.POSITIVE_INFINITY;

  get length(): number {
    return this.#waiting.length;
  }

  get first(): Waiting | undefined {
    return this.#waiting[0];
  }

  get all(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Monotonic ms; nothing is due earlier, and after `recount` something is exactly then. Infinite when nothing waits. */
  get nothingDueBefore(): number {
    return this.#nothingDueBefore;
  }

  recount(): void {
    this.#nothingDueBefore = this.#waiting.reduce((first, { terms }) => Math.min(first, dueAt(terms)), Number.POSITIVE_INFINITY);
  }

  add(waiting: Waiting): void {
    this.#waiting.splice(this.ahead(waiting), 0, waiting);
    this.#nothingDueBefore = Math.min(this.#nothingDueBefore, dueAt(waiting.terms));
  }

  /** False when it is not in the queue. */
  remove(waiting: Waiting): boolean {
    const index = this.ahead(waiting);
    if (this.#waiting[index] !== waiting) return false;
    this.#waiting.splice(index, 1);
    if (this.#waiting.length === 0) this.recount();
    return true;
  }

  /** How many are ahead of it, or would be if it were in the queue. */
  ahead(waiting: Waiting): number {
    let [from, to] = [0, this.#waiting.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isBefore(this.#waiting[middle]!, waiting)) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

const rankOf = ({ priority }: PermitTerms): number => priorities.indexOf(priority);
const dueAt = ({ due, deadline }: PermitTerms): number => due ?? deadline;

const isBefore = (a: Waiting, b: Waiting): boolean =>
  (rankOf(a.terms) - rankOf(b.terms) || dueAt(a.terms) - dueAt(b.terms) || a.arrival - b.arrival) < 0;

/** The exchanges under way whose permits can be taken back, oldest first. */
class ReclaimableExchanges {
  readonly #open = new Set<ReclaimableExchange>();
  readonly #closing = new Set<ReclaimableExchange>();

  /** Exchanges that were closed and have not released their permit yet. */
  get closing(): number {
    return this.#closing.size;
  }

  add(exchange: ReclaimableExchange): void {
    this.#open.add(exchange);
  }

  delete(exchange: ReclaimableExchange): void {
    this.#open.delete(exchange);
    this.#closing.delete(exchange);
  }

  /** Closes the oldest exchange that is overdue and that nobody waits for; false when there is none. */
  closeOldest(now: number): boolean {
    for (const exchange of this.#open) {
      if (exchange.overdueAt() > now || exchange.isWanted()) continue;
      this.#open.delete(exchange);
      this.#closing.add(exchange);
      exchange.reclaim();
      return true;
    }
    return false;
  }

  /** When one of them can be closed, monotonic ms; infinite when a waiter has to leave first. */
  nextAt(now: number): number {
    const moments = [...this.#open].map((exchange) => {
      const overdueAt = exchange.overdueAt();
      return overdueAt > now || !exchange.isWanted() ? overdueAt : Number.POSITIVE_INFINITY;
    });
    return Math.min(Number.POSITIVE_INFINITY, ...moments);
  }
}
