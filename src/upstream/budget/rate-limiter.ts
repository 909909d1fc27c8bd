import { GatewayError } from "../../errors.js";
import { type Loan, Loans } from "./loans.js";
import { type Begun, type Limits, Pace } from "./pace.js";

export type Priority = "interactive" | "refresh";
const rank: Record<Priority, number> = { interactive: 0, refresh: 1 };

export interface TurnTerms {
  /** Epoch ms after which the turn is of no use. */
  deadline: number;
  /** Epoch ms by which the most pressed of several askers needs the turn; absent: the deadline. */
  due?: number;
  priority: Priority;
}

/** The right to perform one exchange; give it back when the exchange is over. */
export interface Turn {
  /** The request leaves now, which may be long after the turn came: the limits count from here. */
  sending(): void;
  /** From now on the turn can be had back when nobody wants its exchange any more and others wait for a turn. */
  reclaimable(loan: Loan): void;
  release(): void;
}

/** Who waits for a turn. One of the two is called, once; it may be called before `queue` returns. */
export interface Contender {
  grant(turn: Turn): void;
  refuse(error: GatewayError): void;
}

/** A place in the queue. */
export interface Place {
  /** The earliest time at which the turn can come, by the limits alone; exchanges ahead may last longer. */
  earliestTurn(): number;
  /** Moves to where these terms belong. */
  move(terms: TurnTerms): void;
  /** Neither grant nor refusal will come any more. */
  leave(): void;
}

interface Waiting extends Contender {
  terms: TurnTerms;
  readonly order: number;
}

/** More than this many waiting exchanges are refused: the queue is bounded. */
const maxWaiting = 10_000;

/**
 * The budget of one account at one service: never more than `maxConcurrent` exchanges at once and `maxPerMinute` begun in
 * any sliding minute. Interactive before refresh, then what is due earliest.
 *
 * A turn that cannot come before its deadline is refused at once with BUDGET_EXHAUSTED and retryAfterMs.
 */
export class Lane {
  readonly #waiting: Waiting[] = [];
  readonly #pace: Pace;
  readonly #loans = new Loans();
  #active = 0;
  #arrivals = 0;
  #closed = false;
  #wake: NodeJS.Timeout | undefined;

  constructor(
    private readonly name: string,
    limits: Limits,
    private readonly now: () => number,
    random: () => number,
  ) {
    this.#pace = new Pace(limits, random);
  }

  /** Resolves when it is this caller's turn. */
  acquire(terms: TurnTerms): Promise<Turn> {
    return new Promise((grant, refuse) => this.queue(terms, { grant, refuse }));
  }

  queue(terms: TurnTerms, contender: Contender): Place {
    const waiting: Waiting = { ...contender, terms, order: this.#arrivals++ };
    const place: Place = {
      earliestTurn: () => this.#pace.earliest(this.now(), Math.max(0, this.#waiting.indexOf(waiting))),
      move: (changed) => {
        if (!this.#remove(waiting)) return;
        waiting.terms = changed;
        this.#insert(waiting);
      },
      leave: () => {
        this.#remove(waiting);
      },
    };
    if (this.#closed) {
      waiting.refuse(stopping());
      return place;
    }
    const earliest = this.#pace.earliest(this.now(), this.#placeOf(waiting));
    if (earliest > terms.deadline || this.#waiting.length >= maxWaiting) {
      waiting.refuse(this.refusal(earliest));
      return place;
    }
    this.#insert(waiting);
    this.#grantTurns();
    this.reclaim();
    return place;
  }

  /** BUDGET_EXHAUSTED, in a pause UPSTREAM_RATE_LIMITED, with the time until the turn that can be had at the earliest. */
  refusal(earliest: number): GatewayError {
    const retryAfterMs = Math.max(1, Math.ceil(earliest - this.now()));
    const then = `the next call is possible in ${retryAfterMs} ms.`;
    return this.#pace.pausedUntil > this.now()
      ? new GatewayError("UPSTREAM_RATE_LIMITED", `The platform refuses calls for ${this.name} with 429; ${then}`, { retryAfterMs })
      : new GatewayError("BUDGET_EXHAUSTED", `The call budget for ${this.name} is spent; ${then}`, { retryAfterMs });
  }

  /** The platform said 429: everybody pauses, and goes on slower. Returns when the pause ends, epoch ms. */
  rateLimited(retryAfterMs: number | undefined): number {
    this.#pace.slowDown(this.now(), retryAfterMs);
    this.#goOn();
    return this.#pace.pausedUntil;
  }

  /** What stands in the way of a call now while a pause lasts that a 429 began; undefined when none does. */
  get pause(): GatewayError | undefined {
    const { pausedUntil } = this.#pace;
    return pausedUntil > this.now() ? this.refusal(pausedUntil) : undefined;
  }

  /** Has turns back whose exchanges nobody wants any more, for as many as wait. */
  reclaim(): void {
    const now = this.now();
    const couldGrant = this.#waiting.length > 0 && this.#pace.earliest(now, 0) <= now;
    if (couldGrant && this.#active >= this.#pace.concurrency) this.#loans.reclaim(this.#waiting.length, now);
  }

  /** An exchange went well: back towards the configured pace. */
  succeeded(): void {
    this.#pace.speedUp();
  }

  budget(): {
    maximumAvailable: number;
    currentlyAvailable: number;
    restoreRatePerMinute: number;
    concurrencyLimit: number;
    waiting: number;
  } {
    return { ...this.#pace.budget(this.now()), waiting: this.#waiting.length };
  }

  /** Refuses who waits, and who comes later. Turns that were granted run out. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#wake);
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(stopping());
  }

  #turn(call: Begun): Turn {
    let released = false;
    let lent: Loan | undefined;
    return {
      reclaimable: (loan) => {
        lent = loan;
        this.#loans.add(loan);
      },
      sending: () => {
        this.#pace.leave(call, this.now());
        this.#goOn();
      },
      release: () => {
        if (released) return;
        released = true;
        if (lent) this.#loans.delete(lent);
        this.#active--;
        this.#pace.end(call);
        this.#goOn();
      },
    };
  }

  #goOn(): void {
    this.#refuseHopeless();
    this.reclaim();
    this.#grantTurns();
  }

  #grantTurns(): void {
    clearTimeout(this.#wake);
    for (;;) {
      const next = this.#waiting[0];
      if (!next) return;
      const now = this.now();
      if (this.#active >= this.#pace.concurrency) {
        const overdueAt = this.#loans.nextOverdueAt(now);
        if (overdueAt < Number.POSITIVE_INFINITY) this.#wake = setTimeout(() => this.#goOn(), overdueAt - now);
        return;
      }
      const earliest = this.#pace.earliest(now, 0);
      if (earliest > now) {
        this.#wake = setTimeout(() => this.#goOn(), earliest - now);
        return;
      }
      this.#waiting.shift();
      this.#active++;
      next.grant(this.#turn(this.#pace.begin(now)));
    }
  }

  /** A pause, or exchanges that last, can make turns impossible that were possible when they were asked for. */
  #refuseHopeless(): void {
    const now = this.now();
    const last = this.#pace.earliest(now, Math.max(0, this.#waiting.length - 1));
    if (this.#waiting.every(({ terms }) => last <= terms.deadline)) return;
    let ahead = 0;
    for (const waiting of [...this.#waiting]) {
      const earliest = this.#pace.earliest(now, ahead);
      if (earliest <= waiting.terms.deadline) ahead++;
      else if (this.#remove(waiting)) waiting.refuse(this.refusal(earliest));
    }
  }

  #insert(waiting: Waiting): void {
    this.#waiting.splice(this.#placeOf(waiting), 0, waiting);
  }

  /** How many are before it, in a queue that is in order. */
  #placeOf(waiting: Waiting): number {
    let [from, to] = [0, this.#waiting.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (before(this.#waiting[middle]!, waiting)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #remove(waiting: Waiting): boolean {
    const index = this.#waiting.indexOf(waiting);
    if (index >= 0) this.#waiting.splice(index, 1);
    return index >= 0;
  }
}

const stopping = () => new GatewayError("UPSTREAM_UNAVAILABLE", "The gateway is stopping.");

const dueAt = ({ due, deadline }: TurnTerms): number => due ?? deadline;

function before({ terms: a, order: arrivedA }: Waiting, { terms: b, order: arrivedB }: Waiting): boolean {
  return (rank[a.priority] - rank[b.priority] || dueAt(a) - dueAt(b) || arrivedA - arrivedB) < 0;
}
