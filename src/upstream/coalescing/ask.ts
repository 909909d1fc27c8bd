import type { ErrorCode, GatewayError } from "../../errors.js";
import type { TraceContext } from "../../telemetry/tracer.js";
import type { Moment } from "../answers.js";
import type { AnswerRecord } from "../apis/descriptor.js";
import type { Charge } from "../budget/caller-budget.js";
import type { Priority } from "../budget/permit.js";
import type { Call } from "../call.js";
import type { Scope } from "../plan.js";
import type { ApiName, Question, ReplyByApi } from "../question.js";

export type Outcome = "SENT" | "JOINED" | "CACHED" | "STALE" | "FAILED";

/** A call that was made, as far as it is over: the numbers grow until then. */
export interface CallFacts {
  readonly id: number;
  /** HTTP exchanges: pages and retries. */
  exchanges: number;
  /** Exchanges that repeated one that had failed. */
  retries: number;
  pages: number;
  /** When it left the queue, monotonic ms. */
  sentAt: number;
}

/** One answer that an answer to a client was made from, and until when that holds. */
export interface Dependency {
  readonly scope: string;
  readonly slot: string;
  /** Epoch ms at which the platform was asked: a newer answer in the slot has a later one. */
  readonly version: number;
  /** Epoch ms at which its figures stop being fresh, by the clock that comes to it first. */
  readonly freshUntil: number;
  /** Epoch ms until which they may be given all the same, marked stale, while newer ones are asked for. */
  readonly staleUntil: number;
}

/** How one question, or a part of it, was answered: for explain, logs and freshness. */
export interface AnswerUse {
  readonly question: Question;
  readonly outcome: Outcome;
  /** The call that answered it, or failed to; null for what came from the cache. */
  readonly call: CallFacts | null;
  /** True when the call was made for this request; others joined it. */
  readonly own: boolean;
  readonly rows: number;
  readonly queuedMs: number;
  readonly ms: number;
  /** Epoch ms at which the platform was asked; null when there is no answer. */
  readonly asOf: number | null;
  readonly dependencies: readonly Dependency[];
  /** Why a stored answer stood in for a new one; null when it did not have to. */
  readonly failure: ErrorCode | null;
}

/** On whose behalf, until when, and how urgently questions are asked. */
export interface AskTerms {
  /** When the request began: freshness is judged by it. */
  readonly begun: Moment;
  /** Monotonic ms. */
  readonly deadline: number;
  readonly priority: Priority;
  /** Stored answers are taken at once, as old as stale-if-error allows, and refreshed behind that. Not for refreshes and ticks. */
  readonly takesStored?: boolean;
  /** Names the caller. */
  readonly caller: string;
  /** The caller's own token, for accounts that are read with it. */
  readonly bearer?: string;
  /** Where the request stands in its trace; left out: it is not traced. */
  readonly trace?: TraceContext;
  readonly memory: RequestMemory;
  /** Aborts when nobody waits for the request any more. */
  readonly signal?: {
    addEventListener(type: "abort", listener: () => void, options: { once: true }): void;
    removeEventListener(type: "abort", listener: () => void): void;
  };
  /**
   * Charges a call that has to be made, or returns why it may not be made. Answers without a call are free. `isPlanned`: the decision that was
   * admitted has counted it.
   */
  charge(exchanges: number, isPlanned: boolean): Charge | GatewayError;
  /** Exchanges that the request may still cause: a decision that needs more is not planned to its end. */
  most(): number;
  saw(use: AnswerUse): void;
}

/** A part of a question, and what answers it. `stale`: older than its time to live. */
export interface AnsweredPart {
  readonly question: Question;
  readonly reply: ReplyByApi[ApiName];
  readonly stale: boolean;
}

export interface FailedPart {
  readonly question: Question;
  readonly error: GatewayError;
}

/** How a question ended: each part of it is answered or has failed. */
export interface AskOutcome {
  readonly answered: readonly AnsweredPart[];
  readonly failed: readonly FailedPart[];
}

export interface Failure {
  readonly call: Call;
  readonly error: GatewayError;
  /** False: a try has failed, and another was or will be made. */
  readonly final: boolean;
}

/**
 * What one GraphQL request has learnt from calls made for it: such an answer is not lost to it, such a failure not repeated. By scope;
 * answers newest first, final failures first. Written by the delivery alone.
 */
export interface RequestMemory {
  readonly answers: Map<Scope, readonly AnswerRecord[]>;
  readonly failures: Map<Scope, readonly Failure[]>;
}
