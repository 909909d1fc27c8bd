import { GatewayError } from "../../errors.js";
import { type Moment, momentOf } from "../answers.js";
import type { AnswerRecord } from "../apis/descriptor.js";
import type { Charge } from "../budget/caller-budget.js";
import { type Permit, type PermitRequest, type PermitTerms, type Priority, priorities } from "../budget/permit.js";
import type { Call } from "../call.js";
import type { PlannedCall } from "../plan.js";
import type { Question } from "../question.js";
import type { AskTerms, CallFacts } from "./ask.js";
import type { KnownCall } from "./decide.js";
import type { Waiter } from "./delivery.js";
import { type CallEvent, type CallState, transitions } from "./life-of-a-call.js";
import { nobodyWaits, type ReadCall, Reading, type Session, withRetryAfter } from "./reading.js";

/** What a call tells the coalescer, which owns the waiters of all calls. */
export interface CallOwner {
  /** Whether the call may be made: false when another process makes it, after which this one is over. */
  claims(call: CallInFlight): true | Promise<boolean>;
  /** Its first exchange begins. */
  sent(call: CallInFlight, at: Moment): void;
  /** A try has failed and another may be made at `nextTryAt`, monotonic ms: waiters that need not wait can leave. */
  failing(call: CallInFlight, error: GatewayError, nextTryAt: number): Promise<void>;
  /** Permits for the call cannot come before these waiters' deadlines. */
  tooLate(call: CallInFlight, waiters: readonly Waiter[], error: GatewayError): void;
  overdue(call: CallInFlight): void;
  /** Whether the call may read its next pages although nobody waits for it. */
  mayReadOn(call: CallInFlight): boolean;
  /** Whether all further pages are worth reading, now that their number is known; false ends the answer with the pages that are there. */
  isWorth(call: CallInFlight, furtherPages: number): boolean;
  /** Into how many parts the call's window is cut, read side by side. */
  parts(call: CallInFlight): number;
  /** Something about the answer that operators should know. */
  remarks(call: CallInFlight, remark: string): void;
  /** Resolves when the answer can be found by the next asker. */
  store(call: CallInFlight, record: AnswerRecord): Promise<void>;
  ended(call: CallInFlight, end: CallEnd): void;
}

export type CallEnd = { readonly record: AnswerRecord; readonly isCutShort: boolean } | { readonly error: unknown };

/** How long a series of pages reads on after its last waiter has left, ms. */
const longestReadingOnMs = 60_000;

/**
 * One call, from the time it is planned until it is over. Its state has one writer, `happens`, and changes by the table of
 * life-of-a-call.ts alone. Its facts and `failing` are written here as well and nowhere else.
 */
export class CallInFlight implements KnownCall, ReadCall {
  #state: CallState = "queued";
  readonly #waiters = new Set<Waiter>();
  readonly facts: CallFacts;
  #failing: GatewayError | null = null;
  #sentAt: Moment | null = null;
  readonly #requests = new Set<PermitRequest>();
  #gathering: NodeJS.Timeout | undefined;
  #isGathering = false;
  #isClaimed = false;
  /** Since when nobody waits for it, monotonic ms. */
  #abandonedAt = 0;
  readonly #reading: Reading;

  constructor(
    id: number,
    readonly session: Session,
    private readonly owner: CallOwner,
    private current: PlannedCall,
    /** Whose request made the call necessary; others joined. */
    readonly causedBy: AskTerms,
    readonly charge: Charge | null,
    /** True: the call stays as it is, whatever else is asked. */
    readonly isFixed: boolean,
  ) {
    this.facts = { id, exchanges: 0, retries: 0, pages: 0, sentAt: 0 };
    this.#reading = new Reading(this);
  }

  get state(): CallState {
    return this.#state;
  }
  get call(): Call {
    return this.current.call;
  }
  get plan(): PlannedCall {
    return this.current;
  }
  /** Its place in the plan of its scope while what it asks may still change; null after that. */
  get planned(): PlannedCall | null {
    return this.#sentAt === null && !this.isFixed && !this.isOver ? this.current : null;
  }
  get wanted(): readonly Question[] {
    return [...this.#waiters].map(({ wanted }) => wanted);
  }
  get waiters(): ReadonlySet<Waiter> {
    return this.#waiters;
  }
  /** Rows of the pages that came. */
  get rowsRead(): number {
    return this.#reading.rowsRead;
  }
  get sentAt(): Moment | null {
    return this.#sentAt;
  }
  /** Why the last try failed, while the call waits for the next; or that somebody waited for the overdue call in vain. */
  get failing(): GatewayError | null {
    return this.#failing;
  }
  get isOver(): boolean {
    return endStates.has(this.#state);
  }

  // ------------------------------------------------------------ what its owner does with it

  /** Asks for the permit of the first exchange, at once or when questions have gathered for it. */
  start(gatherMs: number): void {
    this.#isGathering = gatherMs > 0;
    if (this.#isGathering) this.#gathering = setTimeout(() => this.depart(), gatherMs);
    else this.#requestFirstPermit();
  }

  /** Ends the gathering. */
  depart(): void {
    clearTimeout(this.#gathering);
    if (!this.#isGathering) return;
    this.#isGathering = false;
    if (!this.isOver) this.#requestFirstPermit();
  }

  /** What the call asks while it is queued, and for whom. */
  assign(plan: PlannedCall, waiters: readonly Waiter[]): void {
    this.current = plan;
    this.#waiters.clear();
    for (const waiter of waiters) this.#waiters.add(waiter);
    this.happens("joined");
    this.#moveRequests();
    this.#refuseLate();
  }

  /** Ends a call that has not been sent, because another will answer what it was for. */
  drop(): void {
    this.#waiters.clear();
    this.#fail("abandoned", nobodyWaits());
  }

  join(waiter: Waiter): void {
    this.#waiters.add(waiter);
    this.happens("joined");
    this.#moveRequests();
    this.#refuseLate();
  }

  /** The waiter no longer waits for this call. A call that was not sent and that nobody waits for is dropped. */
  leave(waiter: Waiter): void {
    if (!this.#waiters.delete(waiter) || this.isOver) return;
    if (this.#waiters.size > 0) {
      this.#moveRequests();
      return;
    }
    this.#abandonedAt = this.session.clock.monotonic();
    if (this.facts.pages === 0) this.happens("abandoned");
    if (this.isOver) this.#end({ error: nobodyWaits() });
    else this.session.limiter.reclaim();
  }

  /** The deadline of a waiter has passed. While an overdue call is under way, the next waiters are told so. */
  missedDeadline(error: GatewayError): void {
    if (this.#state === "overdue") this.#failing ??= error;
  }

  stop(error: GatewayError): void {
    if (this.isOver) return;
    this.happens("stopped");
    this.#reading.abort(error);
    this.#end({ error });
  }

  /** Tells the limiter how urgent the permits are now. */
  #moveRequests(): void {
    for (const request of this.#requests) request.move(this.#permitTerms());
  }

  #fail(event: CallEvent, error: unknown): void {
    this.happens(event);
    this.#end({ error });
  }

  #end(end: CallEnd): void {
    clearTimeout(this.#gathering);
    for (const request of this.#requests) request.cancel();
    this.#requests.clear();
    this.charge?.settle(this.facts.exchanges);
    this.owner.ended(this, end);
  }

  /** Not while the service is tested or its circuit is open, and not before the call is claimed among replicas. */
  #requestFirstPermit(): void {
    if (this.#waitsForProbe() || this.#failsAtCircuit()) return;
    if (!this.#isClaimed) {
      const isClaimed = this.owner.claims(this);
      this.#isClaimed = true;
      if (isClaimed !== true) {
        void isClaimed.then((mine) => {
          if (mine && !this.isOver) this.#requestFirstPermit();
        });
        return;
      }
    }
    this.#requestPermit(
      // What is asked in the same tick joins the call before it is sent.
      (permit) => queueMicrotask(() => this.#granted(permit)),
      (error) => {
        this.owner.tooLate(this, [...this.#waiters], error);
        if (!this.isOver) this.#fail("failed for good", error);
      },
    );
    this.#refuseLate();
  }

  /** While another call tests whether the service answers again, this one waits, without a permit. */
  #waitsForProbe(): boolean {
    const probe = this.session.circuit.probing();
    void probe?.then(() => {
      if (!this.isOver) this.#requestFirstPermit();
    });
    return probe !== null;
  }

  /** Fails the call while the circuit is open. */
  #failsAtCircuit(): boolean {
    const refusal = this.session.circuit.refusal();
    if (refusal) this.#fail("circuit open", refusal);
    return refusal !== null;
  }

  /** Waiters whose deadline comes before the permit can; the call goes on for the others. */
  #refuseLate(): void {
    const [first] = this.#requests;
    if (!first) return;
    const earliest = first.earliest();
    const late = [...this.#waiters].filter(({ ask }) => ask.terms.deadline < earliest);
    if (late.length === 0) return;
    this.happens("too late");
    this.owner.tooLate(this, late, this.session.limiter.refusal(earliest));
  }

  #granted(permit: Permit): void {
    if (this.isOver || this.#waitsForProbe() || this.#failsAtCircuit()) {
      permit.release();
      return;
    }
    this.#sentAt = momentOf(this.session.clock);
    this.facts.sentAt = this.#sentAt.monotonic;
    this.owner.sent(this, this.#sentAt);
    void this.#read(permit);
  }

  async #read(permit: Permit): Promise<void> {
    try {
      const { record, remarks, isCutShort } = await this.#reading.read(permit);
      for (const remark of remarks) this.owner.remarks(this, remark);
      // Until the answer is stored the call can be joined: else it could be made twice.
      await this.owner.store(this, record);
      if (this.isOver) return;
      this.happens("answered");
      this.#end({ record, isCutShort });
    } catch (error) {
      if (this.isOver) return;
      this.#fail(isRejected(error) ? "rejected" : "failed for good", error);
    }
  }

  // ------------------------------------------------------------ what its reading tells and asks

  /** True while somebody waits for it who is not a refresh. */
  get isWanted(): boolean {
    if (this.isOver) return false;
    const now = this.session.clock.monotonic();
    return [...this.#waiters].some(({ ask: { terms } }) => terms.priority !== "refresh" && terms.deadline > now);
  }

  /** To be called by its reading alone: the call knows the rest. */
  happens(event: CallEvent): void {
    const next = transitions[this.#state][event];
    if (next === undefined) throw new Error(`A call that is ${this.#state} cannot be told "${event}".`);
    this.#state = next;
  }

  exchangeSent(isRetry: boolean): void {
    this.#failing = null;
    this.facts.exchanges++;
    if (isRetry) this.facts.retries++;
  }

  pageCame(): void {
    this.facts.pages++;
  }

  overdue(): void {
    this.happens("overdue");
    this.owner.overdue(this);
  }

  reclaimed(): void {
    if (!this.isOver) this.#fail("reclaimed", nobodyWaits());
  }

  parts(): number {
    return this.owner.parts(this);
  }

  isWorth(furtherPages: number): boolean {
    return this.owner.isWorth(this, furtherPages);
  }

  async fails(error: GatewayError, nextTryAt: number): Promise<void> {
    this.#failing = error;
    await this.owner.failing(this, error, nextTryAt);
  }

  /** Monotonic ms until which the call is of use. */
  get deadline(): number {
    if (this.#waiters.size > 0) return Math.max(...[...this.#waiters].map(({ ask }) => ask.terms.deadline));
    return this.facts.pages > 0 && this.owner.mayReadOn(this) ? this.#abandonedAt + longestReadingOnMs : 0;
  }

  /** That of its most urgent waiter; a refresh where nobody waits any more. */
  get priority(): Priority {
    const waiters = [...this.#waiters];
    return priorities.find((priority) => waiters.some(({ ask }) => ask.terms.priority === priority)) ?? "refresh";
  }

  /** `deadline`: that of the waiter who waits longest. `due`: the earliest deadline among the most urgent waiters. */
  #permitTerms(): PermitTerms {
    const { deadline, priority } = this;
    const pressed = [...this.#waiters].filter(({ ask }) => ask.terms.priority === priority);
    return { deadline, due: Math.min(deadline, ...pressed.map(({ ask }) => ask.terms.deadline)), priority };
  }

  /**
   * A permit for the next page or try. When it cannot come before any waiter's deadline, they are told; a series that has begun then
   * reads on behind them. After a failure, the failure is the reason and not our budget.
   */
  async permit(failure: GatewayError | undefined): Promise<Permit> {
    for (;;) {
      const refusedBy = this.session.circuit.refusal();
      if (refusedBy) throw failure ?? refusedBy;
      const { deadline } = this;
      if (deadline === 0) throw failure ?? nobodyWaits();
      try {
        return await this.#nextPermit();
      } catch (refusal) {
        if (!(refusal instanceof GatewayError) || this.isOver) throw refusal;
        if (this.deadline > deadline) continue;
        const reason = failure ? withRetryAfter(failure, refusal.extensions.retryAfterMs) : refusal;
        if (this.#waiters.size === 0 || this.facts.pages === 0) throw reason;
        this.owner.tooLate(this, [...this.#waiters], reason);
      }
    }
  }

  #nextPermit(): Promise<Permit> {
    return new Promise((resolve, reject) =>
      this.#requestPermit((permit) => {
        if (this.isOver) permit.release();
        resolve(permit);
      }, reject),
    );
  }

  /** The outcome may come before the limiter's `request` returns. */
  #requestPermit(granted: (permit: Permit) => void, refused: (error: GatewayError) => void): void {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
      if (request) this.#requests.delete(request);
    };
    let request: ReturnType<Session["limiter"]["request"]> | undefined;
    request = this.session.limiter.request(this.#permitTerms(), {
      grant: (permit) => {
        settled();
        granted(permit);
      },
      refuse: (error) => {
        settled();
        refused(error);
      },
      late: () => this.#refuseLate(),
    });
    if (!isSettled) this.#requests.add(request);
  }
}

/** States without a transition. */
const endStates: ReadonlySet<string> = new Set(
  Object.entries(transitions).flatMap(([state, row]) => (Object.keys(row).length === 0 ? [state] : [])),
);

/** A 400 blames an id or an argument of the call; any other refusal blames the call as such. */
const isRejected = (error: unknown): boolean =>
  error instanceof GatewayError && error.code === "UPSTREAM_REJECTED" && error.extensions.status === 400;
