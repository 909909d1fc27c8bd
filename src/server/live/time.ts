/** Dates, durations and timers of subscriptions: of this machine, or of a test. */
export interface LiveTime {
  /** Epoch ms. */
  now(): number;
  /** Milliseconds since some fixed moment, never stepping. */
  monotonic(): number;
  /** Runs it once after so many milliseconds; returns what cancels that. */
  after(ms: number, run: () => void): () => void;
}

export const systemTime: LiveTime = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};
