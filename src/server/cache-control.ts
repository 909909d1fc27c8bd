import type { Report } from "./gateway-port.js";

/** Header value: how long an answer may be kept. Answers with errors never; one without metrics has no age to promise, so it is asked again. */
export function cacheControl(
  { maxAgeMs }: Pick<Report, "maxAgeMs">,
  { failed, forEverybody }: { failed: boolean; forEverybody: boolean },
): string {
  if (failed) return "no-store";
  return `${forEverybody ? "public" : "private"}, max-age=${Math.max(0, Math.floor((maxAgeMs ?? 0) / 1000))}`;
}

/** Request headers that an answer of /graphql depends on. In small letters where @fastify/compress would otherwise add its own. */
export const vary = "Authorization, x-api-key, x-router-secret, Accept, accept-encoding, x-gateway-explain";
