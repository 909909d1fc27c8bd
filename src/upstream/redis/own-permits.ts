import { longestSpanMs } from "../budget/pace.js";
import type { UsedPermit } from "./remote-budget.js";

/** Granted by Redis and not taken by a request yet, taken, or used by a request that left. */
type State = "granted" | "taken" | "used";

/** The permits that this replica has out, when it used its last ones, and what it has to tell Redis of those that came back. */
export class OwnPermits {
  readonly #out = new Map<string, State>();
  #used: UsedPermit[] = [];
  #released: string[] = [];
  #unspent: string[] = [];

  get size(): number {
    return this.#out.size;
  }

  has = (id: string): boolean => this.#out.has(id);

  /** Granted, and not taken yet. */
  get granted(): string[] {
    return this.#in("granted");
  }

  /** Used by exchanges that are under way. */
  get inUse(): string[] {
    return this.#in("used");
  }

  /** Those of the last minute. */
  used(now: number): readonly UsedPermit[] {
    const since = now - longestSpanMs;
    this.#used = this.#used.filter(({ at }) => at > since);
    return this.#used;
  }

  grant(id: string): void {
    this.#out.set(id, "granted");
  }

  take(id: string): void {
    this.#out.set(id, "taken");
  }

  use(id: string, at: number): void {
    this.#out.set(id, "used");
    this.#used.push({ id, at });
  }

  /** Redis counts it as used, but its request did not leave. */
  unspent(id: string): void {
    this.#unspent.push(id);
  }

  /** What it was; undefined when it was not out. */
  release(id: string): State | undefined {
    const state = this.#out.get(id);
    if (this.#out.delete(id)) this.#released.push(id);
    return state;
  }

  releaseAll(): void {
    for (const id of [...this.#out.keys()]) this.release(id);
  }

  /** A permit that was granted by other rules and not used yet has expired. */
  dropUnused(): void {
    for (const [id, state] of this.#out) if (state !== "used") this.#out.delete(id);
  }

  /** What has come back since it was asked last. */
  takeReturned(): { released: string[]; unspent: string[] } {
    const returned = { released: this.#released, unspent: this.#unspent };
    this.#released = [];
    this.#unspent = [];
    return returned;
  }

  #in(wanted: State): string[] {
    return [...this.#out].flatMap(([id, state]) => (state === wanted ? [id] : []));
  }
}
