import { GatewayError } from "../../errors.js";
import { type Freshness, freshMs, type Moment, momentOf, tolerating } from "../answers.js";
import type { AnswerRecord, Seen } from "../apis/descriptor.js";
import { type Scope, scopeOf } from "../plan.js";
import { canonical, grouped, type Question } from "../question.js";
import type { AskTerms, RequestMemory } from "./ask.js";
import type { CallInFlight } from "./call-in-flight.js";
import { type DecidedCall, type Decision, decide, type ScopeSnapshot, type Snapshot } from "./decide.js";
import { Ask, gatewayFailed, type Waiter } from "./delivery.js";
import { type AnyCall, OpenCalls, type OpenCallsOptions, type StoredListener } from "./open-calls.js";
import type { OpenScope } from "./open-scope.js";

export interface CoalescerOptions extends OpenCallsOptions {
  /** Whether the first question for some ids asks for all where their number is not known; default true. */
  triesAll?: boolean;
}

type ForecastTerms = Pick<AskTerms, "begun" | "deadline" | "priority" | "takesStored" | "memory" | "most">;

/** May refuse the calls that a decision makes necessary. */
export type Admit = (decision: Decision) => GatewayError | null;

export interface Asked {
  /** One for each question, in order. None rejects: each part of a question is answered or has failed. */
  readonly asks: readonly Pick<Ask, "outcome" | "ended">[];
  /** What refused the calls that were needed; null when nothing did. */
  readonly refusal: Promise<GatewayError | null>;
}

/** The deadline of a refresh behind a stale answer, ms after its beginning. */
const refreshMs = 60_000;
/** When a running exchange gives its permit back is not known: who waited for it is told to ask again after this time, ms. */
const permitRetryMs = 1_000;

/**
 * Answers questions with the fewest calls, for all requests of the process. It takes a snapshot, decides by `decide` alone, and carries
 * the decision out. Sharing is safe because a scope holds account and upstream credential: nothing is shared across scopes.
 */
export class Coalescer {
  readonly #calls: OpenCalls;
  /** Waiters whose question is asked again: the second ask has a deadline of its own. */
  readonly #askedAgain = new WeakSet<Waiter>();
  /** Asks that repeat what another process had sent to the platform in vain. */
  readonly #sentBefore = new WeakSet<Ask>();

  constructor(private readonly options: CoalescerOptions) {
    this.#calls = new OpenCalls(options, (...given) => this.#decideAnew(...given));
  }

  /**
   * What is stored is answered when this returns, if the store gives it at once. `admit` may refuse the calls that the decision makes necessary,
   * after which what needs none is answered all the same; `refusal` tells it.
   */
  ask(questions: readonly Question[], terms: AskTerms, admit: Admit = () => null): Asked {
    const askedAt = this.options.clock.monotonic();
    const asks = questions.map((question) => new Ask(question, scopeOf(question), terms, askedAt));
    if (terms.priority !== "refresh") for (const { question, scope } of asks) this.#notesUse(question, scope);
    const refusal = this.#serve(asks, terms, admit);
    return { asks, refusal };
  }

  /** What would happen to the questions now. Asks and claims nothing. */
  forecast(questions: readonly Question[], terms: ForecastTerms, guess: (seen: Seen) => Seen = (seen) => seen): Promise<Decision> {
    return this.#withSnapshot(new Set(questions.map(scopeOf)), terms, (snapshot) => {
      const scope = (of: Scope) => ({ ...snapshot.scope(of), seen: guess(snapshot.scope(of).seen) });
      return decide(questions, { ...snapshot, scope });
    });
  }

  /** The calls of the scope that are queued or in flight. */
  calls(scope: Scope): readonly CallInFlight[] {
    return this.#calls.open(scope).openCalls;
  }

  /** The listener is told of each record that takes its place in the store, before what waits for it is answered. */
  onStored(listener: StoredListener): void {
    this.#calls.onStored(listener);
  }

  /** Fails what waits, with a stale answer where there is one, and makes no further call. */
  stop(): void {
    this.#calls.stop();
  }

  // ------------------------------------------------------------ snapshot, decision

  async #serve(asks: readonly Ask[], terms: AskTerms, admit: Admit): Promise<GatewayError | null> {
    const questions = asks.map(({ question }) => question);
    try {
      return await this.#withSnapshot(new Set(asks.map(({ scope }) => scope)), terms, (snapshot) => {
        const decision = decide(questions, snapshot);
        const refusal = admit(decision);
        this.#carryOut(asks, refusal ? withoutCalls(decision, refusal) : decision, snapshot, terms);
        return refusal;
      });
    } catch (error) {
      this.options.warn("Questions could not be asked", error);
      for (const ask of asks) {
        this.#calls.delivery.refused(ask, ask.question, gatewayFailed());
        ask.settle();
      }
      return null;
    }
  }

  /**
   * Calls `use` with a snapshot that shows everything until now: nothing happens between the two. It is taken again while answers land that
   * it does not show: else a call could be made twice.
   */
  async #withSnapshot<T>(
    scopes: ReadonlySet<Scope>,
    { begun, deadline, priority, takesStored = false, memory, most }: ForecastTerms,
    use: (snapshot: Snapshot<AnyCall>) => T,
  ): Promise<T> {
    for (;;) {
      const open = [...scopes].map((scope) => this.#calls.open(scope));
      const versions = open.map(({ version }) => version);
      const given = [...scopes].map(({ key }) => this.options.store.get(key));
      const stored = areThere(given) ? given : await Promise.all(given);
      if (open.some(({ version }, index) => version !== versions[index])) continue;
      const present = momentOf(this.options.clock);
      const known = new Map(
        open.map((each, index) => [each.scope.key, this.#scopeSnapshot(each, stored[index]!, memory, present)] as const),
      );
      const { freshness } = this.#calls;
      return use({ present, begun, deadline, priority, takesStored, most: most(), freshness, scope: ({ key }) => known.get(key)! });
    }
  }

  #scopeSnapshot(open: OpenScope, stored: readonly AnswerRecord[], memory: RequestMemory, present: Moment): ScopeSnapshot<AnyCall> {
    const { scope } = open;
    const session = this.#calls.session(scope);
    const remembered = memory.answers.get(scope) ?? [];
    const circuit = session.circuit.refusal();
    const { pause } = session.limiter;
    return {
      records: remembered.length === 0 ? stored : [...remembered, ...stored.filter((record) => !remembered.includes(record))],
      calls: this.#calls.all(scope),
      // While a call tests whether the service answers again, others wait for it.
      obstacle: circuit ? { error: circuit, final: session.circuit.probing() === null } : pause ? { error: pause, final: false } : null,
      failures: memory.failures.get(scope) ?? [],
      seen: open.seen(stored, this.#calls.sizes, this.#calls.freshness(scope.account), present, this.options.triesAll ?? true),
      refused: open.refused,
      usualMs: session.times.usualMs(scope.api.name),
    };
  }

  #notesUse(question: Question, scope: Scope): void {
    this.#calls.open(scope).uses(question, 2 * freshMs(this.#calls.freshness(scope.account), question));
  }

  // ------------------------------------------------------------ carrying out

  #carryOut(asks: readonly Ask[], decision: Decision<AnyCall>, snapshot: Snapshot<AnyCall>, terms: AskTerms): void {
    const asksOf = grouped(asks, ({ question }) => [question]);
    for (const { question, found, state, failure } of decision.answers)
      for (const ask of asksOf.get(question)!) this.#calls.delivery.stored(ask, found, state, failure);
    for (const { question, part, error } of decision.refused)
      for (const ask of asksOf.get(question)!) this.#calls.delivery.refused(ask, part, error);

    const waiting = new Map<Question, Waiter[]>();
    const waiterOf = (ask: Ask, part: Question, wanted: Question): Waiter => {
      const waiter = waiterFor(ask, part, wanted, snapshot, this.#calls.freshness(ask.scope.account));
      ask.waits(waiter);
      return waiter;
    };
    for (const { question, part, wanted, call } of decision.joins)
      for (const ask of asksOf.get(question)!) call.join(waiterOf(ask, part, wanted));
    for (const { question, part, wanted } of decision.waits) {
      waiting.set(wanted, [...(waiting.get(wanted) ?? []), ...asksOf.get(question)!.map((ask) => waiterOf(ask, part, wanted))]);
    }
    for (const question of decision.refreshes) {
      const ask = this.#refresh(question, terms);
      waiting.set(question, [...(waiting.get(question) ?? []), waiterOf(ask, question, question)]);
      this.#arm(ask);
    }
    for (const [scope, calls] of decision.plans) this.#replan(this.#calls.open(scope), calls, waiting);
    for (const ask of asks) {
      this.#arm(ask);
      ask.settle();
    }
  }

  #arm(ask: Ask): void {
    ask.arm(ask.terms.deadline - this.options.clock.monotonic(), () => this.#giveUp(ask));
  }

  /** A question that is asked again behind a stale answer. Nobody waits for it, and the request that caused it pays. Its failure is logged. */
  #refresh(question: Question, { caller, bearer, charge, trace }: AskTerms): Ask {
    const begun = momentOf(this.options.clock);
    const terms: AskTerms = {
      begun,
      deadline: begun.monotonic + refreshMs,
      priority: "refresh",
      caller,
      ...(bearer !== undefined && { bearer }),
      ...(trace && { trace }),
      memory: { answers: new Map(), failures: new Map() },
      // As if it were counted: a refresh is no part of what MAX_UPSTREAM_CALLS bounds.
      charge: (exchanges) => charge(exchanges, true),
      most: () => Number.POSITIVE_INFINITY,
      saw: () => undefined,
    };
    const ask = new Ask(question, scopeOf(question), terms, begun.monotonic);
    void ask.outcome.then(({ failed }) => {
      for (const { error } of failed) if (error.code !== "CALLER_BUDGET_EXHAUSTED") this.options.warn("A refresh failed", error);
    });
    return ask;
  }

  /**
   * Makes the queued calls of the scope those of the plan. Each queued call is paid for: it is changed into a planned one, first into those
   * that serve waiters of queued calls. Further planned calls begin anew, and one of their waiters pays. Queued calls left over are dropped.
   */
  #replan(open: OpenScope, calls: readonly DecidedCall[], waiting: ReadonlyMap<Question, readonly Waiter[]>): void {
    const queued = open.openCalls.filter(({ planned }) => planned !== null);
    const waitedBefore = new Set(queued.flatMap(({ waiters }) => [...waiters]));
    const waitersOf = new Map(waiting);
    for (const waiter of waitedBefore) waitersOf.set(waiter.wanted, [...(waitersOf.get(waiter.wanted) ?? []), waiter]);
    const served = servedBy(calls, waitersOf);
    const isPaid = (call: DecidedCall) => Number((served.get(call) ?? []).some(({ from }) => waitedBefore.has(from)));
    for (const call of [...calls].sort((a, b) => isPaid(b) - isPaid(a))) {
      const waiters = (served.get(call) ?? []).map(({ waiter }) => waiter);
      const reused = queued.shift();
      if (reused) {
        reused.assign(call, waiters);
        if (call.gatherMs === 0) reused.depart();
      } else this.#calls.beginPlanned(open, call, waiters);
    }
    for (const call of queued) call.drop();
  }

  // ------------------------------------------------------------ asking again, giving up

  /** Asks again for what is waited for, which no call will bring: see `DecideAnew`. */
  #decideAnew(waiters: readonly Waiter[], isPlanned: boolean, wasSent = false): void {
    const isLate = (waiter: Waiter) => wasSent && !this.#calls.isPatient(waiter);
    for (const waiter of waiters.filter(isLate)) this.#calls.failWaiter(waiter, errorAtDeadline(null, wasSent), null);
    const others = waiters.filter((waiter) => !isLate(waiter));
    for (const [given, some] of grouped(others, ({ ask }) => [ask.terms])) {
      const charge: AskTerms["charge"] = (exchanges, wasPlanned) => given.charge(exchanges, wasPlanned && isPlanned);
      const terms: AskTerms = { ...given, charge, most: () => Number.POSITIVE_INFINITY };
      const asks = some.map((waiter) => this.#askAgain(waiter, terms));
      if (wasSent) for (const again of asks) this.#sentBefore.add(again);
      // Not before the code that gave these waiters up has ended.
      queueMicrotask(() => void this.#serve(asks, terms, () => null));
    }
  }

  #askAgain(waiter: Waiter, terms: AskTerms): Ask {
    const { ask } = waiter;
    const again = new Ask(waiter.part, ask.scope, terms, ask.askedAt);
    this.#askedAgain.add(waiter);
    void again.outcome.then((outcome) => ask.takes(waiter, outcome));
    return again;
  }

  #giveUp(ask: Ask): void {
    for (const waiter of ask.waiting) {
      if (this.#askedAgain.has(waiter)) continue;
      const call = this.#calls.all(ask.scope).find(({ waiters }) => waiters.has(waiter)) ?? null;
      const error = errorAtDeadline(call, this.#sentBefore.has(ask), this.#calls.session(ask.scope).circuit.refusal());
      call?.missedDeadline(error);
      call?.leave(waiter);
      this.#calls.failWaiter(waiter, error, call?.sentAt ? call : null);
    }
  }
}

const areThere = <T extends object>(values: readonly (T | Promise<T>)[]): values is readonly T[] =>
  values.every((value) => !(value instanceof Promise));

/** The decision without its new calls: what needs one is refused with this error. */
const withoutCalls = <C extends AnyCall>(decision: Decision<C>, error: GatewayError): Decision<C> => ({
  ...decision,
  refused: [...decision.refused, ...decision.waits.map(({ question, part }) => ({ question, part, error }))],
  waits: [],
  refreshes: [],
  plans: new Map(),
});

/**
 * The error of a waiter whose deadline has passed. `wasSent`: its call, or one before it, was sent to the platform. `circuit`: why no request
 * may be sent now.
 */
function errorAtDeadline(call: AnyCall | null, wasSent: boolean, circuit: GatewayError | null = null): GatewayError {
  if (call && !call.sentAt && !wasSent) {
    if (circuit) return circuit;
    const message = "The call budget left no permit within the deadline of the request.";
    return new GatewayError("BUDGET_EXHAUSTED", message, { retryAfterMs: permitRetryMs });
  }
  return call?.failing ?? new GatewayError("UPSTREAM_TIMEOUT", "The platform did not answer within the deadline of the request.");
}

function waiterFor(ask: Ask, part: Question, wanted: Question, snapshot: Snapshot, freshness: Freshness): Waiter {
  const { records } = snapshot.scope(ask.scope);
  const isCompleted = part !== wanted;
  const usable = isCompleted ? tolerating("fresh", freshness, ask.question, snapshot.begun, snapshot.present) : () => false;
  return { ask, part, wanted, known: isCompleted ? records : [], usable };
}

/** Which waiters each call serves, in the form in which it does; `from`: as they waited before. */
function servedBy(
  calls: readonly DecidedCall[],
  waitersOf: ReadonlyMap<Question, readonly Waiter[]>,
): Map<DecidedCall, { from: Waiter; waiter: Waiter }[]> {
  const serving = calls.flatMap((call) =>
    call.serves.flatMap(({ of, wanted }) => (waitersOf.get(of) ?? []).map((from) => ({ call, from, waiter: inForm(from, of, wanted) }))),
  );
  for (const [from, into] of grouped(serving, (each) => [each.from])) {
    if (into.length !== 1 || into[0]!.waiter !== from)
      from.ask.replaces(
        from,
        into.map(({ waiter }) => waiter),
      );
  }
  return grouped(serving, ({ call }) => [call]);
}

/** The waiter for `of`, in the form in which a call answers it. */
function inForm(waiter: Waiter, of: Question, wanted: Question): Waiter {
  if (of === wanted) return waiter;
  const { api } = waiter.ask.scope;
  const ids = api.ids(wanted);
  const isWhole = ids === null || canonical(ids) === canonical(api.ids(waiter.part));
  return { ...waiter, wanted, part: isWhole ? waiter.part : api.withIds(waiter.part, ids as readonly string[]) };
}
