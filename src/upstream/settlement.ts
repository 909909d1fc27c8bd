import { GatewayError } from "../errors.js";
import type { Answers } from "./answers.js";
import { type Flight, usedBy } from "./family.js";
import { type Freshness, tolerating } from "./freshness.js";
import type { Failure } from "./memory.js";
import { isSettled } from "./merging/interval-metrics.js";
import type { Stored } from "./merging/merging.js";
import { own } from "./own-credential.js";
import { mergingOf } from "./plan.js";
import { type ApiName, metricsApiOf, type Question, type ReplyByApi } from "./question.js";
import type { Asked, CallFacts, Outcome, Waiter } from "./waiter.js";

export interface Settled {
  outcome: Outcome;
  call?: CallFacts;
  own?: boolean;
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

  /** A try has failed and another will be made: who has a stale answer gets it now, instead of after all tries. */
  async relieve(flight: Flight, error: GatewayError): Promise<void> {
    const stored = await this.answers.list(flight.first.family);
    for (const waiter of flight.waiters) {
      const reply = this.#survivor(waiter, error, stored);
      if (!reply) continue;
      flight.waiters.delete(waiter);
      waiter.disarm();
      waiter.terms.memory.learnFailure(waiter.family, { call: flight.call, error, final: false });
      this.reply(waiter, reply, { ...usedBy(waiter, flight), outcome: "STALE" });
    }
  }

  /** The call that would have answered has failed, before this was asked: true when the asker need not wait. */
  afterFailure(asked: Asked, { error, final }: Pick<Failure, "error" | "final">, stored: readonly Stored[]): boolean {
    const reply = this.#survivor(asked, error, stored);
    if (reply) this.reply(asked, reply, { outcome: "STALE" });
    else if (final) asked.fail(blaming(error, asked.question));
    return reply !== undefined || final;
  }

  async fail(waiter: Waiter, error: GatewayError, settled: Omit<Settled, "outcome"> = {}): Promise<void> {
    waiter.disarm();
    const reply = this.#survivor(waiter, error, await this.answers.list(waiter.family));
    if (reply) return this.reply(waiter, reply, { ...settled, outcome: "STALE" });
    this.#saw(waiter, null, { ...settled, outcome: "FAILED" });
    waiter.fail(blaming(error, waiter.question));
  }

  /**
   * A stale answer, not older than the limit for it, stands in for a failure; but not for a refresh's, whose asker has it already,
   * and not for the refusal of a caller's own token, who may have lost the right to it.
   */
  #survivor({ question, terms }: Asked, error: GatewayError, stored: readonly Stored[]): ReplyByApi[ApiName] | undefined {
    const isLost = error.code === "UPSTREAM_UNAUTHORIZED" && question.credential !== own;
    if (terms.priority === "refresh" || isLost) return undefined;
    const surviving = tolerating("surviving", this.freshness(question.account), question, terms.since);
    const found = mergingOf(question.api).lookUp(stored, question, surviving);
    return "reply" in found ? found.reply : undefined;
  }

  #saw({ question, family, terms, askedAt }: Asked, reply: ReplyByApi[ApiName] | null, { outcome, call, own }: Settled): void {
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
