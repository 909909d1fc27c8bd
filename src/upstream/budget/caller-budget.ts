import { LRUCache } from "lru-cache";
import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import { minuteMs } from "../../time.js";

/** What a caller was charged for a call. */
export interface Charge {
  /** To be awaited before the call is made: false when the caller has spent too much elsewhere. Left out: nothing is spent elsewhere. */
  confirm?(): Promise<boolean>;
  /** Charges further exchanges of the call, for pages nobody knew of; CALLER_BUDGET_EXHAUSTED when the caller has none left. */
  more(exchanges: number): GatewayError | null;
  /** The call is over and took so many exchanges in all: 0 when it was not made. To be called once. */
  settle(exchanges: number): void;
}

/**
 * Charges a caller the exchanges that a call is expected to need, or says CALLER_BUDGET_EXHAUSTED with the time after which it can be
 * made.
 */
export type ChargeCaller = (exchanges: number) => Charge | GatewayError;

/** What one caller spends in all processes together. */
export interface SharedSpending {
  /** What this process may let the caller spend in a minute: everything, or its part while it does not know what is spent elsewhere. */
  most(perMinute: number): number;
  /** Spends the exchanges if `needed` of them are left over all processes. */
  spend(exchanges: number, needed: number, perMinute: number): Promise<Spending>;
}

export interface Spending {
  readonly isGranted: boolean;
  /** Of the last minute; monotonic ms. */
  readonly elsewhere: readonly { readonly at: number; readonly exchanges: number }[];
  /** How many exchanges it took really. */
  settle(exchanges: number): void;
}

/** Callers whose calls are remembered; the ones unheard of longest go first. */
const mostCallers = 10_000;

/** The budgets of callers by name: all requests of a caller share one. */
export class CallerBudgets {
  readonly #budgets = new LRUCache<string, CallerBudget>({ max: mostCallers });

  constructor(
    private readonly perMinute: number,
    private readonly clock: Pick<Clock, "monotonic">,
    /** What a caller spends in all processes; left out: this one is alone. */
    private readonly sharedBy?: (caller: string) => SharedSpending,
  ) {}

  of(caller: string): CallerBudget {
    const budget = this.#budgets.get(caller) ?? new CallerBudget(this.perMinute, this.clock, this.sharedBy?.(caller));
    this.#budgets.set(caller, budget);
    return budget;
  }
}

interface Spent {
  /** Monotonic ms. */
  readonly at: number;
  exchanges: number;
}

/** The exchanges with the platform that one caller may cause in any minute. */
export class CallerBudget {
  /** Of the last minute, oldest first. */
  #spent: Spent[] = [];
  /** The same of other processes, as far as is known. */
  #elsewhere: Spending["elsewhere"] = [];
  /** Monotonic ms of the last refusal. */
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly perMinute: number,
    private readonly clock: Pick<Clock, "monotonic">,
    private readonly shared?: SharedSpending,
  ) {}

  /** A call that needs more than a whole minute's share may be made when nothing else was. */
  readonly charge: ChargeCaller = (exchanges) => {
    const first = this.#spend(exchanges, Math.min(exchanges, this.#most));
    if (first instanceof GatewayError) return first;
    const spent = [first];
    const { shared } = this;
    let spending: Promise<Spending> | undefined;
    return {
      ...(shared && {
        confirm: async () => {
          spending = shared.spend(exchanges, Math.min(exchanges, this.perMinute), this.perMinute);
          const { isGranted, elsewhere } = await spending;
          this.#elsewhere = elsewhere;
          return isGranted;
        },
      }),
      more: (further) => {
        const next = this.#spend(further, further);
        if (next instanceof GatewayError) return next;
        spent.push(next);
        return null;
      },
      settle: (really) => {
        void spending?.then(({ isGranted, settle }) => isGranted && settle(really));
        let left = really;
        for (const each of spent) {
          each.exchanges = Math.min(each.exchanges, left);
          left -= each.exchanges;
        }
        if (left > 0) this.#note(left);
      },
    };
  };

  /**
   * Why the caller is refused whatever it asks: it has used up its whole share and has been refused since. One that merely has nothing left
   * is not: what is stored costs it nothing.
   */
  exhaustion(): GatewayError | null {
    const now = this.clock.monotonic();
    const tooMany = this.#total(now) + 1 - this.#most;
    return tooMany > 0 && this.#refusedAt > now - minuteMs ? this.#refusal(now, tooMany) : null;
  }

  #spend(exchanges: number, needed: number): Spent | GatewayError {
    const now = this.clock.monotonic();
    const tooMany = this.#total(now) + needed - this.#most;
    if (tooMany <= 0) return this.#note(exchanges);
    this.#refusedAt = now;
    return this.#refusal(now, tooMany);
  }

  /** What was spent in the minute before `now`. */
  #total(now: number): number {
    this.#spent = this.#spent.filter(({ at, exchanges }) => at > now - minuteMs && exchanges > 0);
    this.#elsewhere = this.#elsewhere.filter(({ at }) => at > now - minuteMs);
    return [...this.#spent, ...this.#elsewhere].reduce((sum, { exchanges }) => sum + exchanges, 0);
  }

  get #most(): number {
    return this.shared?.most(this.perMinute) ?? this.perMinute;
  }

  #note(exchanges: number): Spent {
    const spent = { at: this.clock.monotonic(), exchanges };
    this.#spent.push(spent);
    return spent;
  }

  /** Its retryAfterMs ends when so many exchanges are a minute old. */
  #refusal(now: number, tooMany: number): GatewayError {
    let left = tooMany;
    let freeAt = now + minuteMs;
    for (const { at, exchanges } of [...this.#spent, ...this.#elsewhere].sort((a, b) => a.at - b.at)) {
      freeAt = at + minuteMs;
      left -= exchanges;
      if (left <= 0) break;
    }
    const retryAfterMs = Math.max(1, Math.ceil(freeAt - now));
    return new GatewayError(
      "CALLER_BUDGET_EXHAUSTED",
      `You have caused your share of ${this.perMinute} calls to the platform in a minute; the next is possible in ${retryAfterMs} ms.`,
      { retryAfterMs },
    );
  }
}
