import type { GatewayError } from "../../errors.js";
import type { AnswerRecord } from "../apis/descriptor.js";
import type { Call } from "../call.js";
import type { Scope } from "../planning/scope.js";

export interface Failure {
  readonly call: Call;
  readonly error: GatewayError;
  /** False: a try has failed, and another was or will be made. */
  readonly final: boolean;
}

/** What one GraphQL request has learnt from calls made for it: such an answer is not lost to it, such a failure not repeated. */
export class RequestMemory {
  readonly #answers = new Map<Scope, AnswerRecord[]>();
  readonly #failures = new Map<Scope, Failure[]>();

  learn(scope: Scope, record: AnswerRecord): void {
    const known = this.answers(scope);
    if (!known.includes(record)) this.#answers.set(scope, [record, ...known]);
  }

  learnFailure(scope: Scope, failure: Failure): void {
    const known = this.failures(scope);
    this.#failures.set(scope, failure.final ? [failure, ...known] : [...known, failure]);
  }

  /** Newest first. */
  answers(scope: Scope): readonly AnswerRecord[] {
    return this.#answers.get(scope) ?? [];
  }

  /** Final ones first. */
  failures(scope: Scope): readonly Failure[] {
    return this.#failures.get(scope) ?? [];
  }
}
