import { minuteMs } from "../../time.js";
import { leastPauseMs } from "../call.js";
import type { CountedPermit, PermitCounter } from "./permit.js";

export interface Limits {
  /** Calls at once, 1..100. */
  maxConcurrent: number;
  /** Calls begun in any 60 s, 1..100000. */
  maxPerMinute: number;
  /** Calls begun in any second; absent: no such limit. */
  maxPerSecond?: number;
}

const secondMs = 1_000;
/**
 * The platform counts a call when it arrives, we when we send it. Two calls can arrive closer together than they were
 * sent, so each window is longer by this.
 */
export const driftMs = 250;

/** No more than `most` calls begin in any `spanMs`. */
interface Window {
  readonly spanMs: number;
  readonly most: number;
}

/** Calls that began longer ago count in no window. */
export const longestSpanMs = minuteMs + driftMs;

const windowsOf = ({ maxPerMinute, maxPerSecond }: Limits): Window[] => [
  { spanMs: longestSpanMs, most: maxPerMinute },
  ...(maxPerSecond === undefined ? [] : [{ spanMs: secondMs + driftMs, most: maxPerSecond }]),
];

const longestPauseMs = minuteMs;
/** A Retry-After pauses a service for at most this long, jitter included: a wrong header must not stop it for years. */
const longestRetryAfterMs = 5 * minuteMs;
const firstGapMs = 100;
const longestGapMs = 10_000;
/** A slow-down is over this long after its pause, even without successes: its reason may be gone. */
const recoveryMs = 20_000;
/** A 429 this soon after a slow-down answers a call that was sent before it, and slows nothing down again. */
const sameSlowDownMs = 500;

/**
 * How fast calls may begin: sliding windows by the configured limits, and below them what the platform's 429s have
 * taught. A 429 pauses all calls (Retry-After from 1 s to 5 min, else 1 s and growing, with jitter), halves the concurrency and doubles
 * the gap between calls. Every success takes back a little, and time the rest, evenly over 20 s, up to the configured limits. All moments
 * are monotonic ms.
 */
export class Pace {
  #windows: readonly Window[];
  #limits: Limits;
  /** When calls began, ascending. */
  readonly #begun: number[] = [];
  /** Permits that are granted and unused: they count as if their calls began now, whenever that is. */
  #unused = 0;
  #concurrency: number;
  #gapMs = 0;
  /** When the pause ends; in the past while there is none. */
  pausedUntil = Number.NEGATIVE_INFINITY;
  #pauses = 0;
  #slowedAt = Number.NEGATIVE_INFINITY;
  /** Up to when time has taken back its part of the slow-down. */
  #recoveredTo = Number.NEGATIVE_INFINITY;

  constructor(
    limits: Limits,
    private readonly random: () => number,
  ) {
    this.#limits = limits;
    this.#concurrency = limits.maxConcurrent;
    this.#windows = windowsOf(limits);
  }

  get windows(): readonly Window[] {
    return this.#windows;
  }

  /** When calls began that still count, ascending. */
  begun(now: number): readonly number[] {
    this.#advanceTo(now);
    return this.#begun;
  }

  /** Other limits hold from now on, and these calls count against them, ascending. No permit is granted and unused. What 429s have taught stays. */
  restart(limits: Limits, begun: readonly number[]): void {
    this.#concurrency = Math.min(limits.maxConcurrent, (this.#concurrency * limits.maxConcurrent) / this.#limits.maxConcurrent);
    this.#limits = limits;
    this.#windows = windowsOf(limits);
    this.#begun.splice(0, this.#begun.length, ...begun);
    this.#unused = 0;
  }

  /** Another process has begun a call. */
  usedElsewhere(at: number): void {
    const later = this.#begun.findLastIndex((other) => other <= at) + 1;
    this.#begun.splice(later, 0, at);
  }

  /** Another process was told 429 and pauses until then. */
  slowedDownElsewhere(now: number, until: number): void {
    this.#advanceTo(now);
    this.pausedUntil = Math.max(this.pausedUntil, Math.min(until, now + longestRetryAfterMs));
    this.#slowDown(now);
  }

  /** Least time between two calls. */
  get gapMs(): number {
    return this.#gapMs;
  }

  get concurrency(): number {
    return Math.max(1, Math.floor(this.#concurrency));
  }

  /** When the call behind `ahead` others can begin at the earliest. */
  earliest(now: number, ahead: number): number {
    this.#advanceTo(now);
    const counted = this.#begun.length + this.#unused;
    const begunAt = (index: number) => this.#begun[index] ?? now;
    const byWindows = this.#windows.map(({ spanMs, most }) => {
      const blocking = counted - most + (ahead % most);
      const first = blocking < 0 ? now : Math.max(now, begunAt(blocking) + spanMs);
      return first + Math.floor(ahead / most) * spanMs;
    });
    const afterLast = counted === 0 ? now : begunAt(counted - 1) + this.#gapMs;
    const byGaps = this.#gapMs === 0 ? now : Math.min(afterLast + ahead * this.#gapMs, this.pausedUntil + recoveryMs);
    return Math.max(now, this.pausedUntil, byGaps, ...byWindows);
  }

  /** A permit is granted. */
  granted(): void {
    this.#unused++;
  }

  /** A permit comes back unused: it has cost nothing. */
  returned(): void {
    this.#unused--;
  }

  /** A permit is used: its call begins. */
  used(now: number): void {
    this.#unused--;
    this.#begun.push(now);
  }

  slowDown(now: number, retryAfterMs: number | undefined): void {
    this.#advanceTo(now);
    const pause = (ms: number) => {
      this.pausedUntil = Math.max(this.pausedUntil, now + Math.min(longestRetryAfterMs, Math.max(leastPauseMs, ms)));
    };
    pause(retryAfterMs ?? 0);
    const backoffMs = Math.min(longestPauseMs, leastPauseMs * 2 ** this.#pauses);
    if (this.#slowDown(now)) pause(Math.max(leastPauseMs, retryAfterMs ?? backoffMs) * (1 + this.random() / 4));
  }

  /** False when the last slow-down was a moment ago. */
  #slowDown(now: number): boolean {
    if (now - this.#slowedAt < sameSlowDownMs) return false;
    this.#slowedAt = now;
    this.#pauses++;
    this.#concurrency = Math.max(1, this.#concurrency / 2);
    this.#gapMs = Math.min(longestGapMs, Math.max(firstGapMs, this.#gapMs * 2));
    return true;
  }

  speedUp(): void {
    this.#pauses = 0;
    this.#concurrency = Math.min(this.#limits.maxConcurrent, this.#concurrency + 1 / (4 * this.#concurrency));
    this.#gapMs = this.#gapMs < 1 ? 0 : this.#gapMs * 0.98;
  }

  /** Calls that may begin now, 0..maxPerMinute. */
  available(now: number): number {
    this.#advanceTo(now);
    return Math.max(0, this.#limits.maxPerMinute - this.#begun.length - this.#unused);
  }

  /** Forgets calls that no longer count, and takes back the part of a slow-down for the time that has passed. */
  #advanceTo(now: number): void {
    const recent = this.#begun.findIndex((at) => at > now - longestSpanMs);
    if (recent !== 0) this.#begun.splice(0, recent < 0 ? this.#begun.length : recent);

    const from = Math.max(this.pausedUntil, this.#recoveredTo);
    if (now <= from) return;
    this.#recoveredTo = now;
    const leftMs = this.pausedUntil + recoveryMs - from;
    const share = leftMs > 0 ? Math.min(1, (now - from) / leftMs) : 1;
    this.#gapMs *= 1 - share;
    this.#concurrency += share * (this.#limits.maxConcurrent - this.#concurrency);
  }
}

/** Counts the permits of this process alone. */
export class LocalCounter extends Pace implements PermitCounter {
  #out = 0;

  /** Permits that are out. */
  get out(): number {
    return this.#out;
  }

  take(now: number): CountedPermit | null {
    if (this.earliest(now, 0) > now || this.#out >= this.concurrency) return null;
    this.#out++;
    this.granted();
    let isUsed = false;
    return {
      use: (at) => {
        isUsed = true;
        this.used(at);
        return true;
      },
      release: () => {
        if (!isUsed) this.returned();
        this.#out--;
      },
    };
  }

  /** Nobody else grants permits. */
  wanted(): void {}
  onChange(): void {}
}
