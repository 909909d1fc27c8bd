import { type Limits, Pace } from "./pace.js";
import type { Waiting } from "./permit-queue.js";

/** One permit that is out, as it is counted. */
export interface CountedPermit {
  /** The request leaves now, and the windows count it from now on. False: the permit has expired. To be called at most once. */
  use(now: number): boolean | Promise<boolean>;
  /** The exchange is over, or was never made. To be called once. */
  release(): void;
}

/** Who counts permits against the limits of one account at one service: this process alone, or all replicas together. All times are monotonic ms. */
export interface PermitCounter {
  /** When the permit behind `ahead` others can come at the earliest, as far as is known. */
  earliest(now: number, ahead: number): number;
  /** Permits that may be out at once, and those that are, as far as is known. */
  readonly concurrency: number;
  readonly out: number;
  /** When the pause after a 429 ends; in the past while there is none. */
  readonly pausedUntil: number;
  /** A permit, if one is to be had now. */
  take(now: number): CountedPermit | null;
  /** Told which requests still wait, most urgent first, whenever that has changed. Where others grant permits, `changed` is called when one came. */
  wanted(waiting: readonly Waiting[]): void;
  onChange(changed: () => void): void;
  slowDown(now: number, retryAfterMs: number | undefined): void;
  speedUp(): void;
  /** Calls that may begin now, 0..maxPerMinute. */
  available(now: number): number;
}

/** Counts the permits of this process alone. */
export class LocalCounter implements PermitCounter {
  readonly #pace: Pace;
  #out = 0;

  constructor(limits: Limits, random: () => number) {
    this.#pace = new Pace(limits, random);
  }

  earliest = (now: number, ahead: number): number => this.#pace.earliest(now, ahead);

  get concurrency(): number {
    return this.#pace.concurrency;
  }

  get out(): number {
    return this.#out;
  }

  get pausedUntil(): number {
    return this.#pace.pausedUntil;
  }

  take(now: number): CountedPermit | null {
    if (this.#out >= this.#pace.concurrency || this.#pace.earliest(now, 0) > now) return null;
    this.#out++;
    this.#pace.granted();
    let isUsed = false;
    return {
      use: (at) => {
        isUsed = true;
        this.#pace.used(at);
        return true;
      },
      release: () => {
        if (!isUsed) this.#pace.returned();
        this.#out--;
      },
    };
  }

  wanted(): void {}

  onChange(): void {}

  slowDown(now: number, retryAfterMs: number | undefined): void {
    this.#pace.slowDown(now, retryAfterMs);
  }

  speedUp(): void {
    this.#pace.speedUp();
  }

  available = (now: number): number => this.#pace.available(now);
}
