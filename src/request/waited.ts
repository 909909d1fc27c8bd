/** For how long a request has waited. What it waits for at the same time counts once. */
export class Waited {
  #open = 0;
  #since = 0;
  #ms = 0;

  /** `monotonic` in ms. */
  constructor(private readonly monotonic: () => number) {}

  get ms(): number {
    return this.#ms + (this.#open > 0 ? this.monotonic() - this.#since : 0);
  }

  /** The promise itself. */
  for<T>(promise: Promise<T>): Promise<T> {
    if (this.#open++ === 0) this.#since = this.monotonic();
    const over = () => {
      if (--this.#open === 0) this.#ms += this.monotonic() - this.#since;
    };
    promise.then(over, over);
    return promise;
  }
}
