import type { GatewayError } from "../../errors.js";
import type { Moment } from "../answers.js";
import type { AnswerRecord } from "../apis/descriptor.js";
import type { Call } from "../call.js";
import type { Scope } from "../plan.js";
import type { Question } from "../question.js";
import type { CallFacts } from "./ask.js";
import type { KnownCall } from "./decide.js";
import type { Waiter } from "./delivery.js";
import type { CallState } from "./life-of-a-call.js";

/** Calls of other processes have negative numbers here, so that none has the number of an own call. */
let calls = 0;

/** A call that another process makes. Questions of this process join it as any other. Its registry writes what its process tells of it. */
export class CallElsewhere implements KnownCall {
  state: CallState = "queued";
  failing: GatewayError | null = null;
  sentAt: Moment | null = null;
  /** It may not change for those who join it here. */
  readonly planned = null;
  /** No request of this process. */
  readonly causedBy = null;
  readonly facts: CallFacts;
  readonly plan: { readonly scope: Scope };
  readonly #waiters = new Set<Waiter>();

  constructor(
    /** Names the call among all processes. */
    readonly id: string,
    scope: Scope,
    readonly call: Call,
  ) {
    this.plan = { scope };
    this.facts = { id: --calls, exchanges: 0, retries: 0, pages: 0, sentAt: 0 };
  }

  sent(at: Moment): void {
    this.state = "sent";
    this.failing = null;
    this.sentAt = at;
    this.facts.sentAt = at.monotonic;
  }

  /** As in CallInFlight. */
  missedDeadline(error: GatewayError): void {
    if (this.state === "overdue") this.failing ??= error;
  }

  get wanted(): readonly Question[] {
    return [...this.#waiters].map(({ wanted }) => wanted);
  }

  get waiters(): ReadonlySet<Waiter> {
    return this.#waiters;
  }

  join(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  leave(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }
}

/** The right to make a call that other processes join. Its holder tells them what happens. */
export interface Claim {
  /** It has left, perhaps for more than was claimed. */
  sent(call: Call, at: Moment): void;
  /** A try has failed; the next is made at `nextTryAt`, monotonic ms. */
  failing(error: GatewayError, nextTryAt: number): void;
  overdue(): void;
  /** It is over: with an answer, with an error that concerns all who wait for it, or so that the others decide anew. To be called once. */
  ended(end: { readonly record: AnswerRecord } | { readonly error: GatewayError } | null): void;
}

/** What happens to a call elsewhere. It is not among those known any more when it has landed or ended. */
export interface ElsewhereListener {
  /** The calls known in the scope are others than before. */
  changed(scope: Scope): void;
  failing(call: CallElsewhere, error: GatewayError, nextTryAt: number): void;
  overdue(call: CallElsewhere): void;
  landed(call: CallElsewhere, record: AnswerRecord): void;
  /** Without an answer: with an error for all who wait, or so that they decide anew. */
  ended(call: CallElsewhere, error: GatewayError | null): void;
}

/** The calls of all processes that share answers. */
export interface CallRegistry {
  /** Those that other processes make in the scope, as far as is known. */
  known(scope: Scope): readonly CallElsewhere[];
  /**
   * Claims the right to make the call. Null when an answer or a call in its scope is new to this process: it is known from now on, and what
   * happens to the questions has to be decided anew. `isFixed`: the call is made in any case.
   */
  claim(scope: Scope, call: Call, isFixed: boolean): Promise<Claim | null>;
  onEvent(listener: ElsewhereListener): void;
}
