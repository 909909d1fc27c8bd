/** One clock for gateway and simulator. It follows real time and jumps when a workload skips time. Whole epoch ms. */
export class MovingClock {
  readonly #startedAt = performance.now();
  #skipped = 0;

  /** `stands`: it moves only by skips, so that all questions between two skips have the same moment. */
  constructor(
    private readonly start: number,
    private readonly stands = false,
  ) {}

  readonly now = (): number => this.start + this.#skipped + (this.stands ? 0 : Math.floor(performance.now() - this.#startedAt));

  skip(ms: number): void {
    this.#skipped += ms;
  }
}
