import type { Limits } from "../budget/pace.js";

/**
 * The share of one of so many replicas while nothing is shared: an even part of the limits, at least one, of which an even part of all that was used
 * (`begun`, ascending) is gone. What is left over all replicas is then no more than what is left of the limits.
 */
export function shareOf({ maxConcurrent, maxPerMinute, maxPerSecond }: Limits, replicas: number, begun: readonly number[]) {
  const share = (most: number) => Math.max(1, Math.floor(most / replicas));
  return {
    limits: {
      maxConcurrent: share(maxConcurrent),
      maxPerMinute: share(maxPerMinute),
      ...(maxPerSecond !== undefined && { maxPerSecond: share(maxPerSecond) }),
    },
    begun: begun.filter((_, index) => index % replicas === replicas - 1 || index === begun.length - 1),
  };
}
