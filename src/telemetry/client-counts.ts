import { other } from "./operation-names.js";

/** Clients give themselves their names, and could make as many time series as they like: later names than so many are counted together. */
const mostNames = 100;
/** Stands for every client that gives no name. */
const unnamed = "unnamed";

/** How often each client program did something. */
export class ClientCounts {
  readonly #counts = new Map<string, number>();

  count(client: string = unnamed): void {
    const known = this.#counts.get(client);
    if (known !== undefined || this.#counts.size < mostNames) this.#counts.set(client, (known ?? 0) + 1);
    else this.#counts.set(other, (this.#counts.get(other) ?? 0) + 1);
  }

  entries(): Iterable<readonly [client: string, count: number]> {
    return this.#counts;
  }
}
