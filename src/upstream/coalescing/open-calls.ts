import { LRUCache } from "lru-cache";
import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import { type AnswerStore, type Freshness, keepMs, type Moment, slotOf } from "../answers.js";
import type { AnswerRecord } from "../apis/descriptor.js";
import type { Charge } from "../budget/caller-budget.js";
import { mostScopes, type PlannedCall, type Scope } from "../plan.js";
import { type ApiName, own, type Question } from "../question.js";
import type { AskTerms, CallFacts, Outcome } from "./ask.js";
import type { CallElsewhere, CallRegistry } from "./call-elsewhere.js";
import { type CallEnd, CallInFlight, type CallOwner } from "./call-in-flight.js";
import { Claims, type ClaimsOwner } from "./claims.js";
import type { DecidedCall } from "./decide.js";
import { Delivery, gatewayFailed, type Waiter } from "./delivery.js";
import { OpenScope, SizesSeen } from "./open-scope.js";
import type { Session } from "./reading.js";
import { RefusedIdSearch, type SearchOwner } from "./refused-id-search.js";

/** One account at the platform, as its calls need it. */
export interface CallingAccount {
  readonly freshness: Freshness;
  readonly sessions: Readonly<Record<ApiName, Session>>;
}

/** Told of a record that took its place in the store: its scope's key, its slot, and when the platform was asked, epoch ms. */
export type StoredListener = (record: { scope: string; slot: string; version: number }) => void;

export interface OpenCallsOptions {
  store: AnswerStore;
  /** By id. */
  accounts: Pick<ReadonlyMap<string, CallingAccount>, "get">;
  clock: Clock;
  /** Told of what went wrong where no client hears it. */
  warn: (message: string, error?: unknown) => void;
  /** The calls of other processes that share the store; left out: there are none. */
  registry?: CallRegistry;
  /** Told where the answer of each question, or part of one, came from. */
  reported?: (scope: Scope, outcome: Outcome) => void;
  /** Told of each call of this process that has ended: "OK", "DROPPED" before it was sent, or the code of its error. */
  called?: (scope: Scope, facts: CallFacts, outcome: string) => void;
  /** Told when a refresh that nobody waited for is over, with the exchanges it took. */
  refreshed?: (scope: Scope, exchanges: number) => void;
}

/**
 * Asks again for what is waited for, which no call will bring. `isPlanned`: the call that was to bring it was counted, and not made.
 * `wasSent`: by another process.
 */
export type DecideAnew = (waiters: readonly Waiter[], isPlanned: boolean, wasSent?: boolean) => void;

/** A call of this process or of another. */
export type AnyCall = CallInFlight | CallElsewhere;

/** Somebody who gives up within this time gains nothing by another call, ms. */
const leastBesideMs = 100;
/** A chain of pages that takes more than this part of the deadline is cut into parts. */
const longestChainShare = 0.5;

/** The calls that are queued or in flight, and what happens when one of them tells something. */
export class OpenCalls implements CallOwner, SearchOwner, ClaimsOwner {
  readonly delivery: Delivery;
  readonly sizes: SizesSeen;
  readonly #scopes = new LRUCache<string, OpenScope>({ max: mostScopes });
  readonly #search = new RefusedIdSearch(this);
  /** Null where no other process shares the store. */
  readonly #shared: Claims | null;
  /** By caller: the series of pages that reads on although nobody waits for it. */
  readonly #readingOn = new Map<string, CallInFlight>();
  readonly #storedListeners: StoredListener[] = [];
  #stopped: GatewayError | null = null;
  #calls = 0;

  constructor(
    private readonly options: OpenCallsOptions,
    readonly decideAnew: DecideAnew,
  ) {
    this.sizes = new SizesSeen(() => options.clock.monotonic());
    this.delivery = new Delivery(this.freshness, options.clock, options.reported);
    this.#shared = options.registry ? new Claims(options.registry, this, options.warn) : null;
    options.store.onTaken?.((key, record) => {
      const scope = this.#scopes.get(key)?.scope;
      if (!scope) return;
      this.sizes.learn(scope, record);
      this.#tellStored(scope, record);
    });
  }

  session({ account, api }: Scope): Session {
    return this.#account(account).sessions[api.name];
  }

  freshness = (account: string): Freshness => this.#account(account).freshness;

  #account(id: string): CallingAccount {
    const account = this.options.accounts.get(id);
    if (!account) throw new Error(`Account ${id} is not configured.`);
    return account;
  }

  onStored(listener: StoredListener): void {
    this.#storedListeners.push(listener);
  }

  #tellStored({ key, api }: Scope, record: AnswerRecord): void {
    for (const listener of this.#storedListeners) listener({ scope: key, slot: slotOf(api, record), version: record.reply.asOf });
  }

  open(scope: Scope): OpenScope {
    const open = this.#scopes.get(scope.key) ?? new OpenScope(scope, () => this.options.clock.monotonic());
    this.#scopes.set(scope.key, open);
    return open;
  }

  /** The calls that somebody may join: those of this process, then those of others. */
  all(scope: Scope): readonly AnyCall[] {
    return [...this.open(scope).openCalls, ...this.#elsewhere(scope)];
  }

  /** Fails what waits, with a stale answer where there is one, and makes no further call. */
  stop(): void {
    this.#stopped = new GatewayError("UPSTREAM_UNAVAILABLE", "The gateway is stopping.");
    for (const open of this.#scopes.values()) {
      for (const call of open.openCalls) call.stop(this.#stopped);
      for (const call of this.#elsewhere(open.scope)) this.tooLate(call, [...call.waiters], this.#stopped);
    }
  }

  /** Whether the waiter gains something by another call. */
  isPatient({ ask: { terms } }: Waiter): boolean {
    return terms.deadline - this.options.clock.monotonic() > leastBesideMs;
  }

  #elsewhere(scope: Scope): readonly CallElsewhere[] {
    return this.#shared?.known(scope) ?? [];
  }

  // ------------------------------------------------------------ how calls begin

  /** A new call for these waiters. The first of them who can pays for it; when none can, they fail. */
  beginPlanned(open: OpenScope, planned: DecidedCall, waiters: readonly Waiter[]): void {
    const paid = this.#stopped ?? paidBy(waiters, planned.exchanges, true);
    if (!(paid instanceof GatewayError)) this.#begin(open, planned, waiters, paid, { gatherMs: planned.gatherMs, isPlanned: true });
    else for (const waiter of waiters) this.failWaiter(waiter, paid, null);
  }

  #begin(
    open: OpenScope,
    planned: PlannedCall,
    waiters: readonly Waiter[],
    { terms, charge }: Paid,
    { gatherMs, isPlanned }: { gatherMs: number; isPlanned: boolean },
  ): CallInFlight {
    const call = new CallInFlight(++this.#calls, this.session(open.scope), this, planned, terms, charge, !isPlanned);
    open.calls.add(call);
    call.assign(planned, waiters);
    call.start(gatherMs);
    return call;
  }

  /** A call of a search, which no plan counted. */
  beginUnplanned(open: OpenScope, planned: PlannedCall, waiters: readonly Waiter[]): CallInFlight | null {
    const paid = this.#stopped ?? paidBy(waiters, planned.exchanges, false);
    return paid instanceof GatewayError ? null : this.#begin(open, planned, waiters, paid, { gatherMs: 0, isPlanned: false });
  }

  reportAbandoned(waiter: Waiter, call: CallInFlight): void {
    this.delivery.reportAbandoned(waiter, call, "FAILED");
  }

  // ------------------------------------------------------------ what calls tell

  claims(call: CallInFlight): true | Promise<boolean> {
    return this.#shared === null || this.#shared.claim(call);
  }

  sent(call: CallInFlight, at: Moment): void {
    this.#shared?.sent(call, at);
  }

  async failing(call: AnyCall, error: GatewayError, nextTryAt: number): Promise<void> {
    if (call instanceof CallInFlight) {
      this.#noteHealth(call, error);
      this.#shared?.failing(call, error, nextTryAt);
    }
    const records = await this.#records(call.plan.scope);
    for (const waiter of [...call.waiters]) {
      const isLate = waiter.ask.terms.deadline <= nextTryAt;
      if (!isLate && !this.delivery.hasStandIn(waiter, error, records)) continue;
      this.delivery.learnFailure(waiter, { call: call.call, error, final: isLate });
      call.leave(waiter);
      this.delivery.failed(waiter, error, records, call);
    }
  }

  tooLate(call: AnyCall, waiters: readonly Waiter[], error: GatewayError): void {
    for (const waiter of waiters) {
      call.leave(waiter);
      this.failWaiter(waiter, error, call.sentAt ? call : null);
    }
  }

  /**
   * One call is made beside an overdue one for those who wait for it, never a third. Whichever answers first serves all. None is made beside a
   * call of a search, whose calls are counted.
   */
  overdue(call: CallInFlight): void {
    this.#shared?.overdue(call);
    if (this.#search.isStep(call)) return;
    const open = this.open(call.plan.scope);
    const { api } = open.scope;
    const others = this.all(open.scope);
    const isExpected = (wanted: Question) => others.some((other) => other !== call && api.covered(other.call, wanted, null) !== null);
    const waiters = [...call.waiters].filter((waiter) => this.isPatient(waiter) && !isExpected(waiter.wanted));
    if (waiters.length === 0 || this.#stopped) return;
    const paid = paidBy(waiters, call.plan.exchanges, false);
    if (paid instanceof GatewayError) return;
    for (const waiter of waiters) {
      call.leave(waiter);
      this.delivery.reportAbandoned(waiter, call, "SENT");
    }
    this.#begin(open, call.plan, waiters, paid, { gatherMs: 0, isPlanned: false });
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
    this.sizes.learn(scope, record);
    try {
      const keptMs = keepMs(this.freshness(scope.account), record);
      await this.options.store.put(scope.key, slotOf(scope.api, record), record, keptMs);
      this.#tellStored(scope, record);
    } catch (error) {
      this.options.warn("An answer could not be stored", error);
    }
  }

  // ------------------------------------------------------------ how calls end

  ended(call: CallInFlight, end: CallEnd): void {
    const { scope } = call.plan;
    const open = this.open(scope);
    open.calls.delete(call);
    open.version++;
    if (this.#readingOn.get(call.causedBy.caller) === call) this.#readingOn.delete(call.causedBy.caller);
    this.options.called?.(scope, call.facts, outcomeOf(call, end));
    if (call.causedBy.priority === "refresh") this.options.refreshed?.(scope, call.facts.exchanges);
    this.departs(open);
    if ("record" in end) {
      this.#shared?.ended(call, end);
      this.#noteHealth(call, null);
      this.landed(open, call, end.record, () => end.isCutShort);
    } else if (call.state === "dropped") this.#shared?.ended(call, null);
    else {
      const pair = this.#search.pairOf(call);
      const error = this.#asGatewayError(end.error);
      if (this.#failed(open, call, error)) this.#shared?.isSearched(call, pair);
      else this.#shared?.ended(call, error === this.#stopped ? null : { error });
    }
    if (call.isFixed) this.#search.ended(open, call);
    this.#shared?.searchWentOn();
  }

  /** Calls of the scope that gather questions leave now, because the call in flight is over. */
  departs(open: OpenScope): void {
    for (const other of open.openCalls) other.depart();
  }

  /** Gives the answer to its own waiters, and to those of other calls of the scope if it holds all that they wait for. */
  landed(open: OpenScope, call: AnyCall, record: AnswerRecord, isCutShort: (left: Waiter) => boolean): void {
    const again: Waiter[] = [];
    open.acceptArguments([...call.waiters].map(({ wanted }) => wanted));
    for (const waiter of call.waiters) {
      const left = this.delivery.landed(waiter, record, call);
      if (left && isCutShort(left)) again.push(left);
      else if (left) this.failWaiter(left, notHeld(left, record), call);
    }
    for (const other of this.all(open.scope)) {
      for (const waiter of [...other.waiters]) {
        if (!this.delivery.serves(waiter, record)) continue;
        other.leave(waiter);
        this.delivery.landed(waiter, record, call);
        if (other.sentAt) this.delivery.reportAbandoned(waiter, other, "SENT");
      }
    }
    // What an answer that was cut short does not hold was not counted by any plan.
    this.decideAnew(again, !(call instanceof CallInFlight));
  }

  /** True when a search for what was refused goes on in its place. */
  #failed(open: OpenScope, call: CallInFlight, error: GatewayError): boolean {
    this.sizes.learnAtLeast(open.scope, call.call, call.rowsRead);
    this.#noteHealth(call, error);
    if (call.state === "halved" && this.#search.goesOn(open, call, error)) return true;
    this.failWaitersOf(call, error);
    return false;
  }

  /** An error with a caller's own token says nothing about the platform. */
  #noteHealth({ session: { health }, plan: { scope } }: CallInFlight, error: GatewayError | null): void {
    if (scope.credential !== own) return;
    if (error) health.ill(scope.api, error);
    else health.well(scope.api);
  }

  failWaitersOf(call: AnyCall, error: GatewayError): void {
    for (const waiter of call.waiters) {
      this.delivery.learnFailure(waiter, { call: call.call, error, final: true });
      this.failWaiter(waiter, error, call);
    }
  }

  /** The waiter is told the error, or a stale answer in its place. */
  failWaiter(waiter: Waiter, error: GatewayError, call: AnyCall | null): void {
    this.#records(waiter.ask.scope)
      .catch((failure) => {
        this.options.warn("Stored answers could not be read", failure);
        return [];
      })
      .then((records) => {
        if (waiter.ask.isWaiting(waiter)) this.delivery.failed(waiter, error, records, call);
      });
  }

  #records = async ({ key }: Scope): Promise<readonly AnswerRecord[]> => this.options.store.get(key);

  #asGatewayError(error: unknown): GatewayError {
    if (error instanceof GatewayError) return error;
    this.options.warn("A call failed within the gateway", error);
    return gatewayFailed();
  }
}

function outcomeOf(call: CallInFlight, end: CallEnd): string {
  if ("record" in end) return "OK";
  if (call.state === "dropped") return "DROPPED";
  return end.error instanceof GatewayError ? end.error.code : "INTERNAL_SERVER_ERROR";
}

/** What the answer does not hold of the waiter's part: a section that could not be read, or rows that the platform left out against its own rules. */
function notHeld({ part, ask }: Waiter, { reply }: AnswerRecord): GatewayError {
  const fault = ask.scope.api.faultFor(reply, part);
  return new GatewayError("UPSTREAM_INVALID_RESPONSE", fault ?? "The platform's answer does not hold what was asked for.");
}

/** The request that pays for a call. */
interface Paid {
  readonly terms: AskTerms;
  readonly charge: Charge;
}

/** The first of the waiters' requests that can pay for the exchanges, or why none can. */
function paidBy(waiters: readonly Waiter[], exchanges: number, isPlanned: boolean): Paid | GatewayError {
  let refusal: GatewayError | undefined;
  for (const terms of new Set(waiters.map(({ ask }) => ask.terms))) {
    const charge = terms.charge(exchanges, isPlanned);
    if (!(charge instanceof GatewayError)) return { terms, charge };
    refusal = charge;
  }
  return refusal ?? gatewayFailed();
}
