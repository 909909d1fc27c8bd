import type { Truth } from "../../../src/simulator/simulator.js";

type Method = "agentSegments" | "agentSegmentsByInterval" | "skillSegments" | "keyMetrics" | "intervalMetrics";

/** What the platform would answer for one account. Each query is computed once. */
export class RememberedTruth {
  readonly #answers = new Map<string, unknown>();

  constructor(private readonly truth: Truth) {}

  ask<M extends Method>(method: M, query: Parameters<Truth[M]>[0]): ReturnType<Truth[M]> {
    const key = JSON.stringify([method, query]);
    const answer = this.#answers.get(key) ?? (this.truth[method] as (query: unknown) => unknown).call(this.truth, query);
    this.#answers.set(key, answer);
    return answer as ReturnType<Truth[M]>;
  }
}
