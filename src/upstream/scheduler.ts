import { GatewayError } from "../errors.js";
import { Pace } from "./pace.js";

export type Priority = "interactive" | "refresh";
const rank: Record<Priority, number> = { interactive: 0, refresh: 1 };

export interface Limits {
  /** Calls at once, 1..100. */
  maxConcurrent: number;
  /** Calls begun in any 60 s, 1..100000. */
  maxPerMinute: number;
  /** Calls begun in any second; absent: no such limit. */
  maxPerSecond?: number;
}

export interface TurnTerms {
  /** Epoch ms after which the turn is of no use. */
  deadline: number;
  priority: Priority;
  signal?: AbortSignal;
}

/** The right to perform one exchange; give it back when the exchange is over. */
export interface Turn {
  release(): void;
}

interface Waiting extends TurnTerms {
  order: number;
  grant(): void;
  refuse(reason: unknown): void;
}

/** More than this many waiting exchanges are refused: the queue is bounded. */
const maxWaiting = 10_000;

/**
 * The budget of one account at one service: never more than `maxConcurrent` exchanges at once and `maxPerMinute` begun in
 * any sliding minute. Interactive before refresh, then earliest deadline first.
 *
 * A turn that cannot come before its deadline is refused at once with BUDGET_EXHAUSTED and retryAfterMs.
 */
export class Lane {
  readonly #waiting: Waiting[] = [];
  readonly #pace: Pace;
  #active = 0;
  #arrivals = 0;
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
    const earliest = this.earliestTurn(terms);
    if (earliest > terms.deadline) return Promise.reject(this.#refusal(earliest));
    if (this.#waiting.length >= maxWaiting) return Promise.reject(this.#refusal(earliest));
    return new Promise<Turn>((resolve, reject) => {
      const onAbort = () => waiting.refuse(terms.signal?.reason);
      const waiting: Waiting = {
        ...terms,
        order: this.#arrivals++,
        grant: () => {
          terms.signal?.removeEventListener("abort", onAbort);
          resolve(this.#turn());
        },
        refuse: (reason) => {
          terms.signal?.removeEventListener("abort", onAbort);
          this.#remove(waiting);
          reject(reason);
        },
      };
      if (terms.signal?.aborted) return waiting.refuse(terms.signal.reason);
      terms.signal?.addEventListener("abort", onAbort, { once: true });
      this.#insert(waiting);
      this.#grantTurns();
    });
  }

  /** The earliest time at which a caller with these terms can have its turn, by the limits alone; exchanges may last longer. */
  earliestTurn(terms: Pick<TurnTerms, "deadline" | "priority">): number {
    const ahead = this.#waiting.filter((other) => before(other, { ...terms, order: Number.POSITIVE_INFINITY })).length;
    return this.#pace.earliest(this.now(), ahead);
  }

  /** The platform said 429: everybody pauses, and goes on slower. */
  rateLimited(retryAfterMs: number | undefined): void {
    this.#pace.slowDown(this.now(), retryAfterMs);
    this.#grantTurns();
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

  close(): void {
    clearTimeout(this.#wake);
    for (const waiting of [...this.#waiting]) waiting.refuse(new GatewayError("UPSTREAM_UNAVAILABLE", "The gateway is stopping."));
  }

  #turn(): Turn {
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        this.#active--;
        this.#grantTurns();
      },
    };
  }

  #grantTurns(): void {
    clearTimeout(this.#wake);
    for (;;) {
      const next = this.#waiting[0];
      if (!next || this.#active >= this.#pace.concurrency) return;
      const now = this.now();
      const earliest = this.#pace.earliest(now, 0);
      if (earliest > now) {
        this.#wake = setTimeout(() => this.#grantTurns(), earliest - now);
        this.#refuseHopeless();
        return;
      }
      this.#waiting.shift();
      this.#active++;
      this.#pace.began(now);
      next.grant();
    }
  }

  /** A pause can make turns impossible that were possible when they were asked for. */
  #refuseHopeless(): void {
    const now = this.now();
    for (const [ahead, waiting] of [...this.#waiting].entries()) {
      const earliest = this.#pace.earliest(now, ahead);
      if (earliest > waiting.deadline) waiting.refuse(this.#refusal(earliest));
    }
  }

  #refusal(earliest: number): GatewayError {
    const retryAfterMs = Math.max(1, Math.ceil(earliest - this.now()));
    return new GatewayError(
      "BUDGET_EXHAUSTED",
      `The call budget for ${this.name} is spent; the next call is possible in ${retryAfterMs} ms.`,
      {
        retryAfterMs,
      },
    );
  }

  #insert(waiting: Waiting): void {
    const index = this.#waiting.findIndex((other) => before(waiting, other));
    this.#waiting.splice(index < 0 ? this.#waiting.length : index, 0, waiting);
  }

  #remove(waiting: Waiting): void {
    const index = this.#waiting.indexOf(waiting);
    if (index >= 0) this.#waiting.splice(index, 1);
  }
}

function before(a: Pick<Waiting, "priority" | "deadline" | "order">, b: Pick<Waiting, "priority" | "deadline" | "order">): boolean {
  return (rank[a.priority] - rank[b.priority] || a.deadline - b.deadline || a.order - b.order) < 0;
}
