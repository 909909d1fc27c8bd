import { subscribe, unsubscribe } from "node:diagnostics_channel";

const created = "undici:request:create";
const answered = ["undici:request:headers", "undici:request:error"];

/**
 * One clock for gateway and simulator, which moves only while no request is between the two: so the moment at which the
 * gateway asks is the moment at which the simulator is asked, and figures can be held against the truth of that moment.
 */
export class SteppedClock {
  readonly #travelling = new Set<object>();
  readonly #left = (message: unknown) => void this.#travelling.add(requestOf(message));
  readonly #arrived = (message: unknown) => void this.#travelling.delete(requestOf(message));

  constructor(private time: number) {
    subscribe(created, this.#left);
    for (const channel of answered) subscribe(channel, this.#arrived);
  }

  readonly now = (): number => this.time;

  /** Moves ahead unless a request is on its way; tells whether it did. */
  step(ms: number): boolean {
    if (this.#travelling.size > 0) return false;
    this.time += ms;
    return true;
  }

  stop(): void {
    unsubscribe(created, this.#left);
    for (const channel of answered) unsubscribe(channel, this.#arrived);
  }
}

const requestOf = (message: unknown): object => (message as { request: object }).request;
