/**
 * The fewest calls of one scope that can serve questions at these moments, ms. An answer serves all questions within its time to
 * live. The first question after that costs a call, also where a stale answer is served, because it starts a refresh.
 */
export function fewestCalls(momentsMs: readonly number[], ttlMs: number): number {
  let calls = 0;
  let freshUntil = Number.NEGATIVE_INFINITY;
  for (const moment of momentsMs.toSorted((a, b) => a - b)) {
    if (moment < freshUntil) continue;
    calls++;
    freshUntil = moment + ttlMs;
  }
  return calls;
}
