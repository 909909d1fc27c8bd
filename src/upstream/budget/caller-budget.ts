import { LRUCache } from "lru-cache";
import { GatewayError } from "../../errors.js";
import { minuteMs } from "../../time.js";
import type { Charge } from "../coalescing/waiter.js";

/** Callers whose calls are remembered; the ones unheard of longest go first. */
const mostCallers = 10_000;

/** The calls that callers have caused, each counted for itself; by name, so that a caller's requests count together. */
export class CallerBudgets {
  readonly #budgets = new LRUCache<string, CallerBudget>({ max: mostCallers });

  constructor(
    private readonly perMinute: number,
    private readonly now: () => number,
  ) {}

  of(caller: string): CallerBudget {
    const budget = this.#budgets.get(caller) ?? new CallerBudget(this.perMinute, this.now);
    this.#budgets.set(caller, budget);
    return budget;
  }
}

/** The exchanges with the platform that one caller may cause in any minute. `now` in epoch ms. */
export class CallerBudget {
  #charged: { at: number; exchanges: number }[] = [];

  constructor(
    private readonly perMinute: number,
    private readonly now: () => number,
  ) {}

  /**
   * Charges the exchanges that a call is expected to need, or says CALLER_BUDGET_EXHAUSTED with the time after which it can be
   * made. A call that needs more than a whole minute's share may be made when nothing else was.
   */
  readonly charge = (exchanges: number): Charge | GatewayError => {
    const at = this.now();
    this.#charged = this.#charged.filter((charged) => charged.at > at - minuteMs);
    const needed = Math.min(exchanges, this.perMinute);
    if (this.#spent + needed > this.perMinute) return this.#refusal(at, needed);
    const charged = { at, exchanges };
    this.#charged.push(charged);
    return {
      settle: (really) => {
        charged.exchanges = really;
      },
    };
  };

  get #spent(): number {
    return this.#charged.reduce((sum, { exchanges }) => sum + exchanges, 0);
  }

  #refusal(at: number, needed: number): GatewayError {
    let spent = this.#spent;
    let freeAt = at;
    for (const charged of this.#charged) {
      if (spent + needed <= this.perMinute) break;
      spent -= charged.exchanges;
      freeAt = charged.at + minuteMs;
    }
    const retryAfterMs = freeAt - at;
    return new GatewayError(
      "CALLER_BUDGET_EXHAUSTED",
      `You have caused your share of ${this.perMinute} calls to the platform in a minute; the next is possible in ${retryAfterMs} ms.`,
      { retryAfterMs },
    );
  }
}
