import Keyv, { type KeyvStoreAdapter } from "keyv";
import { LRUCache } from "lru-cache";
import type { AnswerRecord, Api } from "../apis/descriptor.js";

/**
 * What the platform has answered, by scope and slot. A scope has few slots, one for each shape of call; a record is one whole answer.
 * May be remote: nothing outside it depends on where it is. Never given an error or a half-read answer.
 */
export interface AnswerStore {
  /** The records of the scope that are kept, newest first. */
  get(scope: string): Promise<readonly AnswerRecord[]>;
  /** Keeps the record in place of an older one of its slot, for `keepMs`. Reads and writes no other slot. */
  put(scope: string, slot: string, record: AnswerRecord, keepMs: number): Promise<void>;
  /** Tells of each answer of another process that is found for the first time. Left out: there are none. */
  onTaken?(taker: (scope: string, record: AnswerRecord) => void): void;
}

/** The records of a scope are read anew after so long, ms: then those that are used count as used, and those that have expired are gone. */
const readAnewMs = 1_000;

/** A parsed answer takes about this many bytes of memory for each byte of its JSON. */
const memoryPerBodyByte = 3;
const smallestRecordBytes = 1_024;
const memoryOf = ({ bytes }: AnswerRecord): number => smallestRecordBytes + memoryPerBodyByte * bytes;

/** What is kept of a scope. */
interface KeptScope {
  readonly slots: Set<string>;
  /** Its records as they were read last; null once one was kept or dropped. */
  list: { records: readonly AnswerRecord[]; readAt: number } | null;
  /** Grows with each record that is kept or dropped. */
  changes: number;
}

/**
 * Answers in this process's memory, through Keyv. Beyond `maxBytes` the ones used longest ago are dropped. One that is larger than that
 * by itself is kept alone, so that its scope is not fetched each time, and `warn` is told once.
 */
export class MemoryAnswerStore implements AnswerStore {
  readonly #keyv: Keyv<AnswerRecord>;
  readonly #scopes = new Map<string, KeptScope>();
  readonly #size: () => { bytes: number; entries: number };
  #evictions = 0;
  #hasWarned = false;

  constructor(
    private readonly maxBytes: number,
    private readonly warn: (message: string) => void,
  ) {
    const { store, size } = boundedStore(maxBytes, (key, isEvicted) => {
      if (isEvicted) this.#evictions++;
      this.#forget(key);
    });
    this.#size = size;
    this.#keyv = new Keyv<AnswerRecord>({
      store,
      throwOnErrors: true,
      useKeyPrefix: false,
    });
    // No serialisation: a record in memory is immutable and handed out as it is.
    this.#keyv.serialize = undefined;
    this.#keyv.deserialize = undefined;
  }

  async get(scope: string): Promise<readonly AnswerRecord[]> {
    const kept = this.#scopes.get(scope);
    if (!kept) return [];
    if (kept.list && Math.abs(Date.now() - kept.list.readAt) < readAnewMs) return kept.list.records;
    const { changes } = kept;
    const found = await Promise.all([...kept.slots].map((slot) => this.#keyv.get(keyOf(scope, slot))));
    const records = found.filter((record) => record !== undefined).sort((a, b) => askedAfter(b, a));
    if (kept.changes === changes) kept.list = { records, readAt: Date.now() };
    return records;
  }

  async put(scope: string, slot: string, record: AnswerRecord, keepMs: number): Promise<void> {
    const key = keyOf(scope, slot);
    const older = await this.#keyv.get(key);
    // An answer can come back later than one that was asked for after it.
    if (older && askedAfter(older, record) > 0) return;
    if (memoryOf(record) > this.maxBytes) this.#warnOfSize(record);
    const kept = this.#scopes.get(scope) ?? { slots: new Set<string>(), list: null, changes: 0 };
    this.#scopes.set(scope, kept);
    kept.slots.add(slot);
    kept.changes++;
    await this.#keyv.set(key, record, Math.max(1, keepMs));
    kept.changes++;
    kept.list = null;
  }

  /** What is kept now, in estimated bytes of memory, and what went for want of room since the start. */
  state(): { bytes: number; entries: number; evictions: number } {
    return { ...this.#size(), evictions: this.#evictions };
  }

  #warnOfSize({ call, bytes }: AnswerRecord): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.warn(
      `An answer of ${call.api} with ${bytes} bytes is larger than CACHE_MAX_BYTES (${this.maxBytes}) allows; it takes the whole cache. Raise CACHE_MAX_BYTES. This is said once.`,
    );
  }

  #forget(key: string): void {
    const [scope = "", slot = ""] = key.split(separator);
    const kept = this.#scopes.get(scope);
    if (!kept) return;
    kept.slots.delete(slot);
    kept.changes++;
    kept.list = null;
    if (kept.slots.size === 0) this.#scopes.delete(scope);
  }
}

/** The shape of the call, and the sections that could not be read: a faulty answer does not take the place of a sound one. */
export function slotOf(api: Api, record: AnswerRecord): string {
  const known = slots.get(record);
  if (known !== undefined) return known;
  const { call, reply } = record;
  const faults = "faults" in reply ? Object.keys(reply.faults ?? {}).sort() : [];
  const slot = JSON.stringify([api.slot(call), ...faults]);
  slots.set(record, slot);
  return slot;
}

/** Worked out once for each record, which never changes. */
const slots = new WeakMap<AnswerRecord, string>();

/** How long after the other the one was asked for, ms: by the monotonic clock where both have it, because the wall clock may have been set. */
const askedAfter = (one: AnswerRecord, other: AnswerRecord): number =>
  one.askedMonotonic !== undefined && other.askedMonotonic !== undefined
    ? one.askedMonotonic - other.askedMonotonic
    : one.reply.asOf - other.reply.asOf;

/** In no scope and no slot: both are JSON. */
const separator = "\n";
const keyOf = (scope: string, slot: string): string => `${scope}${separator}${slot}`;

/** Keyv hands its ttl to `set` as a third argument, which lru-cache takes for options and refuses: hence not the cache itself. */
function boundedStore(
  maxBytes: number,
  dropped: (key: string, isEvicted: boolean) => void,
): { store: KeyvStoreAdapter; size: () => { bytes: number; entries: number } } {
  const cache = new LRUCache<string, { value: AnswerRecord }>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }) => Math.min(maxBytes, memoryOf(value)),
    dispose: (_, key, reason) => {
      if (reason !== "set") dropped(key, reason === "evict");
    },
  });
  const store = {
    opts: {},
    on: () => undefined,
    get: async (key: string) => cache.get(key) as never,
    set: (key: string, entry: { value: AnswerRecord }) => cache.set(key, entry),
    delete: async (key: string) => cache.delete(key),
    clear: async () => cache.clear(),
  } as unknown as KeyvStoreAdapter;
  return { store, size: () => ({ bytes: cache.calculatedSize, entries: cache.size }) };
}
