import type { Report } from "./gateway-port.js";

/** Header value: how long an answer may be kept. Answers with errors never; one without metrics has no age to promise, so it is asked again. */
export function cacheControl({ maxAgeMs }: Pick<Report, "maxAgeMs">, failed: boolean): string {
  if (failed) return "no-store";
  return `public, max-age=${Math.max(0, Math.floor((maxAgeMs ?? 0) / 1000))}`;
}

/** Request headers that an answer of /graphql depends on. */
export const vary = "Authorization, Accept, Accept-Encoding, x-gateway-explain";
