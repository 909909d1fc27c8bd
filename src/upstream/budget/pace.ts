import { minuteMs } from "../../time.js";

export interface Limits {
  /** Calls at once, 1..100. */
  maxConcurrent: number;
  /** Calls begun in any 60 s, 1..100000. */
  maxPerMinute: number;
  /** Calls begun in any second; absent: no such limit. */
  maxPerSecond?: number;
}

/**
 * The platform counts a call when it arrives, we when we send it. Two calls can arrive closer together than they were
 * sent, so each window is longer by this.
 */
const driftMs = 250;
const windows = (limits: Limits) => [
  { spanMs: 60_000 + driftMs, most: limits.maxPerMinute },
  ...(limits.maxPerSecond === undefined ? [] : [{ spanMs: 1_000 + driftMs, most: limits.maxPerSecond }]),
];

const shortestPauseMs = 1_000;
const longestPauseMs = 60_000;
/** No header of the platform's pauses a lane for longer, jitter included: a mistake in it must not stop us for years. */
const longestRetryAfterMs = 5 * minuteMs;
const firstGapMs = 100;
const longestGapMs = 10_000;
/** A 429 that arrives this soon after a slow-down answers a call sent before it, and teaches nothing new. */
const sameLessonMs = 500;

/** A call in the log. */
export interface Begun {
  /** Epoch ms at which its turn came. */
  readonly granted: number;
  /** Epoch ms at which it left; infinite until it does. */
  at: number;
}

/**
 * How fast a lane may go: sliding windows by the configured limits, and below them whatever the platform's 429s have
 * taught. A 429 pauses the lane (Retry-After up to 5 min, else 1 s and growing, with jitter), halves its concurrency and doubles the
 * gap between calls; every success takes back a little, so the lane finds its way up again.
 */
export class Pace {
  /** By `at`, so that what has not left yet comes last. */
  readonly #begun: Begun[] = [];
  readonly #spanMs: number;
  #concurrency: number;
  #gapMs = 0;
  /** Epoch ms; past when no pause lasts. */
  pausedUntil = 0;
  #pauses = 0;
  #slowedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly limits: Limits,
    private readonly random: () => number,
  ) {
    this.#concurrency = limits.maxConcurrent;
    this.#spanMs = Math.max(...windows(limits).map(({ spanMs }) => spanMs));
  }

  get concurrency(): number {
    return Math.max(1, Math.floor(this.#concurrency));
  }

  /** When the call behind `ahead` others can begin at the earliest, were everything to leave now that has a turn and has not left. */
  earliest(now: number, ahead: number): number {
    this.#forget(now);
    const leftAt = (call: Begun | undefined) => call && Math.min(call.at, now);
    const byWindows = windows(this.limits).map(({ spanMs, most }) => {
      const rounds = Math.floor(ahead / most);
      const blocking = leftAt(this.#begun[this.#begun.length - most + (ahead % most)]);
      return (blocking === undefined ? now : Math.max(now, blocking + spanMs)) + rounds * spanMs;
    });
    const last = leftAt(this.#begun.at(-1));
    const byGap = (last === undefined ? now : last + this.#gapMs) + ahead * this.#gapMs;
    return Math.max(now, this.pausedUntil, byGap, ...byWindows);
  }

  /** A turn is granted; until its call has left or ended, it counts as leaving now, whenever that is. */
  begin(now: number): Begun {
    const call = { granted: now, at: Number.POSITIVE_INFINITY };
    this.#begun.push(call);
    return call;
  }

  leave(call: Begun, now: number): void {
    const index = this.#begun.lastIndexOf(call);
    if (index >= 0) this.#begun.splice(index, 1);
    call.at = now;
    this.#begun.splice(this.#begun.findLastIndex(({ at }) => at <= now) + 1, 0, call);
  }

  /** One that never left counts from when its turn came. */
  end(call: Begun): void {
    if (call.at === Number.POSITIVE_INFINITY) this.leave(call, call.granted);
  }

  slowDown(now: number, retryAfterMs: number | undefined): void {
    const pause = (ms: number) => {
      this.pausedUntil = Math.max(this.pausedUntil, now + Math.min(longestRetryAfterMs, ms));
    };
    pause(retryAfterMs ?? 0);
    if (now - this.#slowedAt < sameLessonMs) return;
    this.#slowedAt = now;
    const backoffMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** this.#pauses++);
    pause((retryAfterMs ?? backoffMs) * (1 + this.random() / 4));
    this.#concurrency = Math.max(1, this.#concurrency / 2);
    this.#gapMs = Math.min(longestGapMs, Math.max(firstGapMs, this.#gapMs * 2));
  }

  speedUp(): void {
    this.#pauses = 0;
    this.#concurrency = Math.min(this.limits.maxConcurrent, this.#concurrency + 1 / (4 * this.#concurrency));
    this.#gapMs = this.#gapMs < 1 ? 0 : this.#gapMs * 0.98;
  }

  budget(now: number): { maximumAvailable: number; currentlyAvailable: number; restoreRatePerMinute: number; concurrencyLimit: number } {
    this.#forget(now);
    const { maxPerMinute } = this.limits;
    return {
      maximumAvailable: maxPerMinute,
      currentlyAvailable: Math.max(0, maxPerMinute - this.#begun.length),
      restoreRatePerMinute: maxPerMinute,
      concurrencyLimit: this.concurrency,
    };
  }

  #forget(now: number): void {
    const fresh = this.#begun.findIndex(({ at }) => at > now - this.#spanMs);
    this.#begun.splice(0, fresh < 0 ? this.#begun.length : fresh);
  }
}
