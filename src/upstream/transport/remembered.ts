/** A value and the epoch ms until which it may be used. */
export interface Found<T> {
  value: T;
  goodUntil: number;
}

/** A value that is looked up when needed and kept while it is good. Concurrent askers share one look-up; a failed one is forgotten. */
export class Remembered<T> {
  #found: Found<T> | undefined;
  #running: Promise<T> | undefined;

  constructor(
    private readonly lookUp: () => Promise<Found<T>>,
    private readonly now: () => number,
  ) {}

  get(): Promise<T> {
    if (this.#found && this.now() < this.#found.goodUntil) return Promise.resolve(this.#found.value);
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** A value other than the one that turned out bad: looked up again, unless somebody has done so since. */
  instead(bad: T): Promise<T> {
    if (this.#found?.value === bad) this.#found = undefined;
    return this.get();
  }

  async #look(): Promise<T> {
    this.#found = await this.lookUp();
    return this.#found.value;
  }
}
