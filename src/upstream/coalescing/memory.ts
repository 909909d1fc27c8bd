import type { GatewayError } from "../../errors.js";
import type { Stored } from "../apis/merging.js";
import type { Call } from "../call.js";

export interface Failure {
  call: Call;
  error: GatewayError;
  /** False: a try has failed, and another was or will be made. */
  final: boolean;
}

/** What one GraphQL request has learnt from calls made for it: such an answer is not lost to it, such a failure not repeated. */
export class RequestMemory {
  readonly #answers = new Map<string, Stored[]>();
  readonly #failures = new Map<string, Failure[]>();

  learn(family: string, answer: Stored): void {
    const known = this.answers(family);
    if (!known.includes(answer)) this.#answers.set(family, [answer, ...known]);
  }

  learnFailure(family: string, failure: Failure): void {
    const known = this.failures(family);
    this.#failures.set(family, failure.final ? [failure, ...known] : [...known, failure]);
  }

  /** Newest first. */
  answers(family: string): readonly Stored[] {
    return this.#answers.get(family) ?? [];
  }

  /** Final ones first. */
  failures(family: string): readonly Failure[] {
    return this.#failures.get(family) ?? [];
  }
}
