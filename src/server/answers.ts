import { hash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { LRUCache } from "lru-cache";
import type { Report, StoredRecord } from "./gateway-port.js";
import type { Coding } from "./request-headers.js";

/** What there is to say of an answer beside its body. Nothing here belongs to a connection, or to the request that caused it. */
export interface AnswerFacts {
  readonly status: number;
  /** Of the answer itself: its type, and what Apollo Server adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name of the operation; null when it has none, or none was found. */
  readonly operation: string | null;
  /** The codes of its errors. */
  readonly errors: readonly unknown[];
  /** Whether figures in it are older than their time to live. */
  readonly stale: boolean;
  /** Epoch ms at which the platform was asked for its oldest figure; null when it has none. */
  readonly asOf: number | null;
  /** Epoch ms until which all of its figures are fresh; null when it has none. */
  readonly freshUntil: number | null;
}

export interface Body {
  readonly coding: Coding;
  readonly bytes: Buffer;
}

/** A shorter answer is not worth compressing, bytes. */
const shortest = 1_024;
/** Nor is one that hardly gets shorter. All forms of an answer together are thus at most twice as long as the answer. */
const leastGain = 2;
/** zlib's own quality for brotli, 11, takes a third of a second for 363 KiB. */
const brotliQuality = 4;

const compress = {
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }),
  gzip: (bytes: Buffer) => promisify<Buffer, Buffer>(gzip)(bytes),
};

/** With a line feed, for terminals. It is put behind the bytes: a text with one more character would be copied once more. */
function lineOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(length + 1);
  bytes.write(text);
  bytes[length] = 10;
  return bytes;
}

/** One answer as bytes: as it is, and compressed in each way that a client has asked for. */
export class Answer {
  readonly #plain: Body;
  readonly #compressed = new Map<Coding, Body | Promise<Body>>();

  constructor(
    text: string,
    readonly facts: AnswerFacts,
  ) {
    this.#plain = { coding: "identity", bytes: lineOf(text) };
  }

  /** The most bytes that all of its forms take together. */
  get bytes(): number {
    return 2 * this.#plain.bytes.length;
  }

  /** In the coding, or as it is where that is hardly longer. A promise until it has been compressed once. */
  body(coding: Coding): Body | Promise<Body> {
    if (coding === "identity" || this.#plain.bytes.length < shortest) return this.#plain;
    const known = this.#compressed.get(coding);
    if (known) return known;
    const compressing = this.#compress(coding);
    this.#compressed.set(coding, compressing);
    return compressing;
  }

  async #compress(coding: keyof typeof compress): Promise<Body> {
    const bytes = await compress[coding](this.#plain.bytes);
    const body = leastGain * bytes.length <= this.#plain.bytes.length ? { coding, bytes } : this.#plain;
    this.#compressed.set(coding, body);
    return body;
  }
}

/** One moment by both clocks: epoch ms, and ms that never step. */
export interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

export type Limits = Pick<Report, "dependencies" | "repeatableUntil" | "holdsUntil">;

/** The part of CACHE_MAX_BYTES that kept answers take; the store of the platform's answers has the rest. */
export const memoShare = 0.25;
/** Nothing is kept for longer, ms: to execute a request once a minute costs nothing, and what nobody foresaw ends with it. */
const longestMs = 60_000;
/** Nor a stale one for longer than this, ms: should what was asked behind it fail, the next execution asks again. */
const longestStaleMs = 1_000;
/** Of one entry beside its key and its answer, bytes. */
const overhead = 1_024;
/** The most that one unit of a text takes, bytes. */
const bytesPerUnit = 2;
/** Records that are remembered as stored; an answer made from one that is forgotten ends with it. */
const mostRecords = 20_000;

interface Kept {
  readonly answer: Answer;
  /** Epoch ms. By a clock that was set back since then, figures are dated in the future, and nothing is fresh. */
  readonly keptAt: number;
  /** Epoch ms. */
  readonly until: number;
  /** Monotonic ms. */
  readonly endsAt: number;
  readonly madeFrom: readonly Slot[];
  readonly bytes: number;
}

/** Where records of one shape take each other's place. */
interface Slot {
  readonly key: string;
  version: number | null;
  /** Monotonic ms at which that version was stored. */
  storedAt: number;
  /** The version that each kept answer was made from, by its key. */
  readonly answers: Map<string, number>;
}

/**
 * Answers that were complete and without errors, as the bytes that were sent. One is kept until the first moment at which executing its
 * request again could give another answer: the end of the freshness of what it was made from, a boundary that a window passes, a newer
 * record in the place of one that it was made from. A stale one, while newer figures are asked for behind it, ends with their coming. Bounded in bytes; what was asked for longest ago goes first.
 *
 * The key says everything that the answer depends on, so that what may not be shared cannot be: see `keyOf`.
 */
export class AnswerMemo {
  readonly #kept: LRUCache<string, Kept>;
  readonly #slots: LRUCache<string, Slot>;
  #generation = 0;
  #evictions = 0;

  constructor(maxBytes: number) {
    this.#kept = new LRUCache<string, Kept>({
      maxSize: Math.max(1, Math.floor(maxBytes)),
      sizeCalculation: ({ bytes }, key) => bytes + bytesPerUnit * key.length + overhead,
      dispose: ({ madeFrom }, key, reason) => {
        if (reason === "evict") this.#evictions++;
        for (const slot of madeFrom) slot.answers.delete(key);
      },
    });
    this.#slots = new LRUCache<string, Slot>({
      max: mostRecords,
      dispose: ({ answers }) => {
        for (const key of [...answers.keys()]) this.#kept.delete(key);
      },
    });
  }

  /** Part of every key: what was kept, or begun, before `forget` is not found any more. */
  get generation(): number {
    return this.#generation;
  }

  /** What is kept now, and what went for want of room since the start. */
  state(): { bytes: number; entries: number; evictions: number } {
    return { bytes: this.#kept.calculatedSize, entries: this.#kept.size, evictions: this.#evictions };
  }

  get(key: string, { now, monotonic }: Moment): Answer | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    if (kept.keptAt <= now && now < kept.until && monotonic < kept.endsAt) return kept.answer;
    this.#kept.delete(key);
    return undefined;
  }

  /** Keeps the answer of a request that was executed from `begun` to `ended`, unless something newer was stored meanwhile. */
  keep(key: string, answer: Answer, { dependencies, repeatableUntil }: Limits, begun: Moment, ended: Moment): void {
    if (repeatableUntil <= ended.now) return;
    const madeFrom = dependencies.map((dependency) => ({ slot: this.#slot(dependency), version: dependency.version }));
    if (madeFrom.some(({ slot, version }) => slot.storedAt >= begun.monotonic && slot.version !== version)) return;
    this.#kept.set(key, {
      answer,
      keptAt: ended.now,
      until: repeatableUntil,
      endsAt: ended.monotonic + Math.min(answer.facts.stale ? longestStaleMs : longestMs, repeatableUntil - ended.now),
      madeFrom: madeFrom.map(({ slot }) => slot),
      bytes: answer.bytes,
    });
    if (this.#kept.has(key)) for (const { slot, version } of madeFrom) slot.answers.set(key, version);
  }

  /** Ends what was made from an older record in the place of this one. */
  stored(record: StoredRecord, { monotonic }: Pick<Moment, "monotonic">): void {
    const slot = this.#slot(record);
    slot.version = record.version;
    slot.storedAt = monotonic;
    for (const [key, version] of [...slot.answers]) if (version !== record.version) this.#kept.delete(key);
  }

  /**
   * Whether an answer of a request under way may be given to another request, which began at `begun`: it could be kept at that moment, or its
   * figures are fresh then, or were brought by a call that ended after it. The last is true as well of a call that a question joins.
   */
  isGoodFor(begun: Moment, { dependencies, holdsUntil, repeatableUntil }: Limits): boolean {
    if (repeatableUntil > begun.now) return true;
    return (
      holdsUntil > begun.now &&
      dependencies.every((dependency) => {
        if (dependency.freshUntil > begun.now) return true;
        const slot = this.#slot(dependency);
        return slot.version === dependency.version && slot.storedAt >= begun.monotonic;
      })
    );
  }

  /** Ends everything: what callers may see, or what may be asked, is another now. */
  forget(): void {
    this.#generation += 1;
    this.#kept.clear();
  }

  #slot({ scope, slot }: Pick<StoredRecord, "scope" | "slot">): Slot {
    const key = `${scope}\n${slot}`;
    const known = this.#slots.get(key);
    if (known) return known;
    const created: Slot = { key, version: null, storedAt: Number.NEGATIVE_INFINITY, answers: new Map() };
    this.#slots.set(key, created);
    return created;
  }
}

/** Everything that the answer to a request depends on, but for the figures and the moment. */
export interface Asked {
  readonly generation: number;
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** As it came; undefined where there is none. */
  readonly body: Buffer | undefined;
  /** In which the answer is wanted. */
  readonly mediaType: string;
  /** What the caller may see, in one line: `Gateway.audience`. */
  readonly audience: string;
}

/**
 * Two requests that differ have different keys: no part before the audience holds a blank. The body is there as its
 * SHA-256: a map hashes its keys too, and takes longer for the whole text than SHA-256 does.
 */
export const keyOf = ({ generation, method, mediaType, url, audience, body }: Asked): string =>
  `${generation} ${method} ${mediaType} ${url} ${body === undefined ? "-" : hash("sha256", body, "base64")} ${audience}`;

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
