import { GatewayError } from "../../errors.js";
import type { Charge } from "../budget/caller-budget.js";
import type { Call } from "../call.js";
import type { CallFacts, Waiter } from "./waiter.js";

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

/** A call that is under way for this long, and was waited for in vain, counts as failing. */
const vainAfterMs = 10_000;

/** What who waited until now is told, for a call in flight or for one that was not sent; later ones with something stale need not wait. */
export function inVain(flight: Flight | null, now: number): GatewayError {
  if (!flight) {
    const message = "The call budget left no turn within the deadline of the request.";
    return new GatewayError("BUDGET_EXHAUSTED", message, { retryAfterMs: 1_000 });
  }
  const late = new GatewayError("UPSTREAM_TIMEOUT", "The platform did not answer within the deadline of the request.");
  if (now - flight.facts.sentAt >= vainAfterMs) flight.failing ??= late;
  return flight.failing ?? late;
}
