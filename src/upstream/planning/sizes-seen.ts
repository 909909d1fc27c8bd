import { LRUCache } from "lru-cache";
import { hourMs } from "../../time.js";
import type { AnswerRecord } from "../apis/descriptor.js";
import type { Scope } from "./scope.js";

const mostSizes = 10_000;

/**
 * How large answers were, for the whole account as one credential sees it, by names that each API chooses; whatever window they were of.
 * Each size is known for an hour. `monotonic` in ms.
 */
export class SizesSeen {
  readonly #sizes: LRUCache<string, number>;

  constructor(monotonic: () => number) {
    this.#sizes = new LRUCache({ max: mostSizes, ttl: hourMs, ttlResolution: 0, perf: { now: monotonic } });
  }

  learn(scope: Scope, record: AnswerRecord): void {
    for (const [name, size] of scope.api.sizes(record)) this.#learn(scope, name, size);
  }

  /** What the pages of an answer showed that was not read to its end. */
  learnAtLeast(scope: Scope, call: AnswerRecord["call"], rows: number): void {
    for (const [name, size] of scope.api.sizesSoFar(call, rows)) this.#learn(scope, name, size);
  }

  known(scope: Scope, name: string): number | undefined {
    return this.#sizes.get(keyOf(scope, name));
  }

  #learn(scope: Scope, name: string, size: number): void {
    const before = scope.api.sizesVary ? (this.known(scope, name) ?? 0) : 0;
    this.#sizes.set(keyOf(scope, name), Math.max(size, before));
  }
}

const keyOf = ({ api, account, credential }: Scope, name: string): string => JSON.stringify([api.name, account, credential, name]);
