import type { CallByApi } from "../call.js";
import type { ApiName, Question, ReplyByApi } from "../question.js";

export type QuestionOf<A extends ApiName> = Extract<Question, { api: A }>;

/** An answer: a call that came back, and what it brought. Immutable. */
export interface Stored<A extends ApiName = ApiName> {
  call: CallByApi[A];
  reply: ReplyByApi[A];
  bytes: number;
}

/** What kind of figure it is decides how long it is fresh. */
export type FreshnessKind = "segments" | "keyMetrics" | "current" | "intervals" | "closedIntervals";

/** Whether a stored answer may still be used for figures of this kind; "pending": for what it says is not computed yet. */
export type Usable = (stored: Stored, kind: FreshnessKind | "pending") => boolean;

/** Sizes seen in earlier answers of a family, by names that the merging of an API chooses for itself. */
export type Sizes = (name: string) => number | undefined;

export interface Merged<A extends ApiName> {
  call: CallByApi[A];
  /** Exchanges the call is expected to need: its pages, one where their number is not known. */
  exchanges: number;
  /** True when the number of pages is not known: it needs at least `exchanges`. */
  open?: boolean;
}

/** What may share a call with what: the rules of one API, all pure. */
export interface Merging<A extends ApiName> {
  /** Questions of different families never share a call or an answer. */
  family(question: QuestionOf<A>): string;
  /** Questions of one family, apart where they could share no call with the others whatever else is asked. */
  regions(questions: readonly QuestionOf<A>[]): QuestionOf<A>[][];
  /** The cheapest single call that answers every one of these questions of one family; null when no call may. */
  merge(questions: readonly QuestionOf<A>[], sizes: Sizes): Merged<A> | null;
  /** Whether the answer of this call, once there, will answer the question whole. Both of one family. */
  covers(call: CallByApi[A], question: QuestionOf<A>): boolean;
  /** The reply from what is stored, newest first; or the part of the question that is missing. */
  lookUp(stored: readonly Stored<A>[], question: QuestionOf<A>, usable: Usable): { reply: ReplyByApi[A] } | { missing: QuestionOf<A> };
  /** Questions that are equal in this text differ in ids only: they may share a call, and whatever one may share all may. */
  signature(question: QuestionOf<A>): string;
  /** The sizes that an answer shows, under the names that `merge` looks up. */
  sizes(stored: Stored<A>): Iterable<readonly [name: string, size: number]>;
}
