import type { GatewayError } from "../errors.js";
import type { Call } from "./call.js";
import type { Stored } from "./merging/merging.js";

/** What one GraphQL request has learnt from calls made for it: such an answer is not lost to it, such a failure not repeated. */
export class RequestMemory {
  readonly #answers = new Map<string, Stored[]>();
  readonly #failures = new Map<string, { call: Call; error: GatewayError }[]>();

  learn(family: string, answer: Stored): void {
    const known = this.answers(family);
    if (!known.includes(answer)) this.#answers.set(family, [answer, ...known]);
  }

  learnFailure(family: string, call: Call, error: GatewayError): void {
    this.#failures.set(family, [...this.failures(family), { call, error }]);
  }

  /** Newest first. */
  answers(family: string): readonly Stored[] {
    return this.#answers.get(family) ?? [];
  }

  failures(family: string): readonly { call: Call; error: GatewayError }[] {
    return this.#failures.get(family) ?? [];
  }
}
