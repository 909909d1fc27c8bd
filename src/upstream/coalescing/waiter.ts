import type { ErrorCode, GatewayError } from "../../errors.js";
import type { Stored, Usable } from "../apis/merging.js";
import type { Charge } from "../budget/caller-budget.js";
import type { Priority } from "../budget/permit.js";
import type { Answered, Question } from "../question.js";
import type { RequestMemory } from "./memory.js";

export type Outcome = "SENT" | "JOINED" | "CACHED" | "STALE" | "FAILED";

/** A call that was made, as far as it is over: the numbers grow until then. */
export interface CallFacts {
  id: number;
  /** HTTP exchanges: pages and retries. */
  exchanges: number;
  /** Exchanges that repeated one that had failed. */
  retries: number;
  pages: number;
  sentAt: number;
}

/** How one question was answered, for explain, logs and freshness. */
export interface Sighting {
  question: Question;
  family: string;
  outcome: Outcome;
  /** The call that answered it, or failed to; null for what came from the cache. */
  call: CallFacts | null;
  /** True when the call was made for this asker; others joined it. */
  own: boolean;
  rows: number;
  queuedMs: number;
  ms: number;
  /** When the platform was asked; null when there is no answer. */
  asOf: number | null;
  /** True when nothing in the answer can change any more. */
  settled: boolean;
  /** Why a stored answer stood in for a new one; null when it did not have to. */
  failure: ErrorCode | null;
}

/** On whose behalf, until when, and how urgently questions are asked. */
export interface AskTerms {
  /** Epoch ms at which the request began: freshness is judged by it. */
  since: number;
  /** Epoch ms. */
  deadline: number;
  priority: Priority;
  memory: RequestMemory;
  /** Bears a call that has to be made, or says why it may not be; absent: nobody counts. What is answered without one is free. */
  charge?(exchanges: number): Charge | GatewayError;
  saw(sighting: Sighting): void;
}

/** A question that was asked, and its asker. */
export interface Asked {
  readonly question: Question;
  readonly family: string;
  readonly terms: AskTerms;
  readonly askedAt: number;
  answer(answered: Answered<Question>): void;
  fail(error: GatewayError): void;
}

/** An asked question that no stored answer settles. */
export interface Waiter extends Asked {
  /** The part of the question that stored answers leave open. */
  readonly wanted: Question;
  /** What was stored when it was asked, newest first, and what of that may fill the part that is not wanted. */
  readonly known: readonly Stored[];
  readonly usable: Usable;
  /** True: asked again by itself, because a call shared with others was refused. */
  readonly alone: boolean;
  /** Stops the timer of the deadline. */
  disarm(): void;
}
