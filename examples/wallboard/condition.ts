import type { MetricsApi } from "./generated/graphql.js";

/** An error of a state, as the gateway sends it. */
export interface StateError {
  message: string;
  path?: readonly (string | number)[] | undefined;
  extensions?: { code?: string; api?: MetricsApi } | undefined;
}

export interface Dated {
  asOf: string;
  stale: boolean;
}

/** How far figures can be trusted. `empty`: the platform has none, which is no failure. */
export type Condition =
  | { is: "waiting" }
  | { is: "empty" }
  | { is: "failed"; code: string; message: string }
  | { is: "fresh" | "stale"; ageMs: number };

/** After so long without news the figures of an API count as stale, whatever was said when they came. */
const lateAfterMs: Record<MetricsApi, number> = {
  KEY_METRICS: 45_000,
  SKILL_SEGMENTS: 60_000,
  AGENT_SEGMENTS: 75_000,
  // Intervals that are over are kept for a day, and a list is as old as its oldest part.
  INTERVAL_METRICS: 25 * 3_600_000,
};

export const apiTitles: Record<MetricsApi, string> = {
  KEY_METRICS: "Key metrics",
  SKILL_SEGMENTS: "Skill segments",
  AGENT_SEGMENTS: "Agent segments",
  INTERVAL_METRICS: "Intervals",
};

/** Of the object at `path`: undefined while no state has come, null where the state has none. */
export function conditionOf(
  figures: Dated | null | undefined,
  api: MetricsApi,
  path: readonly (string | number)[],
  errors: readonly StateError[],
  now: number,
): Condition {
  if (figures) {
    const ageMs = Math.max(0, now - Date.parse(figures.asOf));
    return { is: figures.stale || ageMs > lateAfterMs[api] ? "stale" : "fresh", ageMs };
  }
  const error = errors.find(({ path: at }) => at?.every((step, index) => path[index] === step));
  if (error) return { is: "failed", code: error.extensions?.code ?? "ERROR", message: error.message };
  return { is: figures === null ? "empty" : "waiting" };
}

/** The worst of several, and the oldest of equally bad ones. */
export const worstOf = (conditions: readonly Condition[]): Condition =>
  conditions.reduce<Condition>(
    (worst, next) => {
      if (rank[next.is] !== rank[worst.is]) return rank[next.is] > rank[worst.is] ? next : worst;
      return "ageMs" in next && "ageMs" in worst && next.ageMs > worst.ageMs ? next : worst;
    },
    { is: "waiting" },
  );

const rank: Record<Condition["is"], number> = { waiting: 0, empty: 1, fresh: 2, stale: 3, failed: 4 };
