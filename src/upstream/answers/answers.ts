import Keyv, { type KeyvStoreAdapter } from "keyv";
import { LRUCache } from "lru-cache";
import type { Stored } from "../apis/merging.js";
import { textOf } from "../question.js";

/** A parsed answer takes about this many bytes of memory for each byte of its JSON. */
const memoryPerBodyByte = 3;
const smallestEntryBytes = 1_024;
const memoryOf = ({ bytes }: Stored): number => smallestEntryBytes + memoryPerBodyByte * bytes;

interface Bundle {
  answers: readonly Stored[];
}

/**
 * What the platform has answered, by family of questions, newest first. Only whole answers are kept: never an error, and
 * of a 202 only the rows that were read.
 *
 * Memory is bounded: beyond `maxBytes` the family used longest ago is dropped, and of a family that is too large by itself
 * the oldest answers.
 */
export class Answers {
  readonly #store: Keyv<Bundle>;
  readonly #writes = new Map<string, Promise<void>>();

  constructor(
    private readonly maxBytes: number,
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
      const answers = this.#fitting(newestOfEachCall([answer, ...(await this.list(family))]));
      await this.#store.set(family, { answers }, Math.max(1, ...answers.map((each) => this.#leftMs(each))));
    });
    this.#writes.set(family, write);
    return write.finally(() => {
      if (this.#writes.get(family) === write) this.#writes.delete(family);
    });
  }

  /** As many of the newest as there is room for. */
  #fitting(answers: readonly Stored[]): Stored[] {
    let left = this.maxBytes - 1;
    return answers.filter((answer) => {
      const fits = memoryOf(answer) <= left;
      if (fits) left -= memoryOf(answer);
      return fits;
    });
  }

  #leftMs = (answer: Stored): number => answer.reply.asOf + this.keepMs(answer) - this.now();
  #useful = (answer: Stored): boolean => this.#leftMs(answer) >= 0;
}

/** Keyv hands its ttl to `set` as a third argument, which lru-cache takes for options and refuses: hence not the cache itself. */
function boundedStore(maxBytes: number): KeyvStoreAdapter {
  const cache = new LRUCache<string, { value: Bundle }>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }) => value.answers.reduce((sum, answer) => sum + memoryOf(answer), 1),
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

/** Newest first: an answer can come back later than one that was asked for after it. */
function newestOfEachCall(answers: readonly Stored[]): Stored[] {
  const newest = new Map<string, Stored>();
  for (const answer of answers.toSorted((a, b) => b.reply.asOf - a.reply.asOf)) {
    const key = textOf(answer.call);
    if (!newest.has(key)) newest.set(key, answer);
  }
  return [...newest.values()];
}
