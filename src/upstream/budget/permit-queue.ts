import { type PermitRequester, type PermitTerms, priorities, type ReclaimableExchange } from "./permit.js";

/** A request for a permit in the queue. */
export interface Waiting {
  terms: PermitTerms;
  readonly requester: PermitRequester;
  /** Rises with each request: of equal terms the first comes first. */
  readonly arrival: number;
  /** Monotonic ms at which it was asked for. */
  readonly since: number;
}

/** Requests for permits in order: by priority, then by what is due earliest, then by arrival. */
export class PermitQueue {
  readonly #waiting: Waiting[] = [];
  #noDeadlineBefore = Number.POSITIVE_INFINITY;

  get length(): number {
    return this.#waiting.length;
  }

  get first(): Waiting | undefined {
    return this.#waiting[0];
  }

  get all(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Monotonic ms; no deadline is earlier, and after `recount` one is exactly this. Infinite when nothing waits. */
  get noDeadlineBefore(): number {
    return this.#noDeadlineBefore;
  }

  recount(): void {
    this.#noDeadlineBefore = this.#waiting.reduce((first, { terms }) => Math.min(first, terms.deadline), Number.POSITIVE_INFINITY);
  }

  add(waiting: Waiting): void {
    this.#waiting.splice(this.ahead(waiting), 0, waiting);
    this.#noDeadlineBefore = Math.min(this.#noDeadlineBefore, waiting.terms.deadline);
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
