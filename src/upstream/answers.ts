/** What the platform has answered: how old an answer may be, which answers hold a question, and where answers are kept. */

import Keyv, { type KeyvStoreAdapter } from "keyv";
import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.js";
import type { AnswerRecord, Api, Found, FoundPart, FreshnessKind, Usable } from "./apis/descriptor.js";
import { apiByName } from "./apis/registry.js";
import { remainder, scopeOf } from "./plan.js";
import { directoryKeptMs, grouped, type Question } from "./question.js";

// ---------------------------------------------------------------- how old an answer may be

/** How long figures of each kind are fresh, and how long after that they may stand in when the platform cannot answer; ms. */
export interface Freshness {
  readonly ttlMs: Readonly<Record<FreshnessKind, number>>;
  readonly staleMs: number;
}

/** RFC 5861. fresh: within the time to live; stale-while-revalidate: for as long again, but at most `staleMs`; stale-if-error: for `staleMs` after the time to live. */
export type Tolerance = "fresh" | "stale-while-revalidate" | "stale-if-error";

/** One moment on both clocks. */
export interface Moment {
  /** Epoch ms. */
  readonly now: number;
  readonly monotonic: number;
}

export const momentOf = (clock: Clock): Moment => ({ now: clock.now(), monotonic: clock.monotonic() });

/** An `asOf` this far ahead of our clock is taken for a difference between two machines, not for a date in the future. */
const clockDifferenceMs = 1_000;

/**
 * How old the answer was at the moment, ms; negative when it was asked for later. The larger of what both clocks say: the wall clock may
 * have been set back, and the monotonic one stands still while a machine is suspended.
 */
export function ageAt({ reply, askedMonotonic }: AnswerRecord, moment: Moment): number {
  const byDate = moment.now - reply.asOf;
  return askedMonotonic === undefined ? byDate : Math.max(byDate, moment.monotonic - askedMonotonic);
}

/** Whether the platform was asked at or after the moment. */
const isSince = ({ reply, askedMonotonic }: AnswerRecord, moment: Moment): boolean =>
  askedMonotonic === undefined ? reply.asOf >= moment.now : askedMonotonic >= moment.monotonic;

/**
 * Which stored answers a question of a request that began at `begun` tolerates at the moment `present`. An answer that was asked for
 * since the request began always: what was fresh at its start stays so until its end. Nothing dated in the future is fresh.
 * `freshForMs` of the question lengthens the time to live, but not of what is pending: that the platform had not computed something is
 * remembered no longer for any question.
 */
export function tolerating(tolerance: Tolerance, freshness: Freshness, question: Question, begun: Moment, present: Moment): Usable {
  return (record, kind) => {
    if (isSince(record, begun)) return true;
    const limit = limitMs(tolerance, freshness, question, kind);
    if (record.reply.asOf <= present.now + clockDifferenceMs) return ageAt(record, begun) < limit;
    return tolerance === "stale-if-error" && record.askedMonotonic !== undefined && begun.monotonic - record.askedMonotonic < limit;
  };
}

function limitMs(tolerance: Tolerance, freshness: Freshness, question: Question, kind: FreshnessKind | "pending"): number {
  const { ttlMs } = freshness;
  return oldestMs(tolerance, kind === "pending" ? ttlMs.intervals : Math.max(ttlMs[kind], question.freshForMs ?? 0), freshness);
}

/** How old an answer may be at most, ms, if its figures are fresh for `forMs`. */
export function oldestMs(tolerance: Tolerance, forMs: number, { staleMs }: Pick<Freshness, "staleMs">): number {
  if (tolerance === "fresh") return forMs;
  return tolerance === "stale-while-revalidate" ? forMs + Math.min(forMs, staleMs) : forMs + staleMs;
}

/** How long an answer can be of use to anybody, ms. */
export function keepMs({ ttlMs, staleMs }: Freshness, { call }: AnswerRecord): number {
  const { kinds } = apiByName[call.api];
  return Math.max(directoryKeptMs, ...kinds.map((kind) => ttlMs[kind])) + staleMs;
}

/** How long the figures that the question wants are fresh, ms. `settled`: nothing in them can change any more. */
export function freshMs({ ttlMs }: Freshness, question: Question, settled = false): number {
  const kinds = scopeOf(question).api.kindsOf(question, settled);
  return Math.max(Math.min(...kinds.map((kind) => ttlMs[kind])), question.freshForMs ?? 0);
}

// ---------------------------------------------------------------- which answers hold a question

/** What records, newest first, hold of the question: each part of it is taken from the newest usable record that has it. */
export function lookUp(api: Api, records: readonly AnswerRecord[], question: Question, usable: Usable): Found {
  if (api.lookUp) return api.lookUp(records, question, usable);
  const kinds = api.kindsOf(question, false);
  const parts: FoundPart[] = [];
  let missing: Question | null = question;
  for (const record of holding(api, records, question)) {
    if (missing === null) break;
    const part: Question | null = api.covered(record.call, missing, record.reply);
    if (!part || api.faultFor(record.reply, part) !== null || !kinds.every((kind) => usable(record, kind))) continue;
    parts.push({ question: part, reply: record.reply, from: [record] });
    missing = remainder(api, missing, part);
  }
  return { parts, missing };
}

/** Fewer records than this are looked at one by one. */
const fewRecords = 8;
const sorted = new WeakMap<readonly AnswerRecord[], ReadonlyMap<string, readonly AnswerRecord[]>>();

/** The records that can hold some of the question, in their order. A list of records is sorted by what they hold once. */
function holding(api: Api, records: readonly AnswerRecord[], question: Question): readonly AnswerRecord[] {
  if (records.length < fewRecords) return records;
  const known = sorted.get(records) ?? grouped(records, ({ call }) => api.holds(call));
  sorted.set(records, known);
  return known.get(api.sought(question)) ?? [];
}

// ---------------------------------------------------------------- where answers are kept

/**
 * What the platform has answered, by scope and slot. A scope has few slots, one for each shape of call; a record is one whole answer.
 * May be remote: nothing outside it depends on where it is. Never given an error or a half-read answer.
 */
export interface AnswerStore {
  /** The records of the scope that are kept, newest first. A promise where they must be read first. */
  get(scope: string): readonly AnswerRecord[] | Promise<readonly AnswerRecord[]>;
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

  get(scope: string): readonly AnswerRecord[] | Promise<readonly AnswerRecord[]> {
    const kept = this.#scopes.get(scope);
    if (!kept) return [];
    return kept.list && Math.abs(Date.now() - kept.list.readAt) < readAnewMs ? kept.list.records : this.#read(scope, kept);
  }

  async #read(scope: string, kept: KeptScope): Promise<readonly AnswerRecord[]> {
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
