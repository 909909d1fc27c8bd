import type { Clock } from "../../clock.js";
import type { AnswerRecord, FreshnessKind, Usable } from "../apis/descriptor.js";
import { apiByName } from "../apis/registry.js";
import { scopeOf } from "../planning/scope.js";
import { directoryKeptMs, type Question } from "../question.js";

/** How long figures of each kind are fresh, and how long after that they may stand in when the platform cannot answer; ms. */
export interface Freshness {
  readonly ttlMs: Readonly<Record<FreshnessKind, number>>;
  readonly staleMs: number;
}

/** RFC 5861. fresh: within the time to live; stale-while-revalidate: within twice that; stale-if-error: within the time to live and `staleMs`. */
export type Tolerance = "fresh" | "stale-while-revalidate" | "stale-if-error";

/** One moment on both clocks. */
export interface Moment {
  /** Epoch ms. */
  readonly now: number;
  readonly monotonic: number;
}

export const momentOf = (clock: Clock): Moment => ({ now: clock.now(), monotonic: clock.monotonic() });

/** An `asOf` this far ahead of our clock is taken for a difference between two machines, not for a date in the future. */
const clockDifferenceMs = 1_000;

/**
 * How old the answer was at the moment, ms; negative when it was asked for later. The larger of what both clocks say: the wall clock may
 * have been set back, and the monotonic one stands still while a machine is suspended.
 */
export function ageAt({ reply, askedMonotonic }: AnswerRecord, moment: Moment): number {
  const byDate = moment.now - reply.asOf;
  return askedMonotonic === undefined ? byDate : Math.max(byDate, moment.monotonic - askedMonotonic);
}

/** Whether the platform was asked at or after the moment. */
const isSince = ({ reply, askedMonotonic }: AnswerRecord, moment: Moment): boolean =>
  askedMonotonic === undefined ? reply.asOf >= moment.now : askedMonotonic >= moment.monotonic;

/**
 * Which stored answers a question of a request that began at `begun` tolerates at the moment `present`. An answer that was asked for
 * since the request began always: what was fresh at its start stays so until its end. Nothing dated in the future is fresh.
 * `freshForMs` of the question lengthens the time to live, but not of what is pending: that the platform had not computed something is
 * remembered no longer for any question.
 */
export function tolerating(tolerance: Tolerance, freshness: Freshness, question: Question, begun: Moment, present: Moment): Usable {
  return (record, kind) => {
    if (isSince(record, begun)) return true;
    const limit = limitMs(tolerance, freshness, question, kind);
    if (record.reply.asOf <= present.now + clockDifferenceMs) return ageAt(record, begun) < limit;
    return tolerance === "stale-if-error" && record.askedMonotonic !== undefined && begun.monotonic - record.askedMonotonic < limit;
  };
}

function limitMs(tolerance: Tolerance, { ttlMs, staleMs }: Freshness, question: Question, kind: FreshnessKind | "pending"): number {
  const freshMs = kind === "pending" ? ttlMs.intervals : Math.max(ttlMs[kind], question.freshForMs ?? 0);
  if (tolerance === "fresh") return freshMs;
  return tolerance === "stale-while-revalidate" ? Math.min(2 * freshMs, freshMs + staleMs) : freshMs + staleMs;
}

/** How long an answer can be of use to anybody, ms. */
export function keepMs({ ttlMs, staleMs }: Freshness, { call }: AnswerRecord): number {
  const { kinds } = apiByName[call.api];
  return Math.max(directoryKeptMs, ...kinds.map((kind) => ttlMs[kind])) + staleMs;
}

/** How long the figures that the question wants are fresh, ms. `settled`: nothing in them can change any more. */
export function freshMs({ ttlMs }: Freshness, question: Question, settled = false): number {
  const kinds = scopeOf(question).api.kindsOf(question, settled);
  return Math.max(Math.min(...kinds.map((kind) => ttlMs[kind])), question.freshForMs ?? 0);
}
