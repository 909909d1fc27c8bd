import { GatewayError } from "../../errors.js";
import type { ExchangeSharers } from "../../telemetry/tracer.js";
import type { Permit } from "../budget/permit.js";
import type { ExchangeRequest, ExchangeResponse } from "../call.js";
import type { ApiName } from "../question.js";
import type { Session } from "./session.js";

/** A response, and when the request left on the monotonic clock. */
export type TimedResponse = ExchangeResponse & { readonly askedMonotonic: number };

export interface AttemptTerms {
  deadline(): number;
  isWanted(): boolean;
  overdue(): void;
  reclaimed(): void;
  sending(): void;
  again(): Promise<Permit>;
  readonly sharers: ExchangeSharers;
}

/** One HTTP exchange under one permit, timed. A second permit takes its place when it is sent again after a 401. */
export class ExchangeAttempt {
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
    const claim = session.circuit.begin();
    if (claim instanceof GatewayError) throw claim;
    try {
      const response = await session.send(request, {
        deadline,
        signal: this.controller.signal,
        sharers: this.terms.sharers,
        ...(session.bearer !== undefined && { bearer: session.bearer }),
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

export const nobodyWaits = (): GatewayError => new GatewayError("UPSTREAM_TIMEOUT", "The platform did not answer while anybody waited.");
