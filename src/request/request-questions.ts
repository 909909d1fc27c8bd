import DataLoader from "dataloader";
import type { GatewayError } from "../errors.js";
import { type LaterStage, LaterStages, type Outline, type Speculation } from "../graphql/outline.js";
import type { AskOutcome, AskTerms } from "../upstream/coalescing/ask.js";
import type { Admit, Coalescer } from "../upstream/coalescing/coalescer.js";
import { type Scope, scopeOf } from "../upstream/plan.js";
import { type Answered, type AnswerTo, containsId, type Ids, type Question, questionKey } from "../upstream/question.js";

/** Answers that come within this time of each other are delivered together; ms. */
const graceMs = 1_000;
/** And with little time left within this part of it. */
const graceShare = 0.1;

/** A question that this request has asked. One writer: #remember. */
interface Asked {
  readonly question: Question;
  readonly outcome: Promise<AskOutcome>;
  /** The outcome when it is there. */
  ended: AskOutcome | null;
}

/**
 * The questions of one GraphQL request. What is asked in the same tick is decided together; what an earlier question contains is
 * answered by it, at once when its answer is there. Answers that come soon after each other are delivered in the same tick, so that what
 * is asked because of them is decided together again.
 */
export class RequestQuestions {
  readonly #asked = new Map<Scope, Map<string, Asked>>();
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
    for (const [index, part] of parts.entries()) this.#remember(part, outcomes[index]!);
    const refused = await refusal;
    // What is stored is delivered in this turn of the event loop: resolvers find it there.
    if (outcomes.some(({ ended }) => ended === null)) await new Promise((resolve) => process.nextTick(resolve));
    return refused;
  }

  /** A window longer than a day is asked day by day. */
  ask<Q extends Question>(question: Q): AnswerTo<Q> | Promise<AnswerTo<Q>> {
    const { api } = scopeOf(question);
    const parts = api.split(question);
    const asked = parts.map((part) => this.#askedFor(part));
    const answer = (): AnswerTo => {
      const answers = parts.map((part, index) => new PartedAnswer(part, asked[index]!.ended!));
      return answers.length === 1 ? answers[0]! : new JoinedAnswer(question, answers);
    };
    if (asked.every(({ ended }) => ended !== null)) return answer() as AnswerTo<Q>;
    return Promise.all(asked.map(({ outcome }) => outcome)).then(answer) as Promise<AnswerTo<Q>>;
  }

  /** An earlier question that contains this one, or this one, asked now. */
  #askedFor(question: Question): Asked {
    const scope = scopeOf(question);
    const asked = this.#asked.get(scope);
    // Its own outcome before that of a wider question, which may have failed for itself alone.
    const equal = asked?.get(questionKey(question));
    if (equal) return equal;
    const containing = [...(asked?.values() ?? [])].filter((each) => contains(scope, each.question, question));
    const known = containing.find((each) => contains(scope, question, each.question)) ?? containing[0];
    if (known) return known;
    const delivered = this.#loader.load(question).then((outcome) => outcome.delivered);
    return this.#remember(question, { delivered, ended: null });
  }

  #remember(question: Question, { delivered, ended }: Delivered<AskOutcome>): Asked {
    const scope = scopeOf(question);
    const end = (outcome: AskOutcome) => {
      asked.ended = outcome;
      return outcome;
    };
    const asked: Asked = { question, outcome: ended === null ? delivered.then(end) : delivered, ended };
    const known = this.#asked.get(scope) ?? new Map<string, Asked>();
    this.#asked.set(scope, known.set(questionKey(question), asked));
    return asked;
  }

  #begin(questions: readonly Question[]): { outcomes: Delivered<AskOutcome>[]; refusal: Promise<GatewayError | null> } {
    const { asks, refusal } = this.coalescer.ask(questions, this.terms, this.admit);
    if (asks.every(({ ended }) => ended !== null))
      return { outcomes: asks.map(({ outcome, ended }) => ({ delivered: outcome, ended })), refusal };
    const waitMs = Math.min(graceMs, graceShare * (this.terms.deadline - this.monotonic()));
    const delivered = deliveredTogether(
      asks.map(({ outcome }) => outcome),
      waitMs,
    );
    return { outcomes: delivered.map((outcome) => ({ delivered: outcome, ended: null })), refusal };
  }
}

/** The answer to a question out of its outcome: that of the question, or of one that contains it. */
class PartedAnswer<Q extends Question> implements AnswerTo<Q> {
  #whole: Answered<Q> | undefined;
  #byId: Map<string, AskOutcome["answered"][number]> | undefined;
  #ids: Ids | null | undefined;

  constructor(
    readonly question: Q,
    private readonly outcome: AskOutcome,
  ) {}

  whole(): Answered<Q> {
    this.#whole ??= this.#exact() ?? this.#combined(this.question);
    return this.#whole;
  }

  of(id: string): Answered<Q> | null {
    const { api } = scopeOf(this.question);
    if (this.#ids === undefined) this.#ids = api.ids(this.question);
    if (this.#ids !== null && !containsId(this.#ids, id)) return null;
    this.#whole ??= this.#exact();
    if (this.#whole) return this.#whole;
    this.#byId ??= new Map(this.outcome.answered.flatMap((part) => idsOf(part).map((each) => [each, part] as const)));
    return (this.#byId.get(id) as Answered<Q> | undefined) ?? this.#combined(api.withIds(this.question, [id]) as Q);
  }

  /** One part that holds all of the question. */
  #exact(): Answered<Q> | undefined {
    const { api } = scopeOf(this.question);
    const exact = this.outcome.answered.find(
      (part) => part.question === this.question || (api.ids(this.question) !== null && api.contains(part.question, this.question)),
    );
    return exact as Answered<Q> | undefined;
  }

  #combined(question: Question): Answered<Q> {
    const { api } = scopeOf(question);
    const touching = <P extends { question: Question }>(parts: readonly P[]) =>
      parts.filter((part) => api.overlaps(part.question, question));
    const [failure] = touching(this.outcome.failed);
    if (failure) throw failure.error;
    const parts = touching(this.outcome.answered);
    return { reply: api.combined(question, parts), stale: parts.some(({ stale }) => stale) } as Answered<Q>;
  }
}

const idsOf = ({ question }: { question: Question }): readonly string[] => {
  const ids = scopeOf(question).api.ids(question);
  return ids === null || ids === "all" ? [] : ids;
};

/** The answer to a question that was split, out of the answers to its parts: days, or single ids. */
class JoinedAnswer<Q extends Question> implements AnswerTo<Q> {
  #whole: Answered<Q> | undefined;

  constructor(
    readonly question: Q,
    private readonly parts: readonly AnswerTo[],
  ) {}

  whole(): Answered<Q> {
    if (this.#whole) return this.#whole;
    const answers = this.parts.map((part) => part.whole());
    const replies = answers.map(({ reply }) => reply);
    const reply = scopeOf(this.question).api.joined(this.question, replies);
    this.#whole = { reply, stale: answers.some(({ stale }) => stale) } as Answered<Q>;
    return this.#whole;
  }

  of(id: string): Answered<Q> | null {
    if (scopeOf(this.question).api.ids(this.question) === null) return this.whole();
    const part = this.parts.find((each) => idsOf(each).includes(id));
    return (part?.of(id) as Answered<Q> | undefined) ?? null;
  }
}

/** A stricter question answers a looser one: what names are good enough for, figures are too. */
const contains = ({ api }: Scope, whole: Question, part: Question): boolean =>
  (whole.freshForMs ?? 0) <= (part.freshForMs ?? 0) && api.contains(whole, part);

/** Wrapped, so that a list of them can be handed on before they are there. */
interface Delivered<T> {
  delivered: Promise<T>;
  /** The same value, if it is there at once. */
  ended: T | null;
}

/**
 * Delivers results together, so that what is asked because of them is asked together: all when the last is there, and those that
 * are there when the first has waited for `graceMs`. A slow result keeps the others no longer than that. Results must not reject.
 */
export function deliveredTogether<T>(results: readonly Promise<T>[], graceMs: number): Promise<T>[] {
  const there: (() => void)[] = [];
  let left = results.length;
  let grace: NodeJS.Timeout | undefined;
  const deliver = () => {
    clearTimeout(grace);
    grace = undefined;
    for (const each of there.splice(0)) each();
  };
  return results.map(
    (result) =>
      new Promise<T>((resolve) => {
        void result.then((value) => {
          there.push(() => resolve(value));
          left--;
          if (left === 0) deliver();
          else grace ??= setTimeout(deliver, graceMs);
        });
      }),
  );
}

// ---------------------------------------------------------------- which are asked first

interface FirstStage {
  /** Asked before execution. */
  questions: Question[];
  /** What is asked when answers have told the ids. */
  later: LaterStage[];
}

interface FirstStageOptions {
  /** As this request may ask them; without those that it may not. */
  scoped: (questions: readonly Question[]) => Question[];
  /** Exchanges that questions are expected to need. */
  cost: (questions: readonly Question[]) => Promise<number>;
}

/**
 * All that is certain to be asked; and where ids are not known yet, what is asked for everybody because waiting for the ids is
 * not expected to save calls. Questions that could share calls wait together or not at all.
 */
export async function firstStage({ questions, speculative, later }: Outline, { scoped, cost }: FirstStageOptions): Promise<FirstStage> {
  const certain = scoped(questions);
  const groups = byScope(speculative);

  const savesCalls = async ({ everybody, imagined }: Group): Promise<boolean> => {
    const [now, then] = [scoped([...everybody.values()]), scoped(imagined)];
    const scopes = new Set([...now, ...then].map(scopeOf));
    const beside = certain.filter((question) => scopes.has(scopeOf(question)));
    return (await cost([...beside, ...then])) < (await cost([...beside, ...now]));
  };
  const waits = await Promise.all(groups.map(savesCalls));

  const early = groups.filter((_, index) => !waits[index]).flatMap(({ everybody }) => [...everybody.values()]);
  const waiting = new LaterStages();
  for (const stage of later) waiting.add(stage);
  for (const { stages } of groups.filter((_, index) => waits[index])) for (const stage of stages) waiting.add(stage);
  return { questions: [...certain, ...scoped(early)], later: waiting.list() };
}

interface Group {
  everybody: Map<string, Question>;
  imagined: Question[];
  stages: Set<LaterStage>;
}

function byScope(speculative: readonly Speculation[]): Group[] {
  const groups = new Map<Scope, Group>();
  for (const { everybody, imagined, stage } of speculative) {
    for (const question of everybody) {
      const scope = scopeOf(question);
      const group: Group = groups.get(scope) ?? { everybody: new Map(), imagined: [], stages: new Set() };
      groups.set(scope, group);
      group.everybody.set(questionKey(question), question);
      if (!group.stages.has(stage)) group.imagined.push(...imagined.filter((other) => scopeOf(other) === scope));
      group.stages.add(stage);
    }
  }
  return [...groups.values()];
}
