/** What a Retry-After header asks for: seconds, or an HTTP date seen from `now`. Empty when it says neither. */
export function retryAfterMs(header: string | null, now: number): { retryAfterMs?: number } {
  const text = header?.trim() ?? "";
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : / GMT$/.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isFinite(waitMs) ? { retryAfterMs: Math.max(0, waitMs) } : {};
}
