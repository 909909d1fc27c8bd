import type { Call } from "../../../../src/upstream/call.js";
import type { Question } from "../../../../src/upstream/question.js";

/** What the sequence oracle knows of one API. It asks the planner nothing. */
export interface ApiOracle<Q extends Question, C extends Call> {
  /** Questions of different scopes share no call. */
  scope(question: Q): string;
  /** The parts of a question that different answers may serve; the question itself where one answer must serve it whole. */
  parts(question: Q, among: readonly Q[]): Q[];
  /** Every call that could be of use to these questions, but for those that answer no more than another at the same cost. */
  calls(questions: readonly Q[]): C[];
  /** Whether the call's answer holds what the question asks, decided on the tables of events of the batch oracle. */
  answers(call: C, question: Q): boolean;
  /** The call over all ids of the scope that answers these questions too; null when there is none. */
  forAll(call: C, questions: readonly Q[]): C | null;
  /** The name of what decides the size of such a call over all ids. */
  sizeName(call: C): string;
  /** How many ids the questions name; infinite when one asks for all. */
  idsNamed(questions: readonly Q[]): number;
  /** How long what the question asks is fresh, in ms, in an answer asked for at `asOf` (epoch ms). */
  ttlMs(question: Q, asOf: number): number;
}
