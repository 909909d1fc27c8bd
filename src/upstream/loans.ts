/** How a turn is had back. */
export interface Loan {
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

  /** Has at most so many back, of those that nobody wants any more; the oldest first. */
  reclaim(most: number): void {
    for (const loan of [...this.#out].filter(({ isWanted }) => !isWanted()).slice(0, most)) {
      this.#out.delete(loan);
      loan.reclaim();
    }
  }
}
