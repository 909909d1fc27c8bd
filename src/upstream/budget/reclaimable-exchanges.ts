import type { ReclaimableExchange } from "./permit.js";

/** The exchanges under way whose permits can be taken back, oldest first. */
export class ReclaimableExchanges {
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
