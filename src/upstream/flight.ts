import { GatewayError } from "../errors.js";
import type { Call } from "./call.js";
import type { Priority } from "./scheduler.js";
import type { CallFacts, Charge, Waiter } from "./waiter.js";

/** A call that was sent and has not come back. */
export interface Flight {
  readonly call: Call;
  readonly waiters: Set<Waiter>;
  readonly facts: CallFacts;
  /** The question that made the call necessary; others joined. */
  readonly first: Waiter;
  readonly charge: Charge | undefined;
  /** Why its last try failed, while it waits for the next; or that somebody waited for it in vain. */
  failing?: GatewayError | undefined;
}

/** The call as its waiter's books show it: own is who made it necessary, others joined. */
export const usedBy = (waiter: Waiter, { facts, first }: Flight): { call: CallFacts; own: boolean } => ({
  call: facts,
  own: waiter.terms === first.terms,
});

/** How an answer came to who waited for it. */
export function came(waiter: Waiter, flight: Flight): { outcome: "SENT" | "JOINED"; call: CallFacts; own: boolean } {
  const used = usedBy(waiter, flight);
  return { outcome: used.own ? "SENT" : "JOINED", ...used };
}

export const priorityOf = ({ waiters }: Flight): Priority =>
  [...waiters].some(({ terms }) => terms.priority === "interactive") ? "interactive" : "refresh";

/** Epoch ms until which somebody waits; 0 when nobody does. */
export const deadlineOf = ({ waiters }: Flight): number => Math.max(0, ...[...waiters].map(({ terms }) => terms.deadline));

/** A call that is under way for this long, and was waited for in vain, counts as failing. */
const overdueMs = 10_000;

/** What who waited until now is told; with time who comes later and has something stale need not wait at all. */
export function inVain(flight: Flight, now: number): GatewayError {
  const late = new GatewayError("UPSTREAM_TIMEOUT", "The platform did not answer within the deadline of the request.");
  if (now - flight.facts.sentAt >= overdueMs) flight.failing ??= late;
  return flight.failing ?? late;
}
