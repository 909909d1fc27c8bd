import type { ApiName } from "../question.js";

/** The exchanges of an API that tell how long one usually takes. */
const remembered = 100;
/** Of these exchanges, this share ended within the usual time. */
const share = 0.9;
const overdueFactor = 3;
const soonestOverdueMs = 2_000;
/** An exchange that was closed counts as no longer than this, and the first exchange of an API is overdue after this at the latest. */
const longestMs = 30_000;

interface Seen {
  /** Oldest first. */
  durationsMs: readonly number[];
  usualMs: number;
}

/** How long exchanges of each API of one account take, and from when one takes too long. All times in ms. */
export class ExchangeTimes {
  readonly #seen = new Map<ApiName, Seen>();

  /** The 90th percentile of the last hundred exchanges; undefined when none was seen. */
  usualMs(api: ApiName): number | undefined {
    return this.#seen.get(api)?.usualMs;
  }

  /**
   * How long after it was sent an exchange is overdue: three times the usual time, at least 2 s. While none was seen, the time
   * its first asker has, at most 30 s.
   */
  overdueAfterMs(api: ApiName, firstDeadlineMs: number): number {
    const usual = this.usualMs(api);
    return usual === undefined ? Math.min(longestMs, firstDeadlineMs) : Math.max(soonestOverdueMs, overdueFactor * usual);
  }

  /** An exchange has ended by itself. */
  ended(api: ApiName, durationMs: number): void {
    this.#see(api, [...(this.#seen.get(api)?.durationsMs ?? []), durationMs].slice(-remembered));
  }

  /**
   * An exchange was closed because it was overdue. How long it would have taken is not known: it counts twice the time it was overdue
   * after, at most 30 s. The quicker ones before it are forgotten, so that a platform that has become slow is soon given enough time.
   */
  closed(api: ApiName, durationMs: number, firstDeadlineMs: number): void {
    const atLeast = Math.max(durationMs, 2 * this.overdueAfterMs(api, firstDeadlineMs));
    this.#see(api, [Math.min(longestMs, atLeast)]);
  }

  #see(api: ApiName, durationsMs: readonly number[]): void {
    const ascending = durationsMs.toSorted((a, b) => a - b);
    this.#seen.set(api, { durationsMs, usualMs: ascending[Math.ceil(share * ascending.length) - 1]! });
  }
}
