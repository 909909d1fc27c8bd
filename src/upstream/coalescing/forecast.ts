import type { Answers } from "../answers/answers.js";
import { type Freshness, tolerating } from "../answers/freshness.js";
import { atLeast, costOf, familyOf, mergingOf, type Planned, plan } from "../planning/plan.js";
import { refuseAbove } from "../planning/preview.js";
import type { SizesSeen } from "../planning/sizes-seen.js";
import type { Question } from "../question.js";

export interface ForecastOptions {
  answers: Pick<Answers, "list">;
  freshness: (account: string) => Freshness;
  sizes: SizesSeen;
  /** Whether a call waits or is in flight that will answer the question. */
  expects: (question: Question) => boolean;
}

/** Tells what questions would cost now, and asks nothing: what is stored, waits or is in flight costs nothing more. */
export class Forecast {
  constructor(private readonly options: ForecastOptions) {}

  /**
   * The calls that the questions of a request that began at `since` make necessary. Rejects with PLAN_TOO_LARGE, without planning,
   * where they are certain to be more than `most` with those `spent`.
   */
  async plan(questions: readonly Question[], since: number, most = Number.POSITIVE_INFINITY, spent = 0): Promise<Planned[]> {
    const needed = await this.#needed(questions, since);
    refuseAbove(most, atLeast(needed), needed, spent);
    return plan(needed, this.options.sizes.known);
  }

  /** How many exchanges they are expected to need; where nothing like them was seen, by a guess. */
  async expectedCost(questions: readonly Question[], since: number): Promise<number> {
    return costOf(plan(await this.#needed(questions, since), this.options.sizes.guessed));
  }

  async #needed(questions: readonly Question[], since: number): Promise<Question[]> {
    const needed = questions.map(async (question) => {
      const family = familyOf(question);
      const usable = tolerating("revalidating", this.options.freshness(question.account), question, since);
      const found = mergingOf(question.api).lookUp(await this.options.answers.list(family), question, usable);
      return "reply" in found || this.options.expects(found.missing) ? [] : [found.missing];
    });
    return (await Promise.all(needed)).flat();
  }
}
