import type { TurnTerms } from "./scheduler.js";
import type { Waiter } from "./waiter.js";

/** A call is due when the most pressed of its interactive askers needs it, and of use as long as anybody waits. */
export function termsOf(waiters: readonly Waiter[]): Required<TurnTerms> {
  const interactive = waiters.filter(({ terms }) => terms.priority === "interactive");
  const pressed = interactive.length > 0 ? interactive : waiters;
  return {
    deadline: Math.max(...waiters.map(({ terms }) => terms.deadline)),
    due: Math.min(...pressed.map(({ terms }) => terms.deadline)),
    priority: interactive.length > 0 ? "interactive" : "refresh",
  };
}

export const sameTerms = (a: TurnTerms, b: TurnTerms): boolean => a.deadline === b.deadline && a.due === b.due && a.priority === b.priority;
