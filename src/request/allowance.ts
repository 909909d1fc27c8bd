import { GatewayError } from "../errors.js";
import { apiOf } from "../upstream/apis/registry.js";
import type { Question } from "../upstream/question.js";

/** The exchanges that one request may cause, by MAX_UPSTREAM_CALLS. What a stage is certain to need is judged before it begins. */
export class Allowance {
  #spent = 0;

  constructor(private readonly most: number) {}

  /** How many exchanges are left. */
  get left(): number {
    return Math.max(0, this.most - this.#spent);
  }

  /** Spends what a stage needs; PLAN_TOO_LARGE when that is too much. */
  begin(exchanges: number, questions: readonly Question[]): GatewayError | null {
    if (exchanges > this.left) return this.#tooLarge(exchanges, questions);
    this.#spent += exchanges;
    return null;
  }

  /** Spends what turned out to be needed besides, for pages that were not known or in search of a refused id. */
  more(exchanges: number): GatewayError | null {
    if (exchanges > this.left) {
      const message = `This operation needs ${exchanges} more calls to the platform after ${this.#spent}, because an answer has more pages than was known; one request may cause at most ${this.most}. Ask for a shorter window or for fewer rows.`;
      return new GatewayError("PLAN_TOO_LARGE", message);
    }
    this.#spent += exchanges;
    return null;
  }

  #tooLarge(exchanges: number, questions: readonly Question[]): GatewayError {
    const apis = [...new Set(questions.map(({ api }) => apiOf(api).metricsApi))].join(", ");
    const what = this.#spent > 0 ? `After ${this.#spent} calls, the next stage of this operation` : "This operation";
    return new GatewayError(
      "PLAN_TOO_LARGE",
      `${what} needs ${exchanges} calls to the platform (${apis}); one request may cause at most ${this.most}. Ask for fewer ids with fields that cost a call each (Agent.keyMetrics, Agent.current, AgentGroup.segments), for fewer different windows, or for a shorter interval window.`,
    );
  }
}
