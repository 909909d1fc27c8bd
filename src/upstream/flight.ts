import type { GatewayError } from "../errors.js";
import type { Call } from "./call.js";
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
