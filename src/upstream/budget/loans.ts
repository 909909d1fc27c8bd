/** How a turn is had back. */
export interface Loan {
  /** Epoch ms before which it is left alone: a platform that is only slow may still answer. */
  overdueAt: number;
  /** Whether somebody waits for its exchange; a refresh, for which nobody does, is not wanted. */
  isWanted(): boolean;
  /** Ends the exchange, so that the turn is released. */
  reclaim(): void;
}

/** Turns that are out, and can be had back. */
export class Loans {
  readonly #out = new Set<Loan>();

  add(loan: Loan): void {
    this.#out.add(loan);
  }

  delete(loan: Loan): void {
    this.#out.delete(loan);
  }

  /** When the next of them will be overdue; infinite when none will. */
  nextOverdueAt(now: number): number {
    return Math.min(...[...this.#out].map(({ overdueAt }) => overdueAt).filter((at) => at > now));
  }

  /** Has at most so many back, of those that are overdue and not wanted; the oldest first. */
  reclaim(most: number, now: number): void {
    const overdue = [...this.#out].filter(({ overdueAt, isWanted }) => overdueAt <= now && !isWanted());
    for (const loan of overdue.slice(0, most)) {
      this.#out.delete(loan);
      loan.reclaim();
    }
  }
}
