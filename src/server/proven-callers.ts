import { hash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Caller } from "./gateway-port.js";

/** A caller whose credentials were examined, and for how long that holds. */
export interface Proven {
  readonly caller: Caller;
  /** Whether the credentials are still what they were. */
  isGood(): boolean;
}

/** A caller but for what only a router has. */
export type Identity = Omit<Caller, "router">;
export type ProvenIdentity = Omit<Proven, "caller"> & { readonly caller: Identity };

/** The ones unheard of longest go first. */
const most = 10_000;

/**
 * Callers by the credentials that have proven who they are, so that a signature is checked once and not at each request. Credentials are
 * known by a digest with a random value of this process: neither they nor anything that could be looked up elsewhere is kept.
 */
export class ProvenCallers {
  readonly #salt = randomBytes(32).toString("base64");
  readonly #proven = new LRUCache<string, Proven>({ max: most });

  get(credentials: readonly (string | undefined)[]): Caller | undefined {
    const key = this.#keyOf(credentials);
    const proven = this.#proven.get(key);
    if (proven === undefined || proven.isGood()) return proven?.caller;
    this.#proven.delete(key);
    return undefined;
  }

  remember(credentials: readonly (string | undefined)[], proven: Proven): void {
    this.#proven.set(this.#keyOf(credentials), proven);
  }

  #keyOf(credentials: readonly (string | undefined)[]): string {
    return hash("sha256", this.#salt + JSON.stringify(credentials), "base64");
  }
}
