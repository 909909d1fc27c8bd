/** The shortest pause after a 429 by the vendor's pages; a header that asks for less does not shorten it. */
const leastMs = 1_000;

/** What a Retry-After header asks for, at least 1 s: seconds, or an HTTP date seen from `now` (wall clock). Empty when it says neither. */
export function retryAfterMs(header: string | null, now: number): { retryAfterMs?: number } {
  const text = header?.trim() ?? "";
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : / GMT$/.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isFinite(waitMs) ? { retryAfterMs: Math.max(leastMs, waitMs) } : {};
}
