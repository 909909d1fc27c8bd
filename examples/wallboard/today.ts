const hour = 3_600_000;
/** Early in the morning a day would show nothing. */
const atLeast = 8 * hour;

/** Where today begins on the board: at midnight here, and at least eight hours ago. */
export const beginOfToday = (now: number): number =>
  Math.min(new Date(now).setHours(0, 0, 0, 0), Math.floor((now - atLeast) / hour) * hour);
