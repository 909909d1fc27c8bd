/** Hands values on one at a time. What comes while one is on its way waits, and gives way to what comes after it. */
export class Latest<T> {
  #isBusy = false;
  #waiting: { value: T } | null = null;
  #isOver = false;

  /** `send` must not reject. */
  constructor(private readonly send: (value: T) => Promise<void>) {}

  /** Whether a newer value waits for the one that is on its way. */
  get hasNewer(): boolean {
    return this.#waiting !== null;
  }

  offer(value: T): void {
    if (this.#isOver) return;
    if (this.#isBusy) this.#waiting = { value };
    else void this.#send(value);
  }

  /** What waits is dropped, and nothing more is taken. */
  end(): void {
    this.#isOver = true;
    this.#waiting = null;
  }

  async #send(value: T): Promise<void> {
    this.#isBusy = true;
    await this.send(value);
    this.#isBusy = false;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) void this.#send(waiting.value);
  }
}
