import { LRUCache } from "lru-cache";
import type { Clock } from "../../clock.js";
import { type ErrorCode, GatewayError } from "../../errors.js";
import { type AnswerStore, slotOf } from "../answers/answer-store.js";
import { type Freshness, freshMs, keepMs, type Moment, momentOf, tolerating } from "../answers/freshness.js";
import type { AnswerRecord, Seen } from "../apis/descriptor.js";
import type { Charge } from "../budget/caller-budget.js";
import type { PlannedCall } from "../planning/plan.js";
import { type Scope, scopeOf } from "../planning/scope.js";
import { canonical, type Question } from "../question.js";
import type { AskOutcome, AskTerms, CallFacts, Outcome, RequestMemory } from "./ask.js";
import type { CallElsewhere, CallRegistry, Claim, ElsewhereListener } from "./call-elsewhere.js";
import { type CallEnd, CallInFlight, type CallOwner } from "./call-in-flight.js";
import { type DecidedCall, type Decision, decide, type ScopeSnapshot, type Snapshot } from "./decide.js";
import { Ask, Delivery, gatewayFailed, type Waiter } from "./delivery.js";
import { OpenScope, SizesSeen } from "./open-scope.js";
import type { Session } from "./reading.js";
import { type Pair, RefusedIdSearch, type SearchOwner } from "./refused-id-search.js";

export interface CoalescerOptions {
  store: AnswerStore;
  freshness: (account: string) => Freshness;
  /** The service of the scope's API, as its account and credential see it. */
  session: (scope: Scope) => Session;
  clock: Clock;
  /** Whether the first question for some ids asks for all where their number is not known; default true. */
  triesAll?: boolean;
  /** Told of what went wrong where no client hears it. */
  warn: (message: string, error?: unknown) => void;
  /** Told of each record that took its place in the store: its scope's key, its slot, and when the platform was asked, epoch ms. */
  stored?: (record: { scope: string; slot: string; version: number }) => void;
  /** The calls of other processes that share the store; left out: there are none. */
  registry?: CallRegistry;
  /** Told where the answer of each question, or part of one, came from. */
  reported?: (scope: Scope, outcome: Outcome) => void;
  /** Told of each call of this process that has ended: "OK", "DROPPED" before it was sent, or the code of its error. */
  called?: (scope: Scope, facts: CallFacts, outcome: string) => void;
  /** Told when a refresh that nobody waited for is over, with the exchanges it took. */
  refreshed?: (scope: Scope, exchanges: number) => void;
}

export type ForecastTerms = Pick<AskTerms, "begun" | "deadline" | "priority" | "takesStored" | "memory" | "most">;

/** May refuse the calls that a decision makes necessary. */
export type Admit = (decision: Decision) => GatewayError | null;

export interface Asked {
  readonly outcomes: readonly Promise<AskOutcome>[];
  /** What refused the calls that were needed; null when nothing did. */
  readonly refusal: Promise<GatewayError | null>;
}

/** A call of this process or of another. */
export type AnyCall = CallInFlight | CallElsewhere;

/** How a call ends for everybody who waits for it. */
const faultsOfPlatform: ReadonlySet<ErrorCode> = new Set([
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_INVALID_RESPONSE",
  "UPSTREAM_UNAUTHORIZED",
  "UPSTREAM_REJECTED",
  "UPSTREAM_RATE_LIMITED",
]);

function outcomeOf(call: CallInFlight, end: CallEnd): string {
  if ("record" in end) return "OK";
  if (call.state === "dropped") return "DROPPED";
  return end.error instanceof GatewayError ? end.error.code : "INTERNAL_SERVER_ERROR";
}

/** The waiters of a call that they do not wait for any more. */
function leaving(call: CallElsewhere): Waiter[] {
  const waiters = [...call.waiters];
  for (const waiter of waiters) call.leave(waiter);
  return waiters;
}

/** A refresh behind a stale answer has this long, whoever asked; ms. */
const refreshMs = 60_000;
const mostScopes = 20_000;
/** Somebody who gives up within this time gains nothing by another call, ms. */
const leastBesideMs = 100;
/** A chain of pages that takes more than this part of the deadline is cut into parts. */
const longestChainShare = 0.5;

/**
 * Answers questions with the fewest calls, for all requests of the process. It takes a snapshot, decides by `decide` alone, and carries
 * the decision out. Sharing is safe because a scope holds account and upstream credential: nothing is shared across scopes.
 */
export class Coalescer implements CallOwner, SearchOwner {
  readonly #scopes = new LRUCache<string, OpenScope>({ max: mostScopes });
  readonly #sizes: SizesSeen;
  readonly #delivery: Delivery;
  readonly #search = new RefusedIdSearch(this);
  /** By caller: the series of pages that reads on although nobody waits for it. */
  readonly #readingOn = new Map<string, CallInFlight>();
  readonly #claims = new Map<CallInFlight, Claim>();
  /** Of calls that a search has yet to go on from. */
  #undecided: { readonly claim: Claim; readonly pair: Pair | null }[] = [];
  /** Those for whom something is decided anew. */
  readonly #askedAgain = new WeakSet<Waiter>();
  /** What was waited for at the platform before it was decided anew. */
  readonly #waitedInVain = new WeakSet<Ask>();
  #stopped: GatewayError | null = null;
  #calls = 0;

  constructor(private readonly options: CoalescerOptions) {
    this.#sizes = new SizesSeen(() => options.clock.monotonic());
    this.#delivery = new Delivery(options.freshness, options.clock, options.reported);
    options.registry?.onEvent(this.#elsewhere);
    options.store.onTaken?.((key, record) => {
      const scope = this.#scopes.get(key)?.scope;
      if (!scope) return;
      this.#sizes.learn(scope, record);
      options.stored?.({ scope: key, slot: slotOf(scope.api, record), version: record.reply.asOf });
    });
  }

  /**
   * One outcome a question, in order. None rejects: each part of a question is answered or has failed. `admit` may refuse the calls that
   * the decision makes necessary, after which what needs none is answered all the same; `refusal` tells it.
   */
  ask(questions: readonly Question[], terms: AskTerms, admit: Admit = () => null): Asked {
    const askedAt = this.options.clock.monotonic();
    const asks = questions.map((question) => new Ask(question, scopeOf(question), terms, askedAt));
    if (terms.priority !== "refresh") for (const { question, scope } of asks) this.#notesUse(question, scope);
    const refusal = this.#serve(asks, terms, admit).catch((error) => {
      this.options.warn("Questions could not be asked", error);
      for (const ask of asks) {
        this.#delivery.refused(ask, ask.question, gatewayFailed());
        ask.settle();
      }
      return null;
    });
    return { outcomes: asks.map(({ outcome }) => outcome), refusal };
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
    return this.#scopes.get(scope.key)?.open ?? [];
  }

  /** Fails what waits, with a stale answer where there is one, and makes no further call. */
  stop(): void {
    this.#stopped = new GatewayError("UPSTREAM_UNAVAILABLE", "The gateway is stopping.");
    for (const open of this.#scopes.values()) {
      for (const call of open.open) call.stop(this.#stopped);
      for (const call of this.#callsElsewhere(open.scope)) this.tooLate(call, [...call.waiters], this.#stopped);
    }
  }

  // ------------------------------------------------------------ snapshot, decision

  #serve(asks: readonly Ask[], terms: AskTerms, admit: Admit): Promise<GatewayError | null> {
    return this.#withSnapshot(new Set(asks.map(({ scope }) => scope)), terms, (snapshot) => {
      const decision = decide(
        asks.map(({ question }) => question),
        snapshot,
      );
      const refusal = admit(decision);
      this.#carryOut(asks, refusal ? withoutCalls(decision, refusal) : decision, snapshot, terms);
      return refusal;
    });
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
      const open = [...scopes].map((scope) => this.#open(scope));
      const versions = open.map(({ version }) => version);
      const stored = await Promise.all([...scopes].map(({ key }) => this.options.store.get(key)));
      if (open.some(({ version }, index) => version !== versions[index])) continue;
      const present = momentOf(this.options.clock);
      const known = new Map(
        open.map((each, index) => [each.scope.key, this.#scopeSnapshot(each, stored[index]!, memory, present)] as const),
      );
      const { freshness } = this.options;
      return use({ present, begun, deadline, priority, takesStored, most: most(), freshness, scope: ({ key }) => known.get(key)! });
    }
  }

  #scopeSnapshot(
    open: OpenScope,
    stored: readonly AnswerRecord[],
    memory: RequestMemory,
    present: ReturnType<typeof momentOf>,
  ): ScopeSnapshot<AnyCall> {
    const { scope } = open;
    const session = this.options.session(scope);
    const remembered = memory.answers.get(scope) ?? [];
    const circuit = session.circuit.refusal();
    const { pause } = session.limiter;
    return {
      records: remembered.length === 0 ? stored : [...remembered, ...stored.filter((record) => !remembered.includes(record))],
      calls: [...open.open, ...this.#callsElsewhere(scope)],
      // While a call tests whether the service answers again, others wait for it.
      obstacle: circuit ? { error: circuit, final: session.circuit.probing() === null } : pause ? { error: pause, final: false } : null,
      failures: memory.failures.get(scope) ?? [],
      seen: open.seen(stored, this.#sizes, this.options.freshness(scope.account), present, this.options.triesAll ?? true),
      refused: open.refused,
      usualMs: session.times.usualMs(scope.api.name),
    };
  }

  #open(scope: Scope): OpenScope {
    const open = this.#scopes.get(scope.key) ?? new OpenScope(scope, () => this.options.clock.monotonic());
    this.#scopes.set(scope.key, open);
    return open;
  }

  #notesUse(question: Question, scope: Scope): void {
    this.#open(scope).uses(question, 2 * freshMs(this.options.freshness(scope.account), question));
  }

  // ------------------------------------------------------------ carrying out

  #carryOut(asks: readonly Ask[], decision: Decision<AnyCall>, snapshot: Snapshot<AnyCall>, terms: AskTerms): void {
    const asksOf = new Map<Question, Ask[]>();
    for (const ask of asks) asksOf.set(ask.question, [...(asksOf.get(ask.question) ?? []), ask]);

    for (const { question, found, state, failure } of decision.answers)
      for (const ask of asksOf.get(question)!) this.#delivery.stored(ask, found, state, failure);
    for (const { question, part, error } of decision.refused)
      for (const ask of asksOf.get(question)!) this.#delivery.refused(ask, part, error);

    const waiting = new Map<Question, Waiter[]>();
    const waiterOf = (ask: Ask, part: Question, wanted: Question): Waiter => {
      const waiter = waiterFor(ask, part, wanted, snapshot, this.options.freshness(ask.scope.account));
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
    for (const [scope, calls] of decision.plans) this.#replan(this.#open(scope), calls, waiting);
    for (const ask of asks) {
      this.#arm(ask);
      ask.settle();
    }
  }

  #arm(ask: Ask): void {
    ask.arm(ask.terms.deadline - this.options.clock.monotonic(), () => this.#giveUp(ask));
  }

  /** A question that is asked behind a stale answer. Nobody waits for it, but whoever caused it bears it. Its failure concerns the log alone. */
  #refresh(question: Question, { caller, charge, trace }: AskTerms): Ask {
    const begun = momentOf(this.options.clock);
    const terms: AskTerms = {
      begun,
      deadline: begun.monotonic + refreshMs,
      priority: "refresh",
      caller,
      ...(trace && { trace }),
      memory: { answers: new Map(), failures: new Map() },
      // No decision has counted it, and none has to: it is nobody's answer.
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
   * Makes the queued calls of the scope those of the plan. A place in the queue goes to a new call, those that somebody waited for before
   * others; a call for which there is no place makes one of its waiters pay for another.
   */
  #replan(open: OpenScope, calls: readonly DecidedCall[], waiting: ReadonlyMap<Question, readonly Waiter[]>): void {
    const vacant = open.open.filter(({ planned }) => planned !== null);
    const seated = new Set(vacant.flatMap(({ waiters }) => [...waiters]));
    const waitersOf = new Map(waiting);
    for (const waiter of seated) waitersOf.set(waiter.wanted, [...(waitersOf.get(waiter.wanted) ?? []), waiter]);
    const served = servedBy(calls, waitersOf);
    const isSeated = (call: DecidedCall) => Number((served.get(call) ?? []).some(({ from }) => seated.has(from)));
    for (const call of [...calls].sort((a, b) => isSeated(b) - isSeated(a))) {
      const waiters = (served.get(call) ?? []).map(({ waiter }) => waiter);
      const place = vacant.shift();
      if (place) {
        place.assign(call, waiters);
        if (call.gatherMs === 0) place.depart();
      } else this.#begin(open, call, waiters);
    }
    for (const call of vacant) call.drop();
  }

  /** A new call for these waiters, of whom the first who can pays. When none can, they fail. */
  #begin(open: OpenScope, planned: DecidedCall, waiters: readonly Waiter[]): void {
    const paid = this.#stopped ?? paidBy(waiters, planned.exchanges, true);
    if (!(paid instanceof GatewayError)) this.#begins(open, planned, waiters, paid, { gatherMs: planned.gatherMs, isPlanned: true });
    else for (const waiter of waiters) this.fails(waiter, paid, null);
  }

  #begins(
    open: OpenScope,
    planned: PlannedCall,
    waiters: readonly Waiter[],
    { terms, charge }: Paid,
    { gatherMs, isPlanned }: { gatherMs: number; isPlanned: boolean },
  ): CallInFlight {
    const call = new CallInFlight(++this.#calls, this.options.session(open.scope), this, planned, terms, charge, !isPlanned);
    open.calls.add(call);
    call.assign(planned, waiters);
    call.start(gatherMs);
    return call;
  }

  // ------------------------------------------------------------ what calls tell

  claims(call: CallInFlight): true | Promise<boolean> {
    const { registry } = this.options;
    return registry === undefined || this.#claim(call, registry);
  }

  /** When another process makes the call, or has made it, or its caller has spent too much elsewhere, what happens is decided anew. */
  async #claim(call: CallInFlight, registry: CallRegistry): Promise<boolean> {
    const claim = await registry.claim(call.plan.scope, call.call, call.isFixed);
    // What is claimed and not made is not charged.
    const isPaid = claim !== null && ((await call.charge?.confirm?.()) ?? true);
    if (claim && isPaid && !call.isOver) {
      this.#claims.set(call, claim);
      return true;
    }
    claim?.ended(null);
    if (call.isOver) return false;
    const waiters = [...call.waiters];
    call.drop();
    this.#decideAnew(waiters, true);
    return false;
  }

  sent(call: CallInFlight, at: Moment): void {
    this.#claims.get(call)?.sent(call.call, at);
  }

  async failing(call: AnyCall, error: GatewayError, nextTryAt: number): Promise<void> {
    if (call instanceof CallInFlight) this.#claims.get(call)?.failing(error, nextTryAt);
    const records = await this.#records(call.plan.scope);
    for (const waiter of [...call.waiters]) {
      const isLate = waiter.ask.terms.deadline <= nextTryAt;
      if (!isLate && !this.#delivery.hasStandIn(waiter, error, records)) continue;
      this.#delivery.learnFailure(waiter, { call: call.call, error, final: isLate });
      call.leave(waiter);
      this.#delivery.failed(waiter, error, records, call);
      waiter.ask.settle();
    }
  }

  tooLate(call: AnyCall, waiters: readonly Waiter[], error: GatewayError): void {
    for (const waiter of waiters) {
      call.leave(waiter);
      this.fails(waiter, error, call.sentAt ? call : null);
    }
  }

  /** One call is made beside an overdue one for those who wait for it; whichever answers first serves all. Never a third. A search has its calls counted. */
  overdue(call: CallInFlight): void {
    this.#claims.get(call)?.overdue();
    if (this.#search.isStep(call)) return;
    const open = this.#open(call.plan.scope);
    const { api } = open.scope;
    const others = [...open.open, ...this.#callsElsewhere(open.scope)];
    const isExpected = (wanted: Question) => others.some((other) => other !== call && api.covered(other.call, wanted, null) !== null);
    const isPatient = ({ ask: { terms } }: Waiter) => terms.deadline - this.options.clock.monotonic() > leastBesideMs;
    const waiters = [...call.waiters].filter((waiter) => isPatient(waiter) && !isExpected(waiter.wanted));
    if (waiters.length === 0 || this.#stopped) return;
    const paid = paidBy(waiters, call.plan.exchanges, false);
    if (paid instanceof GatewayError) return;
    for (const waiter of waiters) {
      call.leave(waiter);
      this.#delivery.gaveWay(waiter, call, "SENT");
    }
    this.#begins(open, call.plan, waiters, paid, { gatherMs: 0, isPlanned: false });
  }

  mayReadOn(call: CallInFlight): boolean {
    const { caller } = call.causedBy;
    const other = this.#readingOn.get(caller);
    if (other && other !== call && !other.isOver && other.waiters.size === 0) return false;
    this.#readingOn.set(caller, call);
    return true;
  }

  /** Whether all keys are read, now that the first page has told how many there are, or what is still wanted is asked for by name. */
  isWorth(call: CallInFlight, furtherPages: number): boolean {
    // A call that reads on behind those who gave up reads what they wanted.
    const wanted = call.waiters.size > 0 ? call.wanted : call.plan.questions;
    return call.plan.open !== true || call.plan.scope.api.isWorth(call.call as never, wanted as never, furtherPages);
  }

  parts(call: CallInFlight): number {
    const { session, plan: planned } = call;
    const usualMs = session.times.usualMs(planned.scope.api.name);
    const leftMs = call.deadline - this.options.clock.monotonic();
    if (usualMs === undefined || planned.exchanges * usualMs <= longestChainShare * leftMs) return 1;
    return Math.min(session.limiter.budget().concurrencyLimit, planned.exchanges);
  }

  remarks(call: CallInFlight, remark: string): void {
    const { api, account } = call.plan.scope;
    this.options.warn(`${api.metricsApi} of account ${account}: ${remark}`);
  }

  async store({ plan: { scope } }: CallInFlight, record: AnswerRecord): Promise<void> {
    this.#sizes.learn(scope, record);
    try {
      const keptMs = keepMs(this.options.freshness(scope.account), record);
      const slot = slotOf(scope.api, record);
      await this.options.store.put(scope.key, slot, record, keptMs);
      this.options.stored?.({ scope: scope.key, slot, version: record.reply.asOf });
    } catch (error) {
      this.options.warn("An answer could not be stored", error);
    }
  }

  ended(call: CallInFlight, end: CallEnd): void {
    const { scope } = call.plan;
    const open = this.#open(scope);
    open.calls.delete(call);
    open.version++;
    if (this.#readingOn.get(call.causedBy.caller) === call) this.#readingOn.delete(call.causedBy.caller);
    this.options.called?.(scope, call.facts, outcomeOf(call, end));
    if (call.causedBy.priority === "refresh") this.options.refreshed?.(scope, call.facts.exchanges);
    for (const other of open.open) other.depart();
    const claim = this.#claims.get(call);
    this.#claims.delete(call);
    if ("record" in end) {
      claim?.ended(end);
      call.session.succeeded();
      this.#landed(open, call, end.record, () => end.isCutShort);
    } else if (call.state === "dropped") claim?.ended(null);
    else {
      const pair = this.#search.pairOf(call);
      const error = this.#asGatewayError(end.error, call);
      const isSearched = this.#failed(open, call, error);
      if (claim && isSearched) this.#undecided.push({ claim, pair });
      else claim?.ended(this.#isForAll(call, error) ? { error } : null);
    }
    this.#search.ended(open, call);
    // Others decide anew when they can see the calls that go on in place of these.
    this.#undecided = this.#undecided.filter(({ claim: each, pair }) => {
      if (pair && pair.ended < 2) return true;
      each.ended(null);
      return false;
    });
  }

  /** Whether the error concerns whoever waits for the call, in whatever process. One that comes of this process alone does not. */
  #isForAll = (call: CallInFlight, error: GatewayError): boolean =>
    call.sentAt !== null && error !== this.#stopped && faultsOfPlatform.has(error.code);

  // ------------------------------------------------------------ calls of other processes

  #callsElsewhere = (scope: Scope): readonly CallElsewhere[] => this.options.registry?.known(scope) ?? [];

  readonly #elsewhere: ElsewhereListener = {
    changed: (scope) => {
      this.#open(scope).version++;
    },
    failing: (call, error, nextTryAt) => {
      this.failing(call, error, nextTryAt).catch((failure) => this.options.warn("A failure elsewhere could not be told", failure));
    },
    // Whether one is made beside it, and by whom, is decided anew.
    overdue: (call) => this.#decideAnew(leaving(call), false, true),
    landed: (call, record) => {
      const open = this.#open(call.plan.scope);
      for (const other of open.open) other.depart();
      this.#landed(open, call, record, ({ wanted }) => open.scope.api.covered(record.call, wanted, null) !== wanted);
    },
    ended: (call, error) => {
      for (const other of this.#open(call.plan.scope).open) other.depart();
      if (error) this.#failedElsewhere(call, error);
      else this.#decideAnew(leaving(call), true, call.sentAt !== null);
    },
  };

  #landed(open: OpenScope, call: AnyCall, record: AnswerRecord, isCutShort: (left: Waiter) => boolean): void {
    const again: Waiter[] = [];
    open.acceptArguments([...call.waiters].map(({ wanted }) => wanted));
    for (const waiter of call.waiters) {
      const left = this.#delivery.landed(waiter, record, call);
      if (left && isCutShort(left)) again.push(left);
      else if (left) this.fails(left, notHeld(left, record), call);
      waiter.ask.settle();
    }
    for (const other of [...open.open, ...this.#callsElsewhere(open.scope)]) {
      for (const waiter of [...other.waiters]) {
        if (!this.#delivery.serves(waiter, record)) continue;
        other.leave(waiter);
        this.#delivery.landed(waiter, record, call);
        if (other.sentAt) this.#delivery.gaveWay(waiter, other, "SENT");
        waiter.ask.settle();
      }
    }
    // What an answer that was cut short does not hold was not counted by any plan.
    this.#decideAnew(again, !(call instanceof CallInFlight));
  }

  /** Asks again for what is waited for, which no call will bring. `isPlanned`: the call that was to bring it was counted, and not made. `wasSent`: by another process. */
  #decideAnew(waiters: readonly Waiter[], isPlanned: boolean, wasSent = false): void {
    const byTerms = new Map<AskTerms, Waiter[]>();
    const isPatient = ({ ask: { terms } }: Waiter) => terms.deadline - this.options.clock.monotonic() > leastBesideMs;
    for (const waiter of waiters) {
      if (wasSent && !isPatient(waiter)) this.fails(waiter, inVain(null, wasSent), null);
      else byTerms.set(waiter.ask.terms, [...(byTerms.get(waiter.ask.terms) ?? []), waiter]);
    }
    for (const [given, some] of byTerms) {
      const charge: AskTerms["charge"] = (exchanges, wasPlanned) => given.charge(exchanges, wasPlanned && isPlanned);
      const terms: AskTerms = { ...given, charge, most: () => Number.POSITIVE_INFINITY };
      const asks = some.map((waiter) => this.#askAgain(waiter, terms));
      if (wasSent) for (const again of asks) this.#waitedInVain.add(again);
      this.#serve(asks, terms, () => null).catch((error) => {
        for (const again of asks) {
          this.#delivery.refused(again, again.question, this.#asGatewayError(error, null));
          again.settle();
        }
      });
    }
  }

  #askAgain(waiter: Waiter, terms: AskTerms): Ask {
    const { ask } = waiter;
    const again = new Ask(waiter.part, ask.scope, terms, ask.askedAt);
    this.#askedAgain.add(waiter);
    void again.outcome.then(({ answered, failed }) => {
      if (!ask.isWaiting(waiter)) return;
      for (const part of answered) ask.answered(part);
      for (const part of failed) ask.failed(part);
      ask.replaces(waiter, []);
      ask.settle();
    });
    return again;
  }

  /** True when a search for what was refused goes on in its place. */
  #failed(open: OpenScope, call: CallInFlight, error: GatewayError): boolean {
    this.#sizes.learnAtLeast(open.scope, call.call, call.rowsRead);
    call.session.failed(error);
    if (call.state === "halved" && this.#search.goesOn(open, call, error)) return true;
    this.#tellFailure(call, error);
    return false;
  }

  /** What the platform has refused is remembered here as well. */
  #failedElsewhere(call: CallElsewhere, error: GatewayError): void {
    const open = this.#open(call.plan.scope);
    const ids = open.scope.api.named(call.call);
    if (error.extensions.status === 400 && ids?.length === 1) open.refuseIds(ids, error);
    this.#tellFailure(call, error);
  }

  #tellFailure(call: AnyCall, error: GatewayError): void {
    for (const waiter of call.waiters) {
      this.#delivery.learnFailure(waiter, { call: call.call, error, final: true });
      this.fails(waiter, error, call);
    }
  }

  // ------------------------------------------------------------ the search for a refused id

  begins(open: OpenScope, planned: PlannedCall, waiters: readonly Waiter[]): CallInFlight | null {
    const paid = this.#stopped ?? paidBy(waiters, planned.exchanges, false);
    return paid instanceof GatewayError ? null : this.#begins(open, planned, waiters, paid, { gatherMs: 0, isPlanned: false });
  }

  gaveWay(waiter: Waiter, call: CallInFlight): void {
    this.#delivery.gaveWay(waiter, call, "FAILED");
  }

  // ------------------------------------------------------------ ends

  #giveUp(ask: Ask): void {
    const { open } = this.#open(ask.scope);
    for (const waiter of ask.waiting) {
      // It has a deadline of its own there.
      if (this.#askedAgain.has(waiter)) continue;
      const call = [...open, ...this.#callsElsewhere(ask.scope)].find(({ waiters }) => waiters.has(waiter)) ?? null;
      const error = inVain(call, this.#waitedInVain.has(ask));
      if (call?.state === "overdue") call.failing ??= error;
      call?.leave(waiter);
      this.fails(waiter, error, call?.sentAt ? call : null);
    }
  }

  /** The waiter is told the error, or a stale answer in its place. */
  fails(waiter: Waiter, error: GatewayError, call: AnyCall | null): void {
    this.#records(waiter.ask.scope)
      .catch((failure) => {
        this.options.warn("Stored answers could not be read", failure);
        return [];
      })
      .then((records) => {
        if (!waiter.ask.isWaiting(waiter)) return;
        this.#delivery.failed(waiter, error, records, call);
        waiter.ask.settle();
      });
  }

  #records = ({ key }: Scope): Promise<readonly AnswerRecord[]> => this.options.store.get(key);

  #asGatewayError(error: unknown, call: CallInFlight | null): GatewayError {
    if (error instanceof GatewayError) return error;
    this.options.warn(call ? "A call failed within the gateway" : "A question could not be asked again", error);
    return gatewayFailed();
  }
}

/** What is known or under way, and the refusal for all that would need a call. */
const withoutCalls = <C extends AnyCall>(decision: Decision<C>, error: GatewayError): Decision<C> => ({
  ...decision,
  refused: [...decision.refused, ...decision.waits.map(({ question, part }) => ({ question, part, error }))],
  waits: [],
  refreshes: [],
  plans: new Map(),
});

/** What the answer does not hold of the waiter's part: a section that could not be read, or rows that the platform left out against its own rules. */
function notHeld({ part, ask }: Waiter, { reply }: AnswerRecord): GatewayError {
  const fault = ask.scope.api.faultFor(reply, part);
  return new GatewayError("UPSTREAM_INVALID_RESPONSE", fault ?? "The platform's answer does not hold what was asked for.");
}

/** What somebody is told who waited until now, for a call that was sent or for one that was not. */
function inVain(call: AnyCall | null, wasSent: boolean): GatewayError {
  if (call && !call.sentAt && !wasSent) {
    const message = "The call budget left no permit within the deadline of the request.";
    return new GatewayError("BUDGET_EXHAUSTED", message, { retryAfterMs: 1_000 });
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
  const parts = new Map<Waiter, Waiter[]>();
  const served = new Map<DecidedCall, { from: Waiter; waiter: Waiter }[]>();
  for (const call of calls) {
    const { api } = call.scope;
    for (const { of, wanted } of call.serves) {
      for (const from of waitersOf.get(of) ?? []) {
        const ids = api.ids(wanted);
        const isWhole = ids === null || canonical(ids) === canonical(api.ids(from.part));
        const waiter =
          of === wanted ? from : { ...from, wanted, part: isWhole ? from.part : api.withIds(from.part, ids as readonly string[]) };
        served.set(call, [...(served.get(call) ?? []), { from, waiter }]);
        parts.set(from, [...(parts.get(from) ?? []), waiter]);
      }
    }
  }
  for (const [from, into] of parts) if (into.length !== 1 || into[0] !== from) from.ask.replaces(from, into);
  return served;
}

/** Whose request bears a call. */
interface Paid {
  readonly terms: AskTerms;
  readonly charge: Charge;
}

/** The first of the waiters who can bear so many exchanges, or why none can. */
function paidBy(waiters: readonly Waiter[], exchanges: number, isPlanned: boolean): Paid | GatewayError {
  let refusal: GatewayError = gatewayFailed();
  for (const terms of new Set(waiters.map(({ ask }) => ask.terms))) {
    const charge = terms.charge(exchanges, isPlanned);
    if (!(charge instanceof GatewayError)) return { terms, charge };
    refusal = charge;
  }
  return refusal;
}
