import Keyv, { type KeyvStoreAdapter } from "keyv";
import { LRUCache } from "lru-cache";
import type { Stored } from "./merging/merging.js";

/** A parsed answer takes about this many bytes of memory for each byte of its JSON. */
const memoryPerBodyByte = 3;
const smallestEntryBytes = 1_024;

interface Bundle {
  answers: readonly Stored[];
}

/**
 * What the platform has answered, by family of questions, newest first. Only whole answers are kept: never an error, and
 * of a 202 only the rows that were read.
 *
 * Memory is bounded: beyond `maxBytes` the family used longest ago is dropped.
 */
export class Answers {
  readonly #store: Keyv<Bundle>;
  readonly #writes = new Map<string, Promise<void>>();

  constructor(
    maxBytes: number,
    private readonly now: () => number,
    /** How long an answer is of any use, stale or not, in ms. */
    private readonly keepMs: (answer: Stored) => number,
  ) {
    this.#store = new Keyv<Bundle>({ store: boundedStore(maxBytes), throwOnErrors: true });
    // No serialisation: an answer in memory is immutable and handed out as it is.
    this.#store.serialize = undefined;
    this.#store.deserialize = undefined;
  }

  /** Answers of the family that are not too old to be of use, newest first. */
  async list(family: string): Promise<readonly Stored[]> {
    const bundle = await this.#store.get(family);
    return bundle?.answers.filter((answer) => this.#useful(answer)) ?? [];
  }

  /** Adds an answer; what it replaces or what has become useless goes. Resolves once `list` shows it. */
  add(family: string, answer: Stored): Promise<void> {
    const write = (this.#writes.get(family) ?? Promise.resolve()).then(async () => {
      const kept = (await this.list(family)).filter((other) => JSON.stringify(other.call) !== JSON.stringify(answer.call));
      const answers = [answer, ...kept];
      await this.#store.set(family, { answers }, Math.max(1, ...answers.map((each) => this.#leftMs(each))));
    });
    this.#writes.set(family, write);
    return write.finally(() => {
      if (this.#writes.get(family) === write) this.#writes.delete(family);
    });
  }

  #leftMs = (answer: Stored): number => answer.reply.asOf + this.keepMs(answer) - this.now();
  #useful = (answer: Stored): boolean => this.#leftMs(answer) >= 0;
}

/** Keyv hands its ttl to `set` as a third argument, which lru-cache takes for options and refuses: hence not the cache itself. */
function boundedStore(maxBytes: number): KeyvStoreAdapter {
  const cache = new LRUCache<string, { value: Bundle }>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }) => smallestEntryBytes + memoryPerBodyByte * value.answers.reduce((sum, { bytes }) => sum + bytes, 0),
  });
  return {
    opts: {},
    on: () => undefined,
    get: async (key: string) => cache.get(key) as never,
    set: (key: string, entry: { value: Bundle }) => cache.set(key, entry),
    delete: async (key: string) => cache.delete(key),
    clear: async () => cache.clear(),
  } as unknown as KeyvStoreAdapter;
}
