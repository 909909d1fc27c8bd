export const apis = ["agent-segments", "skill-segments", "key-metrics", "interval-metrics", "token", "domains"] as const;
export type Api = (typeof apis)[number];

/** What limits are counted for: both segment APIs are one service. */
export type Service = "operations" | "key-metrics" | "interval-metrics";

/** The service of an API; null for the two that have no limits. */
export function serviceOf(api: Api): Service | null {
  if (api === "agent-segments" || api === "skill-segments") return "operations";
  return api === "key-metrics" || api === "interval-metrics" ? api : null;
}
