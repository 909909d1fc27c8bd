import { GatewayError } from "../../errors.js";
import type { Question } from "../question.js";
import type { Waiter } from "./ask.js";

/**
 * The search for what the platform refuses in a call over several ids. The ids are halved, both halves side by side, until the refused
 * one stands alone. At most 2 log2 n + 4 calls with n ids, the first among them.
 */
export class Halving {
  #callsLeft: number;

  constructor(
    readonly error: GatewayError,
    ids: number,
  ) {
    this.#callsLeft = 2 * Math.ceil(Math.log2(ids)) + 3;
  }

  /** Takes so many calls, when they are left. */
  takes(calls: number): boolean {
    if (this.#callsLeft < calls) return false;
    this.#callsLeft -= calls;
    return true;
  }

  /** What is told of ids that are not resolved when the calls are used up: the next poll goes on from there. */
  unresolved(): GatewayError {
    const { code: _, ...facts } = this.error.extensions;
    const message = `${this.error.message} Which id is at fault was not found within the calls for it; ask again.`;
    return new GatewayError("UPSTREAM_REJECTED", message, { ...facts, retryable: true });
  }
}

/** Where a call stands in a search: the half of a call, with what its sibling showed. */
export interface HalvingStep {
  readonly search: Halving;
  readonly ids: readonly string[];
  /** Shared by the two halves of the whole call; null further down. */
  readonly pair: HalvingPair | null;
}

/** The two halves of the whole: when both are refused, the fault is no id. */
export interface HalvingPair {
  readonly refused: { readonly ids: readonly string[]; readonly waiters: readonly Waiter[] }[];
  ended: number;
}

export const halvesOf = (ids: readonly string[]): readonly [readonly string[], readonly string[]] => {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)];
};

/** The questions of the waiters, for ids that the argument's error is remembered by. */
export const wantedBy = (waiters: readonly Waiter[]): Question[] => waiters.map(({ wanted }) => wanted);
