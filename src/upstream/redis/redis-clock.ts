import type { Clock } from "../../clock.js";

/** One comparison of both clocks: how far Redis' time is ahead of our monotonic clock, and how long the exchange took; ms. */
interface Comparison {
  readonly aheadMs: number;
  readonly tookMs: number;
}

const remembered = 8;
/** Two comparisons that differ by more than this beyond the time they took: one of the clocks was set. */
const stepMs = 20;

/**
 * Translates between this process's clocks and the clock of Redis, which is the one that all replicas share. Right to about half of the
 * quickest of the last exchanges.
 */
export class RedisClock {
  #comparisons: Comparison[] = [];

  constructor(private readonly clock: Clock) {}

  /** An exchange that began at `sentAt` and is over now told Redis' time, epoch ms. */
  learn(redisMs: number, sentAt: number): void {
    const now = this.clock.monotonic();
    const latest = { aheadMs: redisMs - (sentAt + now) / 2, tookMs: now - sentAt };
    const agrees = ({ aheadMs, tookMs }: Comparison) => Math.abs(aheadMs - latest.aheadMs) <= stepMs + tookMs + latest.tookMs;
    this.#comparisons = [...this.#comparisons.filter(agrees), latest].slice(-remembered);
  }

  /** False until Redis has told its time. */
  get isSet(): boolean {
    return this.#comparisons.length > 0;
  }

  monotonic(): number {
    return this.clock.monotonic();
  }

  /** Redis' time now, epoch ms. */
  now(): number {
    return this.toRedis(this.clock.monotonic());
  }

  toRedis(monotonicMs: number): number {
    return monotonicMs + this.#aheadMs;
  }

  toMonotonic(redisMs: number): number {
    return redisMs - this.#aheadMs;
  }

  /** How far this process's wall clock is ahead of Redis' clock, ms. */
  get wallAheadMs(): number {
    return this.clock.now() - this.now();
  }

  get #aheadMs(): number {
    const [first, ...others] = this.#comparisons;
    if (!first) throw new Error("Redis has told no time yet.");
    return others.reduce((best, each) => (each.tookMs < best.tookMs ? each : best), first).aheadMs;
  }
}
