import { minute, second } from "../model/duration.js";

export interface Limits {
  maxConcurrent: number;
  maxPerMinute: number;
  maxPerSecond?: number;
}

/** What one account did with one service, and the most it ever did at once. */
export interface Use {
  requests: number;
  refused: number;
  running: number;
  maxRunning: number;
  maxPerMinute: number;
  maxPerSecond: number;
}

/** Requests of one account to one service, in sliding windows. */
export class Lane {
  readonly use: Use = { requests: 0, refused: 0, running: 0, maxRunning: 0, maxPerMinute: 0, maxPerSecond: 0 };
  #times: number[] = [];

  /** Counts a request in; false when it is over a limit. A refused request counts in the windows too. */
  enter(now: number, limits: Limits): boolean {
    this.#times = this.#times.filter((time) => time > now - minute);
    this.#times.push(now);
    const { use } = this;
    use.requests++;
    use.running++;
    const lastSecond = this.#times.filter((time) => time > now - second).length;
    use.maxRunning = Math.max(use.maxRunning, use.running);
    use.maxPerMinute = Math.max(use.maxPerMinute, this.#times.length);
    use.maxPerSecond = Math.max(use.maxPerSecond, lastSecond);
    const allowed =
      use.running <= limits.maxConcurrent &&
      this.#times.length <= limits.maxPerMinute &&
      lastSecond <= (limits.maxPerSecond ?? Number.POSITIVE_INFINITY);
    if (!allowed) use.refused++;
    return allowed;
  }

  leave(): void {
    this.use.running--;
  }
}
