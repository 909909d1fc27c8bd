import DataLoader from "dataloader";
import type { GatewayError } from "../errors.js";
import type { AskOutcome, AskTerms } from "../upstream/coalescing/ask.js";
import type { Admit, Coalescer } from "../upstream/coalescing/coalescer.js";
import { type Scope, scopeOf } from "../upstream/planning/scope.js";
import { type Answered, type Question, questionKey } from "../upstream/question.js";

/** Answers that come within this time of each other are delivered together; ms. */
const graceMs = 1_000;
/** And with little time left within this part of it. */
const graceShare = 0.1;

/** A question that this request has asked. */
interface Asked {
  readonly question: Question;
  readonly outcome: Promise<AskOutcome>;
}

/**
 * The questions of one GraphQL request. What is asked in the same tick is decided together; what an earlier question contains is
 * answered by it. Answers that come soon after each other are delivered in the same tick, so that what is asked because of them is
 * decided together again.
 */
export class RequestQuestions {
  readonly #asked = new Map<Scope, Asked[]>();
  readonly #loader: DataLoader<Question, Delivered<AskOutcome>, string>;

  /** `monotonic` in ms. */
  constructor(
    private readonly coalescer: Pick<Coalescer, "ask">,
    private readonly terms: AskTerms,
    private readonly monotonic: () => number,
    private readonly admit: Admit,
  ) {
    this.#loader = new DataLoader(async (questions) => this.#begin(questions).outcomes, { cacheKeyFn: questionKey });
  }

  /** Asks what resolvers will ask, before they do. Resolves with the error that refuses its calls, or with null. */
  async prefetch(questions: readonly Question[]): Promise<GatewayError | null> {
    const parts = questions.flatMap((question) => scopeOf(question).api.split(question));
    const { outcomes, refusal } = this.#begin(parts);
    for (const [index, part] of parts.entries()) this.#remember(part, outcomes[index]!.delivered);
    return refusal;
  }

  /** Rejects with a GatewayError. A window longer than a day is asked day by day. */
  async ask<Q extends Question>(question: Q): Promise<Answered<Q>> {
    const { api } = scopeOf(question);
    const parts = api.split(question);
    const answers = await Promise.all(parts.map((part) => this.#answer(part)));
    if (answers.length === 1) return answers[0] as Answered<Q>;
    const reply = api.joined(
      question,
      answers.map((answer) => answer.reply),
    );
    return { reply, stale: answers.some(({ stale }) => stale) } as Answered<Q>;
  }

  async #answer(question: Question): Promise<Answered<Question>> {
    const { api } = scopeOf(question);
    const { answered, failed } = await this.#outcome(question);
    const exact = answered.find(
      (part) => part.question === question || (api.ids(question) !== null && api.contains(part.question, question)),
    );
    if (exact) return exact;
    const touching = <P extends { question: Question }>(parts: readonly P[]) =>
      parts.filter((part) => api.overlaps(part.question, question));
    const [failure] = touching(failed);
    if (failure) throw failure.error;
    const parts = touching(answered);
    const reply = api.combined(question, parts);
    return { reply, stale: parts.some(({ stale }) => stale) } as Answered<Question>;
  }

  /** Of an earlier question that contains this one, or of a new one. */
  async #outcome(question: Question): Promise<AskOutcome> {
    const scope = scopeOf(question);
    const containing = this.#asked.get(scope)?.filter((asked) => contains(scope, asked.question, question)) ?? [];
    // Its own outcome before that of a wider question, which may have failed for itself alone.
    const known = containing.find((asked) => contains(scope, question, asked.question)) ?? containing[0];
    if (known) return known.outcome;
    const outcome = this.#loader.load(question).then(({ delivered }) => delivered);
    this.#remember(question, outcome);
    return outcome;
  }

  #remember(question: Question, outcome: Promise<AskOutcome>): void {
    const scope = scopeOf(question);
    const asked = this.#asked.get(scope);
    if (asked) asked.push({ question, outcome });
    else this.#asked.set(scope, [{ question, outcome }]);
  }

  #begin(questions: readonly Question[]): { outcomes: Delivered<AskOutcome>[]; refusal: Promise<GatewayError | null> } {
    const { outcomes, refusal } = this.coalescer.ask(questions, this.terms, this.admit);
    const waitMs = Math.min(graceMs, graceShare * (this.terms.deadline - this.monotonic()));
    return { outcomes: deliveredTogether(outcomes, waitMs), refusal };
  }
}

/** A stricter question answers a looser one: what names are good enough for, figures are too. */
const contains = ({ api }: Scope, whole: Question, part: Question): boolean =>
  (whole.freshForMs ?? 0) <= (part.freshForMs ?? 0) && api.contains(whole, part);

/** Wrapped, so that a list of them can be handed on before they are there. */
export interface Delivered<T> {
  delivered: Promise<T>;
}

/**
 * Delivers results together, so that what is asked because of them is asked together: all when the last is there, and those that
 * are there when the first has waited for `graceMs`. A slow result keeps the others no longer than that. Results must not reject.
 */
export function deliveredTogether<T>(results: readonly Promise<T>[], graceMs: number): Delivered<T>[] {
  const there: (() => void)[] = [];
  let left = results.length;
  let grace: NodeJS.Timeout | undefined;
  const deliver = () => {
    clearTimeout(grace);
    grace = undefined;
    for (const each of there.splice(0)) each();
  };
  return results.map((result) => ({
    delivered: new Promise<T>((resolve) => {
      void result.then((value) => {
        there.push(() => resolve(value));
        left--;
        if (left === 0) deliver();
        else grace ??= setTimeout(deliver, graceMs);
      });
    }),
  }));
}
