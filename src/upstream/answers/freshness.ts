import { keyFigures } from "../apis/key-metrics/merging.js";
import type { FreshnessKind, Stored, Usable } from "../apis/merging.js";
import { type ApiName, directoryKeptMs, type Question } from "../question.js";

/** How long figures of each kind are fresh, and how long after that they may stand in when the platform cannot answer; ms. */
export interface Freshness {
  ttlMs: Readonly<Record<FreshnessKind, number>>;
  staleMs: number;
}

/** fresh: within the time to live. revalidating: within twice that. surviving: within the time to live and `staleMs`. */
export type Tolerance = "fresh" | "revalidating" | "surviving";

/**
 * Which stored answers a question of a request that began at `since` tolerates: an answer younger than the request always,
 * so that what was fresh at its start stays so until its end. `freshForMs` of the question lengthens the time to live, but
 * not of what is pending: that the platform had not computed something is remembered no longer for any question.
 */
export function tolerating(tolerance: Tolerance, { ttlMs, staleMs }: Freshness, question: Question, since: number): Usable {
  const longest = (kind: FreshnessKind | "pending"): number => {
    const freshMs = kind === "pending" ? ttlMs.intervals : Math.max(ttlMs[kind], question.freshForMs ?? 0);
    if (tolerance === "fresh") return freshMs;
    return tolerance === "revalidating" ? Math.min(2 * freshMs, freshMs + staleMs) : freshMs + staleMs;
  };
  return ({ reply }, kind) => reply.asOf >= since || since - reply.asOf < longest(kind);
}

/** How long an answer can be of use to anybody. */
export function keepMs({ ttlMs, staleMs }: Freshness, { call }: Stored): number {
  return Math.max(directoryKeptMs, ...kindsOf[call.api].map((kind) => ttlMs[kind])) + staleMs;
}

/** How much longer an answer of this age is fresh for the question, ms; 0 when it is not. `settled`: nothing in it can change any more. */
export function remainingMs({ ttlMs }: Freshness, question: Question, asOf: number, now: number, settled = false): number {
  const ageing = settled ? "closedIntervals" : kindsOf[question.api][0];
  const kinds = question.api === "key-metrics" ? keyFigures(question) : [ageing];
  return Math.max(0, asOf + Math.max(Math.min(...kinds.map((kind) => ttlMs[kind])), question.freshForMs ?? 0) - now);
}

/** The kinds of figures in an answer of each API; the first is the one that ages a reply. */
const kindsOf: Record<ApiName, readonly [FreshnessKind, ...FreshnessKind[]]> = {
  "agent-segments": ["segments"],
  "skill-segments": ["segments"],
  "key-metrics": ["keyMetrics", "current"],
  "interval-metrics": ["intervals", "closedIntervals"],
};
