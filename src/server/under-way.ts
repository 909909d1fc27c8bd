import { LRUCache } from "lru-cache";

/** How an execution ended, for others who asked the same. */
export interface Ended<Result> {
  readonly result: Result;
  /**
   * answered: it may be given to others. failed: the answer has errors, and is its own request's alone. callers: what it failed for concerns
   * its caller alone (budget, disconnect), so that another may fare better.
   */
  readonly how: "answered" | "failed" | "callers";
}

/** Requests whose last execution failed, which are not shared until one succeeds. */
const mostFailing = 10_000;

/**
 * Equal requests under way at the same time are executed once. The others wait for the first; what it was answered without errors, they
 * are. When it fails for a reason of its caller, the next of them is executed for all. When it fails otherwise, each is executed for
 * itself, and later ones do not wait for each other either while it goes on to fail.
 */
export class UnderWay<Result> {
  readonly #running = new Map<string, Promise<Ended<Result> | null>>();
  readonly #failing = new LRUCache<string, true>({ max: mostFailing });

  /** `mayTake`: whether an answer to an equal request is good for this one as well. Rejects as `execute` does. */
  async answer(
    key: string,
    execute: () => Promise<Ended<Result>>,
    mayTake: (result: Result) => boolean,
  ): Promise<{ result: Result; shared: boolean }> {
    while (!this.#failing.has(key)) {
      const first = this.#running.get(key);
      if (!first) return { result: (await this.#lead(key, execute)).result, shared: false };
      const ended = await first;
      if (ended?.how === "answered" && mayTake(ended.result)) return { result: ended.result, shared: true };
      if (ended?.how !== "callers") break;
    }
    return { result: (await this.#noted(key, execute())).result, shared: false };
  }

  async #lead(key: string, execute: () => Promise<Ended<Result>>): Promise<Ended<Result>> {
    const running = this.#noted(key, execute());
    // The first request sees the failure. The others learn that there is no answer, and execute for themselves.
    const others = running.catch(() => null);
    this.#running.set(key, others);
    try {
      return await running;
    } finally {
      this.#running.delete(key);
    }
  }

  async #noted(key: string, running: Promise<Ended<Result>>): Promise<Ended<Result>> {
    const ended = await running;
    if (ended.how === "failed") this.#failing.set(key, true);
    else if (ended.how === "answered") this.#failing.delete(key);
    return ended;
  }
}
