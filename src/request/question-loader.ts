import DataLoader from "dataloader";
import type { GatewayError } from "../errors.js";
import { cutAtDays, dayMs, joined } from "../time.js";
import type { Coalescer } from "../upstream/coalescing/coalescer.js";
import type { AskTerms } from "../upstream/coalescing/waiter.js";
import {
  type Answered,
  type IntervalMetricsQuestion,
  type IntervalMetricsReply,
  type Question,
  questionKey,
} from "../upstream/question.js";
import { type Told, toldTogether } from "./told-together.js";

type Refused = (questions: readonly Question[]) => Promise<ReadonlyMap<Question, GatewayError>>;

type Settled = Answered<Question> | Error;

/** Answers that come within this time of each other are told together; ms. */
const graceMs = 1_000;
/** And with little time left within this part of it. */
const graceShare = 0.1;

/**
 * The questions of one GraphQL request: what is asked in the same tick is planned together, equal questions are one. Answers that
 * came soon after each other are told in the same tick, so that what is asked because of them is planned together again.
 */
export class QuestionLoader {
  readonly #loader: DataLoader<Question, Told<Settled>, string>;
  readonly #outlined = new Set<string>();

  /** `refused`: the questions, of those that were not asked before execution, that may not be asked, with the error. */
  constructor(coalescer: Pick<Coalescer, "ask">, terms: AskTerms, now: () => number, refused: Refused = async () => new Map()) {
    const batch = async (questions: readonly Question[]): Promise<Told<Settled>[]> => {
      const later = questions.filter((question) => !this.#outlined.has(questionKey(question)));
      const refusals = later.length > 0 ? await refused(later) : new Map<Question, GatewayError>();
      const admitted = questions.filter((question) => !refusals.has(question));
      const answers = coalescer.ask(admitted, terms).map((answer) => answer.catch((error: Error) => error));
      const byQuestion = new Map<Question, Promise<Settled>>(admitted.map((question, index) => [question, answers[index]!]));
      for (const [question, error] of refusals) byQuestion.set(question, Promise.resolve(error));
      const settled = questions.map((question) => byQuestion.get(question)!);
      return toldTogether(settled, Math.min(graceMs, graceShare * (terms.deadline - now())));
    };
    this.#loader = new DataLoader(batch, { cacheKeyFn: questionKey });
  }

  /** Rejects with a GatewayError. An interval question may span up to 14 days: longer than a day it is asked day by day. */
  async ask<Q extends Question>(question: Q): Promise<Answered<Q>> {
    const parts = cut(question);
    const answers = (await Promise.all(parts.map((part) => this.#answer(part)))) as Answered<Q>[];
    return answers.length === 1
      ? answers[0]!
      : (glued(question as IntervalMetricsQuestion, answers as Answered<IntervalMetricsQuestion>[]) as Answered<Q>);
  }

  /**
   * Asks what resolvers will ask, before they do. Row questions are asked id by id, so that ids known already cost nothing;
   * the plan puts the others into one call again. A failure is told to the resolver that asks for the same.
   */
  prefetch(questions: readonly Question[]): void {
    for (const part of questions.flatMap(cut).flatMap(singles)) {
      this.#outlined.add(questionKey(part));
      this.#loader.load(part).catch(() => "told to the resolver that asks");
    }
  }

  async #answer(question: Question): Promise<Answered<Question>> {
    const settled = await (await this.#loader.load(question)).told;
    if (settled instanceof Error) throw settled;
    return settled;
  }
}

/** Windows over a day are cut at UTC midnights: a closed day's answer lives long and serves every window around it. */
export function cut(question: Question): Question[] {
  if (question.api !== "interval-metrics" || question.window.to - question.window.from <= dayMs) return [question];
  return cutAtDays(question.window).map((window) => ({ ...question, window }));
}

/** The question once for each id that it names, where rows are asked for. */
export function singles(question: Question): Question[] {
  switch (question.api) {
    case "agent-segments":
      return question.of === "total" || question.agents === "all"
        ? [question]
        : question.agents.map((id) => ({ ...question, agents: [id] }));
    case "skill-segments":
      return question.of === "total" || question.skills === "all"
        ? [question]
        : question.skills.map((id) => ({ ...question, skills: [id] }));
    case "key-metrics":
      return question.of !== "total" && Array.isArray(question.keys)
        ? question.keys.map((id) => ({ ...question, keys: [id] }))
        : [question];
    case "interval-metrics":
      return [question];
  }
}

function glued(
  question: IntervalMetricsQuestion,
  answers: readonly Answered<IntervalMetricsQuestion>[],
): Answered<IntervalMetricsQuestion> {
  const replies = answers.map(({ reply }) => reply);
  const reply: IntervalMetricsReply = {
    asOf: Math.min(...replies.map(({ asOf }) => asOf)),
    newestAskedAt: Math.max(...replies.map(({ newestAskedAt }) => newestAskedAt)),
    window: question.window,
    rows: replies.flatMap(({ rows }) => rows),
    bySlot: new Map(replies.flatMap(({ bySlot }) => [...bySlot])),
    pending: joined(replies.flatMap(({ pending }) => pending)),
  };
  return { reply, stale: answers.some(({ stale }) => stale) };
}
