import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import type { ExchangeSharers } from "../../telemetry/tracer.js";
import type { AnswerRecord, Api } from "../apis/descriptor.js";
import type { Charge } from "../budget/caller-budget.js";
import type { ApiHealth, CircuitBreaker } from "../budget/circuit-breaker.js";
import { longestExchangeMs, type Permit, type PermitSource } from "../budget/permit.js";
import type { ExchangeRequest, ExchangeResponse } from "../call.js";
import type { PlannedCall } from "../plan.js";
import { type ApiName, own } from "../question.js";
import { PermitExpired, type TransportTerms } from "../transport/transport.js";
import type { AskTerms, CallFacts } from "./ask.js";
import type { Waiter } from "./delivery.js";
import type { CallEvent } from "./life-of-a-call.js";

/** One API of the platform as one account sees it. */
export interface Session {
  readonly account: string;
  /** Names the asking program to the interval metrics. */
  readonly source: string;
  readonly clock: Clock;
  readonly limiter: PermitSource;
  readonly circuit: CircuitBreaker;
  readonly times: ExchangeTimes;
  /** Pauses before the second, third… try after a 500, a 503 or a broken connection, ms. */
  readonly retryPausesMs: readonly number[];
  /** Reads a whole call through exchanges. */
  readonly fetch: Api["fetch"];
  /** Sends one request to the platform, once. */
  readonly send: (request: ExchangeRequest, terms: TransportTerms) => Promise<ExchangeResponse>;
  /** Waits without holding a permit. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly health: Pick<ApiHealth, "well" | "ill">;
}

/** A call whose answer is read. */
export interface ReadCall {
  readonly session: Session;
  readonly plan: PlannedCall;
  /** Whose request bears it. */
  readonly causedBy: AskTerms;
  readonly charge: Charge | null;
  readonly facts: Readonly<CallFacts>;
  readonly waiters: ReadonlySet<Waiter>;
  readonly isOver: boolean;
  /** True while somebody waits for it who is not a refresh. */
  readonly isWanted: boolean;
  /** Monotonic ms until which it is of use. */
  readonly deadline: number;
  happens(event: CallEvent): void;
  /** A permit for the next page or try; after a failure, that is the reason of a refusal. */
  permit(failure: GatewayError | undefined): Promise<Permit>;
  /** A try has failed; the next is made at `nextTryAt`, monotonic ms. */
  fails(error: GatewayError, nextTryAt: number): Promise<void>;
  /** A request has left. */
  exchangeSent(isRetry: boolean): void;
  pageCame(): void;
  /** The exchange under way takes much longer than usual. */
  overdue(): void;
  /** A permit of it is needed, and nobody waits for it. */
  reclaimed(): void;
  /** Into how many parts its window is cut, read side by side. */
  parts(): number;
  /** Whether all further pages are worth reading, now that their number is known; false ends the answer with the pages that are there. */
  isWorth(furtherPages: number): boolean;
}

interface ReadAnswer {
  readonly record: AnswerRecord;
  readonly remarks: readonly string[];
  /** True when it ended before all pages were read. */
  readonly isCutShort: boolean;
}

export const nobodyWaits = (): GatewayError => new GatewayError("UPSTREAM_TIMEOUT", "The platform did not answer while anybody waited.");

/** The same failure with another retryAfterMs; undefined leaves it as it is. */
export function withRetryAfter(failure: GatewayError, retryAfterMs: number | undefined): GatewayError {
  const { code, retryable: _, ...facts } = failure.extensions;
  return new GatewayError(code, failure.message, { ...facts, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}

/** Reads the whole answer of a call, page by page. */
export class Reading {
  #paidFor: number;
  #isCutShort = false;
  #rowsRead = 0;
  readonly #underWay = new Set<AbortController>();
  /** Those of the exchanges under way that take much longer than usual. */
  readonly #overdue = new Set<AbortController>();

  constructor(private readonly call: ReadCall) {
    this.#paidFor = call.plan.exchanges;
  }

  /** Rows of the pages that came. */
  get rowsRead(): number {
    return this.#rowsRead;
  }

  async read(permit: Permit): Promise<ReadAnswer> {
    const { session, plan } = this.call;
    const { call: asked, prefix } = plan;
    const { api } = plan.scope;
    let first: Permit | undefined = permit;
    let askedMonotonic = prefix?.askedMonotonic ?? Number.POSITIVE_INFINITY;
    try {
      const { reply, bytes, pages, remarks } = await session.fetch(asked as never, {
        account: session.account,
        source: session.source,
        parts: this.call.parts(),
        now: () => session.clock.now(),
        exchange: async (request: ExchangeRequest) => {
          const given = first;
          first = undefined;
          const response = await this.#exchange(request, given);
          askedMonotonic = Math.min(askedMonotonic, response.askedMonotonic);
          return response;
        },
        expects: (exchanges: number) => this.#expects(exchanges),
        read: ({ rows }) => {
          this.#rowsRead += rows;
        },
      });
      const read = { call: this.#isCutShort ? api.cutShort(asked, reply) : asked, reply };
      const whole = prefix ? api.continued(prefix, read) : read;
      return { record: { ...whole, bytes, pages, askedMonotonic }, remarks, isCutShort: this.#isCutShort };
    } finally {
      first?.release();
    }
  }

  /** Closes the exchanges under way. */
  abort(error: GatewayError): void {
    for (const exchange of this.#underWay) exchange.abort(error);
  }

  /** False: the answer ends with the pages that are there. Throws the GatewayError that refuses further exchanges. */
  #expects(exchanges: number): boolean {
    if (!this.call.isWorth(exchanges)) {
      this.#isCutShort = true;
      return false;
    }
    this.#pay(this.call.facts.pages + exchanges);
    return true;
  }

  /** Charges the request that caused the call, up to this many pages in all. */
  #pay(pages: number): void {
    const { charge } = this.call;
    if (pages <= this.#paidFor || !charge) return;
    const refusal = charge.more(pages - this.#paidFor);
    if (refusal) throw refusal;
    this.#paidFor = pages;
  }

  /**
   * One exchange within the budget, tried again where that can help and time is left: after a 429 when the limiter's pause is over,
   * after a 5xx or a broken connection after the configured pauses. Rejects with the last error by the contract.
   */
  async #exchange(request: ExchangeRequest, given: Permit | undefined): Promise<TimedResponse> {
    const { call } = this;
    const { clock, limiter } = call.session;
    let failure: GatewayError | undefined;
    let sent = 0;
    let pausedUntil = 0;
    this.#pay(call.facts.pages + 1);
    for (let tries = 0, first = given; ; ) {
      const permit = first ?? (await call.permit(failure));
      first = undefined;
      const attempt = new ExchangeAttempt(permit, call.session, call.plan.scope.api.name, {
        sharers: {
          parent: call.causedBy.trace,
          sharedBy: () => [...call.waiters].flatMap(({ ask }) => ask.terms.trace ?? []),
        },
        // All requests of a scope have the same credential.
        bearer: call.plan.scope.credential === own ? undefined : call.causedBy.bearer,
        deadline: () => call.deadline,
        isWanted: () => call.isWanted,
        overdue: () => {
          if (call.isOver) return;
          this.#overdue.add(attempt.controller);
          call.overdue();
        },
        reclaimed: () => call.reclaimed(),
        sending: () => {
          call.exchangeSent(sent++ > 0);
        },
        again: async () => {
          this.#overdue.delete(attempt.controller);
          const another = await call.permit(undefined);
          this.#happensToOne("renewed");
          return another;
        },
      });
      try {
        this.#underWay.add(attempt.controller);
        if (!call.isOver) this.#happensToOne("granted");
        const response = await attempt.send(request, Math.max(clock.monotonic() + longestExchangeMs, call.deadline));
        if (call.isOver) throw nobodyWaits();
        call.pageCame();
        this.#overdue.delete(attempt.controller);
        this.#happensToOne("page");
        return response;
      } catch (error) {
        if (call.isOver) throw error;
        if (error instanceof PermitExpired) continue;
        if (!(error instanceof GatewayError)) throw error;
        failure = error;
        // The pause begins before the permit goes back: else the next request would be sent into it.
        if (failure.code === "UPSTREAM_RATE_LIMITED") pausedUntil = limiter.rateLimited(failure.extensions.retryAfterMs);
      } finally {
        this.#underWay.delete(attempt.controller);
        this.#overdue.delete(attempt.controller);
        attempt.end();
      }
      if (failure.code === "UPSTREAM_RATE_LIMITED") {
        call.happens("rate limited");
        await call.fails(withRetryAfter(failure, Math.ceil(pausedUntil - clock.monotonic())), pausedUntil);
        if (clock.monotonic() >= call.deadline) throw failure;
        continue;
      }
      const pauseMs = call.session.retryPausesMs[tries++];
      const mayHelp = failure.code === "UPSTREAM_UNAVAILABLE" && failure.extensions.retryAfterMs === undefined;
      if (!mayHelp || pauseMs === undefined) throw failure;
      const nextTryAt = clock.monotonic() + pauseMs;
      call.happens("try failed");
      await call.fails(failure, nextTryAt);
      if (nextTryAt >= call.deadline) throw failure;
      await call.session.sleep(pauseMs);
      if (call.isOver) throw failure;
      call.happens("pause over");
    }
  }

  /** What happens to one of several exchanges side by side: the call stays overdue while another of them is. */
  #happensToOne(event: "granted" | "page" | "renewed"): void {
    this.call.happens(event);
    if (this.#overdue.size > 0) this.call.happens("overdue");
  }
}

// ---------------------------------------------------------------- one exchange

/** A response, and when the request left on the monotonic clock. */
type TimedResponse = ExchangeResponse & { readonly askedMonotonic: number };

interface AttemptTerms {
  deadline(): number;
  isWanted(): boolean;
  overdue(): void;
  reclaimed(): void;
  sending(): void;
  again(): Promise<Permit>;
  readonly sharers: ExchangeSharers;
  /** The caller's own token, where the account is read with it. */
  readonly bearer: string | undefined;
}

/** One HTTP exchange under one permit, timed. A second permit takes its place when it is sent again after a 401. */
class ExchangeAttempt {
  readonly controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #overdueAt = Number.POSITIVE_INFINITY;
  #sentAt: number | null = null;
  #firstDeadlineMs = 0;
  #isOver = false;
  #isReclaimed = false;

  constructor(
    private permit: Permit,
    private readonly session: Session,
    private readonly api: ApiName,
    private readonly terms: AttemptTerms,
  ) {
    this.#lend();
  }

  async send(request: ExchangeRequest, deadline: number): Promise<TimedResponse> {
    const { session } = this;
    const { sharers, bearer } = this.terms;
    const claim = session.circuit.begin();
    if (claim instanceof GatewayError) throw claim;
    try {
      const response = await session.send(request, {
        deadline,
        signal: this.controller.signal,
        sharers,
        ...(bearer !== undefined && { bearer }),
        sending: async () => {
          if (!(await this.permit.use())) return false;
          this.#sent();
          return true;
        },
        again: async () => {
          // While it waits for its permit nothing is under way that could be overdue.
          clearTimeout(this.#timer);
          this.#overdueAt = Number.POSITIVE_INFINITY;
          this.permit.release();
          this.permit = await this.terms.again();
          if (this.#isOver) this.permit.release();
          else this.#lend();
        },
      });
      claim.succeeded();
      session.limiter.succeeded();
      return { ...response, askedMonotonic: this.#sentAt ?? session.clock.monotonic() };
    } catch (error) {
      if (this.controller.signal.aborted || this.#sentAt === null) claim.release();
      else claim.failed(error);
      throw error;
    } finally {
      this.#timed();
    }
  }

  /** How long it took; an exchange that was closed would have taken longer. */
  #timed(): void {
    const { clock, times } = this.session;
    if (this.#sentAt === null) return;
    const durationMs = clock.monotonic() - this.#sentAt;
    if (this.#isReclaimed) times.closed(this.api, durationMs, this.#firstDeadlineMs);
    else times.ended(this.api, durationMs);
  }

  /** Gives the permit back, unspent when the request never left. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.permit.release();
  }

  #sent(): void {
    const { clock, times } = this.session;
    this.#sentAt ??= clock.monotonic();
    this.terms.sending();
    const leftMs = this.terms.deadline() - clock.monotonic();
    this.#firstDeadlineMs = leftMs > 0 ? leftMs : Number.POSITIVE_INFINITY;
    const overdueMs = times.overdueAfterMs(this.api, this.#firstDeadlineMs);
    this.#overdueAt = clock.monotonic() + overdueMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.terms.overdue(), overdueMs);
  }

  #lend(): void {
    this.permit.reclaimable({
      overdueAt: () => this.#overdueAt,
      isWanted: () => this.terms.isWanted(),
      reclaim: () => {
        this.#isReclaimed = true;
        this.terms.reclaimed();
        this.controller.abort(nobodyWaits());
      },
    });
  }
}

// ---------------------------------------------------------------- how long exchanges take

/** The exchanges of an API that tell how long one usually takes. */
const remembered = 100;
/** Of these exchanges, this share ended within the usual time. */
const share = 0.9;
const overdueFactor = 3;
const soonestOverdueMs = 2_000;
/** An exchange that was closed counts as no longer than this, and the first exchange of an API is overdue after this at the latest. */
const longestMs = 30_000;

interface SeenTimes {
  /** Oldest first. */
  durationsMs: readonly number[];
  usualMs: number;
}

/** How long exchanges of each API of one account take, and from when one takes too long. All times in ms. */
export class ExchangeTimes {
  readonly #seen = new Map<ApiName, SeenTimes>();

  /** The 90th percentile of the last hundred exchanges; undefined when none was seen. */
  usualMs(api: ApiName): number | undefined {
    return this.#seen.get(api)?.usualMs;
  }

  /**
   * How long after it was sent an exchange is overdue: three times the usual time, at least 2 s. While none was seen, the time
   * its first asker has, at most 30 s.
   */
  overdueAfterMs(api: ApiName, firstDeadlineMs: number): number {
    const usual = this.usualMs(api);
    return usual === undefined ? Math.min(longestMs, firstDeadlineMs) : Math.max(soonestOverdueMs, overdueFactor * usual);
  }

  /** An exchange has ended by itself. */
  ended(api: ApiName, durationMs: number): void {
    this.#see(api, [...(this.#seen.get(api)?.durationsMs ?? []), durationMs].slice(-remembered));
  }

  /**
   * An exchange was closed because it was overdue. How long it would have taken is not known: it counts twice the time it was overdue
   * after, at most 30 s. The quicker ones before it are forgotten, so that a platform that has become slow is soon given enough time.
   */
  closed(api: ApiName, durationMs: number, firstDeadlineMs: number): void {
    const atLeast = Math.max(durationMs, 2 * this.overdueAfterMs(api, firstDeadlineMs));
    this.#see(api, [Math.min(longestMs, atLeast)]);
  }

  #see(api: ApiName, durationsMs: readonly number[]): void {
    const ascending = durationsMs.toSorted((a, b) => a - b);
    this.#seen.set(api, { durationsMs, usualMs: ascending[Math.ceil(share * ascending.length) - 1]! });
  }
}
