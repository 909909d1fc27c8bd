import { type ErrorCode, GatewayError } from "../../errors.js";
import type { Answers } from "../answers/answers.js";
import { type Freshness, type Tolerance, tolerating } from "../answers/freshness.js";
import { isSettled } from "../apis/interval-metrics/merging.js";
import type { Stored } from "../apis/merging.js";
import { mergingOf } from "../planning/plan.js";
import { type ApiName, metricsApiOf, type Question, type ReplyByApi } from "../question.js";
import { own } from "../transport/own-credential.js";
import { came, type Flight, usedBy } from "./flight.js";
import type { Failure } from "./memory.js";
import type { Asked, CallFacts, Outcome, Waiter } from "./waiter.js";

export interface Settled {
  outcome: Outcome;
  call?: CallFacts;
  own?: boolean;
  /** Why a stored answer stands in. */
  failure?: ErrorCode;
}

interface StandIn {
  reply: ReplyByApi[ApiName];
  outcome: "CACHED" | "STALE";
  failure: ErrorCode;
}

/** Gives askers their reply or their error, exactly once, and tells what happened. */
export class Settlement {
  constructor(
    private readonly answers: Answers,
    private readonly freshness: (account: string) => Freshness,
    private readonly now: () => number,
  ) {}

  /** `aged`: the answer was past its time to live when it was asked for, however it came. */
  reply(asked: Asked, reply: ReplyByApi[ApiName], settled: Settled, aged = settled.outcome === "STALE"): void {
    this.#saw(asked, reply, settled);
    asked.answer({ reply, stale: aged });
  }

  /** From the answer of a call that covers what was wanted, completed by what was known when it was asked. */
  deliver(waiter: Waiter, answer: Stored, settled: Settled): boolean {
    const usable: Waiter["usable"] = (other, kind) => other === answer || waiter.usable(other, kind);
    const found = mergingOf(waiter.question.api).lookUp([answer, ...waiter.known], waiter.question, usable);
    if ("missing" in found) return false;
    waiter.disarm();
    waiter.terms.memory.learn(waiter.family, answer);
    this.reply(waiter, found.reply, settled, this.#aged(waiter, answer));
    return true;
  }

  /** The same for who waits for another call, and leaves it, but only if the answer is fresh: nothing better would come of waiting. */
  offer(waiter: Waiter, answer: Stored, flight: Flight, leave: () => Flight | null): void {
    if (this.#aged(waiter, answer) || !this.deliver(waiter, answer, came(waiter, flight))) return;
    const left = leave();
    if (left && usedBy(waiter, left).own) this.#saw(waiter, null, { ...usedBy(waiter, left), outcome: "SENT" });
  }

  /** Who joins a call that has been under way for longer than its figures are fresh gets them all the same, and is told. */
  #aged({ question, terms, known }: Waiter, answer: Stored): boolean {
    const fresh = tolerating("fresh", this.freshness(question.account), question, terms.since);
    return "missing" in mergingOf(question.api).lookUp([answer, ...known], question, fresh);
  }

  /** Tells that the call failed; the asker is not settled, because it asks again. */
  rejected(waiter: Waiter, settled: Omit<Settled, "outcome">): void {
    waiter.disarm();
    this.#saw(waiter, null, { ...settled, outcome: "FAILED" });
  }

  /**
   * A try has failed and another may be made at `nextTryAt`: who has a stale answer gets it now, instead of after all tries, and who has
   * no time until then the error.
   */
  async relieve(flight: Flight, error: GatewayError, nextTryAt: number): Promise<void> {
    const stored = await this.answers.list(flight.first.family);
    for (const waiter of flight.waiters) {
      const stand = this.#standIn(waiter, error, stored);
      const isLate = waiter.terms.deadline <= nextTryAt;
      if (!stand && !isLate) continue;
      flight.waiters.delete(waiter);
      waiter.disarm();
      waiter.terms.memory.learnFailure(waiter.family, { call: flight.call, error, final: isLate });
      this.#end(waiter, error, stand, usedBy(waiter, flight));
    }
  }

  /** The call that would have answered has failed, before this was asked: true when the asker need not wait. */
  afterFailure(asked: Asked, { error, final }: Pick<Failure, "error" | "final">, stored: readonly Stored[]): boolean {
    const stand = this.#standIn(asked, error, stored);
    if (stand) this.reply(asked, stand.reply, stand);
    else if (final) asked.fail(blaming(error, asked.question));
    return stand !== undefined || final;
  }

  async fail(waiter: Waiter, error: GatewayError, settled: Omit<Settled, "outcome"> = {}): Promise<void> {
    waiter.disarm();
    this.#end(waiter, error, this.#standIn(waiter, error, await this.answers.list(waiter.family)), settled);
  }

  #end(waiter: Waiter, error: GatewayError, stand: StandIn | undefined, settled: Omit<Settled, "outcome">): void {
    if (!stand || settled.call) this.#saw(waiter, null, { ...settled, outcome: "FAILED" });
    if (stand) this.reply(waiter, stand.reply, stand);
    else waiter.fail(blaming(error, waiter.question));
  }

  /**
   * What is stored stands in for a failure while it is not older than the limit for that; but not for a refresh's, whose asker has it
   * already, and not for the refusal of a caller's own token, who may have lost the right to it.
   */
  #standIn({ question, terms }: Asked, error: GatewayError, stored: readonly Stored[]): StandIn | undefined {
    const isLost = error.code === "UPSTREAM_UNAUTHORIZED" && question.credential !== own;
    if (terms.priority === "refresh" || isLost) return undefined;
    const found = (tolerance: Tolerance) => {
      const usable = tolerating(tolerance, this.freshness(question.account), question, terms.since);
      return mergingOf(question.api).lookUp(stored, question, usable);
    };
    const fresh = found("fresh");
    if ("reply" in fresh) return { reply: fresh.reply, outcome: "CACHED", failure: error.code };
    const stale = found("surviving");
    return "reply" in stale ? { reply: stale.reply, outcome: "STALE", failure: error.code } : undefined;
  }

  #saw({ question, family, terms, askedAt }: Asked, reply: ReplyByApi[ApiName] | null, { outcome, call, own, failure }: Settled): void {
    const now = this.now();
    terms.saw({
      question,
      family,
      outcome,
      call: call ?? null,
      own: own ?? false,
      rows: reply ? rowsIn(reply) : 0,
      queuedMs: call ? Math.max(0, call.sentAt - askedAt) : 0,
      ms: now - askedAt,
      asOf: reply?.asOf ?? null,
      settled: reply !== null && "pending" in reply && isSettled(reply),
      failure: failure ?? null,
    });
  }
}

const rowsIn = (reply: ReplyByApi[ApiName]): number => {
  if ("rows" in reply) return reply.rows.length;
  return "agents" in reply ? reply.agents.size : reply.skills.size;
};

/** The error with the API and the account at fault, where it does not name them yet. */
function blaming(error: GatewayError, { api, account }: Question): GatewayError {
  if (error.code === "INTERNAL_SERVER_ERROR") return error;
  const { code: _, retryable: __, ...facts } = error.extensions;
  return new GatewayError(error.code, error.message, { api: metricsApiOf[api], account, ...facts });
}
