import { LRUCache } from "lru-cache";
import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import { longestTimerMs } from "../../time.js";

/** What a look-up brought. */
export interface Found<V> {
  value: V;
  /** Monotonic ms from which it is looked up anew, behind what is served. Infinity: never. */
  freshUntil: number;
  /** Monotonic ms from which it may not be served any more. Infinity: never. */
  usableUntil: number;
}

/** Whether a usable value is known, and why the last look-up failed; undefined when it succeeded. */
export type Standing = { known: true; failure: Error | undefined } | { known: false; failure: Error };

/** Told of a failure when look-ups begin to fail, and of the same kind of failure when it is over. */
export type Changed = (failure: Error, isOver: boolean) => void;

interface Known<V> extends Found<V> {
  /** It turned out bad, and a look-up for another one is under way. */
  refused: boolean;
}

interface Failure {
  error: Error;
  /** Failures in a row. */
  count: number;
  /** Monotonic ms until which an asker without a usable value receives this failure. */
  rememberedUntil: number;
  /** Monotonic ms until which nothing is asked behind a usable value, and not in the background. */
  pausedUntil: number;
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** A Retry-After beyond this is not waited for. */
const longestRetryAfterMs = 600_000;
/** More keys than any caller of this class has. */
const mostKeys = 100;

/**
 * Values that are looked up at the platform, kept, and renewed behind what is served (stale-while-revalidate, stale-if-error).
 *
 * A usable value is served at once. When it is no longer fresh, serving it starts a look-up behind it. Askers at the same time share one look-up.
 * After a failure, nothing is asked behind a usable value for a pause of 1 s, doubled at each further failure, up to 60 s.
 * Without a usable value, askers receive the failure for 1 s; the next one after that asks again.
 * A longer Retry-After of the platform replaces both times, up to ten minutes.
 */
export class LookUps<K extends string, V> {
  readonly #cache: LRUCache<K, Known<V>>;
  readonly #failures = new Map<K, Failure>();
  readonly #timers = new Map<K, NodeJS.Timeout>();
  #closed = false;

  /** `lookUp` rejects with a GatewayError. */
  constructor(
    private readonly lookUp: (key: K) => Promise<Found<V>>,
    private readonly clock: Pick<Clock, "monotonic">,
    private readonly options: {
      /** What is known of a key while no look-up has ended. */
      unanswered: Error;
      /** Values that are never looked up. */
      given?: Readonly<Partial<Record<K, V>>>;
    },
  ) {
    this.#cache = new LRUCache({
      max: mostKeys,
      ttlResolution: 0,
      // To the cache, a start at 0 is none, and nothing would ever be stale.
      perf: { now: () => clock.monotonic() + 1 },
      // A look-up that fails leaves the value that was known before.
      noDeleteOnFetchRejection: true,
      fetchMethod: (key, _, { options }) => this.#look(key, options),
    });
  }

  /** The value; rejects with the failure of the look-up when no usable value is known. */
  async get(key: K): Promise<V> {
    const given = this.options.given?.[key];
    if (given !== undefined) return given;
    const usable = this.#usable(key);
    const known = usable?.refused ? undefined : usable;
    const failure = this.#failures.get(key);
    if (known && failure && this.clock.monotonic() < failure.pausedUntil) return known.value;
    if (!known) this.#throwRemembered(failure);
    return (await this.#cache.forceFetch(key, { allowStale: known !== undefined })).value;
  }

  /**
   * A value other than the one that turned out bad: looked up now, unless that was done since. The bad one stays when no other is found.
   * Null where the bad one was given.
   */
  async instead(key: K, bad: V): Promise<V | null> {
    const given = this.options.given?.[key];
    if (given !== undefined) return given === bad ? null : given;
    const known = this.#cache.peek(key, { allowStale: true });
    if (known?.value !== bad) return this.get(key);
    this.#throwRemembered(this.#failures.get(key));
    known.refused = true;
    try {
      return (await this.#cache.forceFetch(key, { forceRefresh: true })).value;
    } finally {
      known.refused = false;
    }
  }

  /** What is known, without asking. */
  standing(key: K): Standing {
    const failure = this.#failures.get(key)?.error;
    const isKnown = this.options.given?.[key] !== undefined || this.#usable(key) !== undefined;
    return isKnown ? { known: true, failure } : { known: false, failure: failure ?? this.options.unanswered };
  }

  /**
   * Looks up in the background from now on: whenever the value is no longer fresh, and after failures when their pause is over,
   * lengthened at random by up to half. Resolves when the first look-up has ended, however it ended: `standing` shows what the first one
   * brought, and `changed` is told when later ones begin to fail or succeed again. Keeps no process alive.
   */
  async keep(key: K, random: () => number, changed: Changed): Promise<void> {
    if (this.options.given?.[key] !== undefined) return;
    await this.#refresh(key);
    this.#keepOn(key, random, changed);
  }

  #keepOn(key: K, random: () => number, changed: Changed): void {
    if (this.#closed) return;
    const failure = this.#failures.get(key);
    const waitMs = failure
      ? (failure.pausedUntil - this.clock.monotonic()) * (1 + random() / 2)
      : // The cache holds a value for stale only after its time to live, not at its end.
        this.#cache.getRemainingTTL(key) + 1;
    clearTimeout(this.#timers.get(key));
    const again = async () => {
      await this.#refresh(key);
      const now = this.#failures.get(key);
      const told = now ?? failure;
      if (!this.#closed && told && !failure !== !now) changed(told.error, now === undefined);
      this.#keepOn(key, random, changed);
    };
    this.#timers.set(key, setTimeout(() => void again(), Math.min(Math.max(waitMs, 1), longestTimerMs)).unref());
  }

  /** Looks up what is due. `#look` keeps what fails as the key's failure, which `standing` shows and `changed` tells. */
  async #refresh(key: K): Promise<void> {
    const due = this.#failures.get(key);
    if (due && due.pausedUntil > this.clock.monotonic()) return;
    await Promise.allSettled([this.#cache.fetch(key, { forceRefresh: due !== undefined })]);
  }

  /** Ends what `keep` began. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #usable(key: K): Known<V> | undefined {
    const known = this.#cache.peek(key, { allowStale: true });
    return known && this.clock.monotonic() < known.usableUntil ? known : undefined;
  }

  #throwRemembered(failure: Failure | undefined): void {
    const now = this.clock.monotonic();
    if (failure && now < failure.rememberedUntil) throw stillTrue(failure, now);
  }

  async #look(key: K, options: { ttl?: number }): Promise<Known<V>> {
    try {
      const found = await this.lookUp(key);
      this.#failures.delete(key);
      // To the cache, a time to live of 0 is one without an end.
      options.ttl = Math.max(found.freshUntil - this.clock.monotonic(), Number.MIN_VALUE);
      return { ...found, refused: false };
    } catch (error) {
      this.#failures.set(key, this.#failureOf(error, this.#failures.get(key)?.count ?? 0));
      throw error;
    }
  }

  #failureOf(reason: unknown, before: number): Failure {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    const now = this.clock.monotonic();
    const asked = error instanceof GatewayError ? (error.extensions.retryAfterMs ?? 0) : 0;
    const retryAfterMs = Math.min(asked, longestRetryAfterMs);
    const pauseMs = Math.min(firstPauseMs * 2 ** before, longestPauseMs);
    return {
      error,
      count: before + 1,
      rememberedUntil: now + Math.max(firstPauseMs, retryAfterMs),
      pausedUntil: now + Math.max(pauseMs, retryAfterMs),
    };
  }
}

/** The failure as it stands now: what is left of the time after which a retry makes sense. */
function stillTrue({ error, rememberedUntil }: Failure, now: number): Error {
  if (!(error instanceof GatewayError) || error.extensions.retryAfterMs === undefined) return error;
  const { code, retryable: _, ...facts } = error.extensions;
  return new GatewayError(code, error.message, { ...facts, retryAfterMs: Math.ceil(rememberedUntil - now) });
}
