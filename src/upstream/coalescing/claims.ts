import type { ErrorCode, GatewayError } from "../../errors.js";
import type { Moment } from "../answers.js";
import type { AnswerRecord } from "../apis/descriptor.js";
import type { Scope } from "../plan.js";
import type { CallElsewhere, CallRegistry, Claim, ElsewhereListener } from "./call-elsewhere.js";
import type { CallInFlight } from "./call-in-flight.js";
import type { Waiter } from "./delivery.js";
import type { OpenScope } from "./open-scope.js";
import type { Pair } from "./refused-id-search.js";

/** Who owns the calls of this process, and what waits for those of others. */
export interface ClaimsOwner {
  open(scope: Scope): OpenScope;
  departs(open: OpenScope): void;
  failing(call: CallElsewhere, error: GatewayError, nextTryAt: number): Promise<void>;
  landed(open: OpenScope, call: CallElsewhere, record: AnswerRecord, isCutShort: (left: Waiter) => boolean): void;
  failWaitersOf(call: CallElsewhere, error: GatewayError): void;
  decideAnew(waiters: readonly Waiter[], isPlanned: boolean, wasSent?: boolean): void;
}

/** Errors that are for everybody who waits for the call, in every process. Any other is for its own process alone. */
const faultsOfPlatform: ReadonlySet<ErrorCode> = new Set([
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_INVALID_RESPONSE",
  "UPSTREAM_UNAUTHORIZED",
  "UPSTREAM_REJECTED",
  "UPSTREAM_RATE_LIMITED",
]);

/** Shares calls with other processes. It tells them what happens to the calls that it has claimed, and joins those that they have claimed. */
export class Claims {
  readonly #claims = new Map<CallInFlight, Claim>();
  /** Of calls that a search has yet to go on from. */
  #searched: { readonly claim: Claim; readonly pair: Pair | null }[] = [];

  constructor(
    private readonly registry: CallRegistry,
    private readonly owner: ClaimsOwner,
    private readonly warn: (message: string, error?: unknown) => void,
  ) {
    registry.onEvent(this.#listener);
  }

  known(scope: Scope): readonly CallElsewhere[] {
    return this.registry.known(scope);
  }

  // ------------------------------------------------------------ calls of this process

  /**
   * False when the call is not made here: another process makes it or has made it, or its caller has spent too much elsewhere. What its waiters
   * get is then decided anew.
   */
  async claim(call: CallInFlight): Promise<boolean> {
    const claim = await this.registry.claim(call.plan.scope, call.call, call.isFixed);
    // A call that another process makes is not charged here.
    const isPaid = claim !== null && ((await call.charge?.confirm?.()) ?? true);
    if (claim && isPaid && !call.isOver) {
      this.#claims.set(call, claim);
      return true;
    }
    claim?.ended(null);
    if (call.isOver) return false;
    const waiters = [...call.waiters];
    call.drop();
    this.owner.decideAnew(waiters, true);
    return false;
  }

  sent(call: CallInFlight, at: Moment): void {
    this.#claims.get(call)?.sent(call.call, at);
  }

  failing(call: CallInFlight, error: GatewayError, nextTryAt: number): void {
    this.#claims.get(call)?.failing(error, nextTryAt);
  }

  overdue(call: CallInFlight): void {
    this.#claims.get(call)?.overdue();
  }

  /** Null: without an answer or an error that concerns anybody else. */
  ended(call: CallInFlight, end: { readonly record: AnswerRecord } | { readonly error: GatewayError } | null): void {
    const claim = this.#claims.get(call);
    this.#claims.delete(call);
    const isForAll = end !== null && ("record" in end || (call.sentAt !== null && faultsOfPlatform.has(end.error.code)));
    claim?.ended(isForAll ? end : null);
  }

  /** A search for a refused id goes on in the place of the call. */
  isSearched(call: CallInFlight, pair: Pair | null): void {
    const claim = this.#claims.get(call);
    this.#claims.delete(call);
    if (claim) this.#searched.push({ claim, pair });
  }

  /** Others decide anew when they can see the calls that go on in place of those that were refused. */
  searchWentOn(): void {
    this.#searched = this.#searched.filter(({ claim, pair }) => {
      if (pair && pair.ended < 2) return true;
      claim.ended(null);
      return false;
    });
  }

  // ------------------------------------------------------------ calls of other processes

  readonly #listener: ElsewhereListener = {
    changed: (scope) => {
      this.owner.open(scope).version++;
    },
    failing: (call, error, nextTryAt) => {
      this.owner.failing(call, error, nextTryAt).catch((failure) => this.warn("A failure elsewhere could not be told", failure));
    },
    // Whether one is made beside it, and by whom, is decided anew.
    overdue: (call) => this.owner.decideAnew(leaving(call), false, true),
    landed: (call, record) => {
      const open = this.owner.open(call.plan.scope);
      this.owner.departs(open);
      this.owner.landed(open, call, record, ({ wanted }) => open.scope.api.covered(record.call, wanted, null) !== wanted);
    },
    ended: (call, error) => {
      this.owner.departs(this.owner.open(call.plan.scope));
      if (error) this.#failed(call, error);
      else this.owner.decideAnew(leaving(call), true, call.sentAt !== null);
    },
  };

  /** What the platform has refused is remembered here as well. */
  #failed(call: CallElsewhere, error: GatewayError): void {
    const open = this.owner.open(call.plan.scope);
    const ids = open.scope.api.named(call.call);
    if (error.extensions.status === 400 && ids?.length === 1) open.refuseIds(ids, error);
    this.owner.failWaitersOf(call, error);
  }
}

/** The waiters of a call that they do not wait for any more. */
function leaving(call: CallElsewhere): Waiter[] {
  const waiters = [...call.waiters];
  for (const waiter of waiters) call.leave(waiter);
  return waiters;
}
