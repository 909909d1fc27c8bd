import { setMaxListeners } from "node:events";

/** What a request reads of an AbortSignal: whether anybody still waits for its answer. */
export interface AbandonedSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options: { once: true }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/**
 * Says that nobody waits for an answer any more. An AbortSignal is made when something listens: most answers need none, and to make one takes
 * as long as to parse a request.
 */
export class Abandonment implements AbandonedSignal {
  #controller: AbortController | null = null;
  #aborted = false;

  get aborted(): boolean {
    return this.#aborted;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }

  /** As for an AbortSignal, a listener that comes too late is not called. */
  addEventListener(type: "abort", listener: () => void, options: { once: true }): void {
    if (this.#aborted) return;
    if (!this.#controller) {
      this.#controller = new AbortController();
      // Each question that waits listens to it, however many there are.
      setMaxListeners(0, this.#controller.signal);
    }
    this.#controller.signal.addEventListener(type, listener, options);
  }

  removeEventListener(type: "abort", listener: () => void): void {
    this.#controller?.signal.removeEventListener(type, listener);
  }
}
