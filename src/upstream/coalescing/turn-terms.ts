import type { PermitTerms, Priority } from "../budget/permit.js";
import type { Waiter } from "./waiter.js";

const interactiveOf = (waiters: Iterable<Waiter>): Waiter[] => [...waiters].filter(({ terms }) => terms.priority === "interactive");

export const priorityOf = (waiters: Iterable<Waiter>): Priority => (interactiveOf(waiters).length > 0 ? "interactive" : "refresh");

/** Epoch ms until which somebody waits; 0 when nobody does. */
export const deadlineOf = (waiters: Iterable<Waiter>): number => Math.max(0, ...[...waiters].map(({ terms }) => terms.deadline));

/** A call is due when the most pressed of its interactive askers needs it, and of use as long as anybody waits. */
export function termsOf(waiters: readonly Waiter[]): Required<PermitTerms> {
  const interactive = interactiveOf(waiters);
  const pressed = interactive.length > 0 ? interactive : waiters;
  return {
    deadline: deadlineOf(waiters),
    due: Math.min(...pressed.map(({ terms }) => terms.deadline)),
    priority: priorityOf(waiters),
  };
}

export const sameTerms = (a: PermitTerms, b: PermitTerms): boolean =>
  a.deadline === b.deadline && a.due === b.due && a.priority === b.priority;
