/** Two clocks: one tells dates and may step, one measures time and never does. */
export interface Clock {
  /** Epoch ms of the wall clock: for dates that the platform and the client see. It may step either way. */
  now(): number;
  /** Milliseconds since some fixed moment, never stepping: for limits, deadlines, pauses and durations. */
  monotonic(): number;
}

export const systemClock: Clock = { now: Date.now, monotonic: performance.now.bind(performance) };
