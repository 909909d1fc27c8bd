/** The simulator's own clock: real time, moved ahead on request, never back. */
export class Clock {
  #aheadMs = 0;

  constructor(private readonly real: () => number) {}

  now(): number {
    return this.real() + this.#aheadMs;
  }

  advance(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`advanceMs must be a number of milliseconds >= 0, not ${ms}.`);
    this.#aheadMs += ms;
  }
}
