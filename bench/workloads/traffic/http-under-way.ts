import { subscribe, unsubscribe } from "node:diagnostics_channel";

const begun = "undici:request:create";
const ended = ["undici:request:trailers", "undici:request:error"];

/** Counts the HTTP requests of this process, from their creation to the last byte of their answers. */
export class HttpUnderWay {
  readonly #requests = new Set<unknown>();
  readonly #begin = (message: unknown) => void this.#requests.add((message as { request: unknown }).request);
  readonly #end = (message: unknown) => void this.#requests.delete((message as { request: unknown }).request);

  constructor() {
    subscribe(begun, this.#begin);
    for (const channel of ended) subscribe(channel, this.#end);
  }

  get count(): number {
    return this.#requests.size;
  }

  stop(): void {
    unsubscribe(begun, this.#begin);
    for (const channel of ended) unsubscribe(channel, this.#end);
  }
}
