import { GatewayError } from "../../errors.js";
import { costOf, type Planned } from "../planning/plan.js";
import { refuseMoreThan } from "../planning/preview.js";
import type { Question } from "../question.js";

/** The exchanges that one request may cause, spent stage by stage: what a stage is certain to need is judged before it begins. */
export class Allowance {
  #spent = 0;

  constructor(
    private readonly most: number,
    /** The calls that questions make necessary now, after those `spent` already; may refuse with PLAN_TOO_LARGE before it has planned. */
    private readonly callsFor: (questions: readonly Question[], spent: number) => Promise<Planned[]>,
    /** Pages that have really been asked for: an answer can have more of them than anybody knew. */
    private readonly sent: () => number,
  ) {}

  /** The calls of a stage that begins. Rejects with PLAN_TOO_LARGE when they are too many. */
  async begin(questions: readonly Question[]): Promise<Planned[]> {
    this.#spent = Math.max(this.#spent, this.sent());
    const calls = await this.callsFor(questions, this.#spent);
    refuseMoreThan(this.most, calls, this.#spent);
    this.#spent += costOf(calls);
    return calls;
  }

  /** The questions of a later stage that may not be asked, with the error; none that costs nothing is among them. */
  async refused(questions: readonly Question[]): Promise<ReadonlyMap<Question, GatewayError>> {
    try {
      await this.begin(questions);
      return new Map();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const calls = await Promise.all(questions.map((question) => this.callsFor([question], 0)));
      return new Map(questions.filter((_, index) => calls[index]!.length > 0).map((question) => [question, error]));
    }
  }
}
