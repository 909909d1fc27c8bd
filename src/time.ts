/** Half-open span of time in epoch milliseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The longest time a timer of Node can wait. */
export const longestTimerMs = 2 ** 31 - 1;

export const floorTo = (ms: number, unitMs: number): number => Math.floor(ms / unitMs) * unitMs;
export const ceilTo = (ms: number, unitMs: number): number => Math.ceil(ms / unitMs) * unitMs;

/** The smallest window on `unitMs` boundaries around this one. */
export const alignedOutward = ({ from, to }: Window, unitMs: number): Window => ({ from: floorTo(from, unitMs), to: ceilTo(to, unitMs) });

/** The window cut at every UTC midnight inside it; parts in order, none empty. */
export function cutAtDays({ from, to }: Window): Window[] {
  const parts: Window[] = [];
  for (let start = from; start < to; ) {
    const end = Math.min(to, floorTo(start, dayMs) + dayMs);
    parts.push({ from: start, to: end });
    start = end;
  }
  return parts;
}

/** The window cut into slots of `everyMs`, counted from its start. */
export function slotsOf({ from, to }: Window, everyMs: number): Window[] {
  return Array.from({ length: Math.ceil((to - from) / everyMs) }, (_, index) => ({
    from: from + index * everyMs,
    to: Math.min(to, from + (index + 1) * everyMs),
  }));
}

/** Windows sorted, with touching and overlapping ones joined. */
export function joined(windows: readonly Window[]): Window[] {
  const result: { from: number; to: number }[] = [];
  for (const window of [...windows].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && window.from <= last.to) last.to = Math.max(last.to, window.to);
    else result.push({ ...window });
  }
  return result;
}
