import type { Clock } from "../../clock.js";
import { type ErrorCode, GatewayError } from "../../errors.js";
import { ageAt, type Freshness, freshMs, lookUp, momentOf, oldestMs, slotOf, type Tolerance, tolerating } from "../answers.js";
import type { AnswerRecord, FoundPart, Usable } from "../apis/descriptor.js";
import type { Scope } from "../plan.js";
import { own, type Question } from "../question.js";
import type { AnsweredPart, AnswerUse, AskOutcome, AskTerms, CallFacts, Dependency, FailedPart, Failure, Outcome } from "./ask.js";
import type { AnswerState } from "./decide.js";

/** A part of a question that waits for a call. */
export interface Waiter {
  readonly ask: Ask;
  /** What will be answered: the question, or a part of it for some of its ids. */
  readonly part: Question;
  /** The part of `part` that no stored answer holds: the call must bring it. */
  readonly wanted: Question;
  /** What was stored when it was asked, newest first, and what of that may fill what is not wanted. */
  readonly known: readonly AnswerRecord[];
  readonly usable: Usable;
}

/**
 * A question that was asked, on its way to its outcome. The delivery writes what is answered and what has failed, and so does `takes`, for what
 * was asked again. The code that makes, cuts or repeats calls says what waits.
 */
export class Ask {
  readonly outcome: Promise<AskOutcome>;
  /** The outcome when it is there. */
  ended: AskOutcome | null = null;
  readonly #answered: AnsweredPart[] = [];
  readonly #failed: FailedPart[] = [];
  readonly #waiting = new Set<Waiter>();
  #resolve: (outcome: AskOutcome) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #giveUp: (() => void) | undefined;

  constructor(
    readonly question: Question,
    readonly scope: Scope,
    readonly terms: AskTerms,
    /** Monotonic ms. */
    readonly askedAt: number,
  ) {
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get waiting(): readonly Waiter[] {
    return [...this.#waiting];
  }

  isWaiting(waiter: Waiter): boolean {
    return this.#waiting.has(waiter);
  }

  waits(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  /** The waiter goes on as these; with none of them it waits no more. */
  replaces(waiter: Waiter, others: readonly Waiter[]): void {
    if (!this.#waiting.delete(waiter)) return;
    for (const other of others) this.#waiting.add(other);
    this.settle();
  }

  answered(part: AnsweredPart): void {
    this.#answered.push(part);
  }

  failed(part: FailedPart): void {
    this.#failed.push(part);
  }

  /** What the waiter waits for was asked again, and ended so. */
  takes(waiter: Waiter, { answered, failed }: AskOutcome): void {
    if (!this.#waiting.has(waiter)) return;
    this.#answered.push(...answered);
    this.#failed.push(...failed);
    this.replaces(waiter, []);
  }

  /** Gives up what still waits when the deadline passes, or when nobody waits for the request any more. */
  arm(leftMs: number, giveUp: () => void): void {
    if (this.#waiting.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(giveUp, Math.max(0, leftMs));
    this.#giveUp = giveUp;
    this.terms.signal?.addEventListener("abort", giveUp, { once: true });
  }

  /** Tells the outcome once nothing waits any more. */
  settle(): void {
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    if (this.#giveUp) this.terms.signal?.removeEventListener("abort", this.#giveUp);
    this.ended ??= { answered: this.#answered, failed: this.#failed };
    this.#resolve(this.ended);
  }
}

/** Everything was lost to a bug: each part fails, masked. */
export const gatewayFailed = (): GatewayError => new GatewayError("INTERNAL_SERVER_ERROR", "The gateway failed.");

/** A call of this process, or of another: then no request of this one has caused it. */
interface ReportedCall {
  readonly facts: CallFacts;
  readonly causedBy: AskTerms | null;
}

/** The call as its waiter's report shows it. `own`: the waiter's request made it necessary; others joined. */
interface Use {
  call?: CallFacts;
  own?: boolean;
  /** Why a stored answer was used in place of a new one. */
  failure?: ErrorCode | undefined;
}

/** Gives waiters their answer or their error, exactly once, and reports what happened. */
export class Delivery {
  constructor(
    private readonly freshness: (account: string) => Freshness,
    private readonly clock: Clock,
    private readonly reported: (scope: Scope, outcome: Outcome) => void = () => undefined,
  ) {}

  /** From what is stored. */
  stored(ask: Ask, found: FoundPart, state: AnswerState, failure: GatewayError | null): void {
    const isStale = state !== "fresh";
    this.#report(ask, found, isStale ? "STALE" : "CACHED", { failure: failure?.code });
    ask.answered({ question: found.question, reply: found.reply, stale: isStale });
  }

  /**
   * From the answer of a call, completed by what was known when the question was asked. Returns what waits
   * still, because the answer does not hold it; null when all is delivered.
   */
  landed(waiter: Waiter, record: AnswerRecord, call: ReportedCall): Waiter | null {
    const { ask, part, known, usable } = waiter;
    const { api } = ask.scope;
    const isUsable: Waiter["usable"] = (other, kind) => other === record || usable(other, kind);
    const { parts, missing } = lookUp(api, [record, ...known], part, isUsable);
    if (parts.length > 0) learn(ask, record);
    for (const found of parts) {
      this.#report(ask, found, isOwn(waiter, call) ? "SENT" : "JOINED", factsFor(waiter, call));
      ask.answered({ question: found.question, reply: found.reply, stale: this.#isAged(waiter, record) });
    }
    const left = missing && { ...waiter, part: api.ids(part) === null ? part : missing, wanted: missing };
    ask.replaces(waiter, left ? [left] : []);
    return left;
  }

  /** Whether the answer holds all that the waiter waits for, and is fresh for it: nothing better would come of waiting. */
  serves({ ask, part, known }: Waiter, record: AnswerRecord): boolean {
    return lookUp(ask.scope.api, [record, ...known], part, this.#usable(ask, "fresh")).missing === null;
  }

  /** The error of a part, or a stale answer in its place. `records`: what is stored. */
  failed(waiter: Waiter, error: GatewayError, records: readonly AnswerRecord[], call: ReportedCall | null): void {
    const { ask } = waiter;
    const left = this.#standIns(waiter, error, records);
    if (left !== null) {
      this.#report(ask, null, "FAILED", call ? factsFor(waiter, call) : {}, left);
      ask.failed({ question: left, error: blaming(error, ask.scope) });
    } else if (call) this.#report(ask, null, "FAILED", factsFor(waiter, call), waiter.part);
    ask.replaces(waiter, []);
  }

  /** Answers parts with stored answers in place of the failure. Returns what no stored answer holds; null for nothing. */
  #standIns({ ask, part }: Waiter, error: GatewayError, records: readonly AnswerRecord[]): Question | null {
    if (!mayStandIn(ask, error)) return part;
    let missing: Question | null = part;
    for (const tolerance of ["fresh", "stale-if-error"] as const) {
      if (missing === null) break;
      const found = lookUp(ask.scope.api, records, missing, this.#usable(ask, tolerance));
      for (const each of found.parts) this.stored(ask, each, tolerance, error);
      // A question without parts is answered whole or not at all.
      missing = found.missing && (ask.scope.api.ids(part) === null ? part : found.missing);
    }
    return missing;
  }

  /** Whether stored answers hold all that is waited for, in place of the failure. */
  hasStandIn({ ask, part }: Waiter, error: GatewayError, records: readonly AnswerRecord[]): boolean {
    return mayStandIn(ask, error) && lookUp(ask.scope.api, records, part, this.#usable(ask, "stale-if-error")).missing === null;
  }

  /** The request remembers that the call failed; `final` false: another try was or will be made. */
  learnFailure({ ask: { scope, terms } }: Waiter, failure: Failure): void {
    const { failures } = terms.memory;
    const known = failures.get(scope) ?? [];
    failures.set(scope, failure.final ? [failure, ...known] : [...known, failure]);
  }

  refused(ask: Ask, part: Question, error: GatewayError): void {
    this.#report(ask, null, "FAILED", {}, part);
    ask.failed({ question: part, error: blaming(error, ask.scope) });
  }

  /** Reports a call that was made for the waiter, and that it no longer waits for. */
  reportAbandoned(waiter: Waiter, call: ReportedCall, outcome: "SENT" | "FAILED"): void {
    if (isOwn(waiter, call)) this.#report(waiter.ask, null, outcome, factsFor(waiter, call), waiter.part);
  }

  #usable(ask: Ask, tolerance: Tolerance): Waiter["usable"] {
    const { scope, question, terms } = ask;
    return tolerating(tolerance, this.freshness(scope.account), question, terms.begun, momentOf(this.clock));
  }

  /**
   * True when the answer is delivered as stale. Either the call was under way for longer than its figures are fresh, or its pages were asked for
   * that far apart.
   */
  #isAged(waiter: Waiter, record: AnswerRecord): boolean {
    const { ask, part, known } = waiter;
    const { asOf, newestAskedAt } = record.reply;
    const spreadMs = newestAskedAt - asOf;
    if (spreadMs > freshMs(this.freshness(ask.scope.account), ask.question, ask.scope.api.isSettled(record.reply))) return true;
    return lookUp(ask.scope.api, [record, ...known], part, this.#usable(ask, "fresh")).missing !== null;
  }

  #report(ask: Ask, found: FoundPart | null, outcome: Outcome, { call, own: isOwnCall, failure }: Use, part = found?.question): void {
    const now = this.clock.monotonic();
    this.reported(ask.scope, outcome);
    ask.terms.saw({
      question: part ?? ask.question,
      outcome,
      call: call ?? null,
      own: isOwnCall ?? false,
      rows: found ? ask.scope.api.rows(found.reply) : 0,
      queuedMs: call ? Math.max(0, call.sentAt - ask.askedAt) : 0,
      ms: now - ask.askedAt,
      asOf: found?.reply.asOf ?? null,
      dependencies: found ? found.from.map((record) => this.#dependency(ask, found.question, record)) : [],
      failure: failure ?? null,
    } satisfies AnswerUse);
  }

  #dependency({ scope }: Ask, question: Question, record: AnswerRecord): Dependency {
    const { api, key, account } = scope;
    const freshness = this.freshness(account);
    const present = momentOf(this.clock);
    const forMs = freshMs(freshness, question, api.isSettled(record.reply));
    const until = (tolerance: Tolerance) => present.now + oldestMs(tolerance, forMs, freshness) - ageAt(record, present);
    const version = record.reply.asOf;
    return { scope: key, slot: slotOf(api, record), version, freshUntil: until("fresh"), staleUntil: until("stale-while-revalidate") };
  }
}

function learn({ scope, terms }: Ask, record: AnswerRecord): void {
  const { answers } = terms.memory;
  const known = answers.get(scope) ?? [];
  if (!known.includes(record)) answers.set(scope, [record, ...known]);
}

/** A refresh has its stale answer already; a caller whose own token was refused may have lost the right to it. */
const mayStandIn = ({ terms, question }: Ask, error: GatewayError): boolean =>
  terms.priority !== "refresh" && !(error.code === "UPSTREAM_UNAUTHORIZED" && question.credential !== own);

const isOwn = ({ ask }: Waiter, call: ReportedCall): boolean => ask.terms === call.causedBy;
const factsFor = (waiter: Waiter, call: ReportedCall): Use => ({ call: call.facts, own: isOwn(waiter, call) });

/** The error with the API and the account at fault, where one is and the error does not name them yet. */
function blaming(error: GatewayError, { api, account }: Scope): GatewayError {
  if (error.code === "INTERNAL_SERVER_ERROR" || error.code === "PLAN_TOO_LARGE") return error;
  const { code: _, ...facts } = error.extensions;
  return new GatewayError(error.code, error.message, { api: api.metricsApi, account, ...facts });
}
