import { afterEach, beforeEach, vi } from "vitest";

export const noon = Date.UTC(2026, 0, 15, 12);

/** Timers and clock stand at noon when a test begins, and move only when it says so. */
export function standAtNoon(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: noon - 1 });
    // The monotonic clock of no process says 0, which lru-cache takes for no time at all.
    vi.advanceTimersByTime(1);
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** Lets everything happen that needs no further time. */
export const settle = () => pass(0);
