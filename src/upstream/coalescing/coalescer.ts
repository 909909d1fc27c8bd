import { GatewayError } from "../../errors.js";
import type { Answers } from "../answers/answers.js";
import { type Freshness, tolerating } from "../answers/freshness.js";
import type { Stored } from "../apis/merging.js";
import type { Permit } from "../budget/permit.js";
import { callAlone, familyOf, mergingOf } from "../planning/plan.js";
import { SizesSeen } from "../planning/sizes-seen.js";
import { type Answered, canonical, type Question } from "../question.js";
import { type Connection, serviceOf } from "../transport/session.js";
import { Family } from "./family.js";
import { came, type Flight, inVain, usedBy } from "./flight.js";
import { Forecast } from "./forecast.js";
import type { Failure } from "./memory.js";
import { refreshTerms } from "./refresh-terms.js";
import { Settlement } from "./settlement.js";
import { deadlineOf, priorityOf } from "./turn-terms.js";
import type { Asked, AskTerms, Waiter } from "./waiter.js";

export interface CoalescerOptions {
  answers: Answers;
  freshness: (account: string) => Freshness;
  /** The platform as an account and credential see it. */
  connect: (account: string, credential: string) => Pick<Connection, "lane" | "fetch">;
  now: () => number;
  /** Told of what went wrong where no asker hears it. */
  warn: (message: string, error: unknown) => void;
  /** Told when a refresh that nobody waited for is over, with the exchanges it took. */
  refreshed?: (question: Question, calls: number) => void;
}

/**
 * Answers questions with the fewest calls, process-wide: from a fresh answer that contains the question, a stale one with a
 * refresh behind it, a call in flight, a call that still waits (which is widened), or a new call; in that order.
 * Sharing is safe because a family holds account and upstream credential: nothing is shared across families.
 */
export class Coalescer {
  readonly #families = new Map<string, Family>();
  readonly #sizes = new SizesSeen();
  readonly #settlement: Settlement;
  /** What questions would cost if they were asked now. */
  readonly forecast: Forecast;
  #calls = 0;

  constructor(private readonly options: CoalescerOptions) {
    this.#settlement = new Settlement(options.answers, options.freshness, options.now);
    const expects = (question: Question) => this.#families.get(familyOf(question))?.expects(question) ?? false;
    this.forecast = new Forecast({ ...options, sizes: this.#sizes, expects });
  }

  /** One promise a question, in order; each rejects by itself, with a GatewayError of the contract's table. */
  ask(questions: readonly Question[], terms: AskTerms): Promise<Answered<Question>>[] {
    const families = new Map<string, Asked[]>();
    const askedAt = this.options.now();
    const promises = questions.map(
      (question) =>
        new Promise<Answered<Question>>((answer, fail) => {
          const family = familyOf(question);
          const asked = families.get(family) ?? [];
          asked.push({ question, family, terms, askedAt, answer, fail });
          families.set(family, asked);
        }),
    );
    for (const [key, asked] of families) {
      this.#askFamily(key, asked).catch((error) => {
        this.options.warn("Questions could not be asked", error);
        for (const { fail } of asked) fail(new GatewayError("INTERNAL_SERVER_ERROR", "The gateway failed."));
      });
    }
    return promises;
  }

  async #askFamily(key: string, asked: readonly Asked[]): Promise<void> {
    const family = this.#family(key, asked[0]!.question);
    family.lookers++;
    try {
      const stored = await this.#stored(key, family);
      family.add(asked.map((each) => this.#known(each, stored)).filter((waiter) => waiter !== null));
    } finally {
      family.lookers--;
      this.#forgetIdle(key);
    }
  }

  /** What is stored, looked up again when an answer landed meanwhile: else a call could be made twice. */
  async #stored(key: string, family: Family): Promise<readonly Stored[]> {
    for (;;) {
      const landings = family.landings;
      const stored = await this.options.answers.list(key);
      if (landings === family.landings) return stored;
    }
  }

  /** Settles the question from what is known, or returns what is left to wait for. */
  #known(asked: Asked, stored: readonly Stored[]): Waiter | null {
    const { question, terms, family } = asked;
    const merging = mergingOf(question.api);
    const remembered = terms.memory.answers(family);
    const known = [...remembered, ...stored.filter((answer) => !remembered.includes(answer))];
    const freshness = this.options.freshness(question.account);
    const usable = tolerating("fresh", freshness, question, terms.since);
    const found = merging.lookUp(known, question, usable);
    if ("reply" in found) {
      this.#settlement.reply(asked, found.reply, { outcome: "CACHED" });
      return null;
    }
    const failure = this.#failureOf(found.missing, asked);
    if (failure && this.#settlement.afterFailure(asked, failure, known)) return null;
    const stale = merging.lookUp(known, question, tolerating("revalidating", freshness, question, terms.since));
    if ("reply" in stale) {
      this.#settlement.reply(asked, stale.reply, { outcome: "STALE" });
      this.#refresh(found.missing, terms);
      return null;
    }
    return this.#armed({ ...asked, wanted: found.missing, known, usable, alone: false });
  }

  /** That of a call this request waited for before, or what stands in the way of one now. */
  #failureOf(missing: Question, { terms, family }: Asked): Pick<Failure, "error" | "final"> | undefined {
    const remembered = terms.memory.failures(family).find(({ call }) => mergingOf(missing.api).covers(call, missing));
    const error = this.#family(family, missing).trouble(missing);
    return remembered ?? (error && { error, final: false });
  }

  /** Asks the question again behind a stale answer, unless that is under way. Its failure concerns nobody but the log. */
  #refresh(question: Question, behind: AskTerms): void {
    const askedAt = this.options.now();
    const terms = refreshTerms(askedAt, behind);
    const family = familyOf(question);
    const asked: Asked = {
      question,
      family,
      terms,
      askedAt,
      answer: () => undefined,
      fail: (error) => error.code !== "CALLER_BUDGET_EXHAUSTED" && this.options.warn("A refresh failed", error),
    };
    const owner = this.#family(family, question);
    if (owner.expects(question)) return;
    owner.add([this.#armed({ ...asked, wanted: question, known: [], usable: () => false, alone: false })]);
  }

  #armed(waiter: Omit<Waiter, "disarm">): Waiter {
    const leftMs = Math.max(0, waiter.terms.deadline - this.options.now());
    const timer = setTimeout(() => this.#giveUp(armed), leftMs);
    const armed: Waiter = { ...waiter, disarm: () => clearTimeout(timer) };
    return armed;
  }

  #giveUp(waiter: Waiter): void {
    const flight = this.#families.get(waiter.family)?.leave(waiter) ?? null;
    this.#fail(waiter, inVain(flight, this.options.now()), flight ? usedBy(waiter, flight) : {});
  }

  async #fly(family: Family, flight: Flight, turn: Permit): Promise<void> {
    const { first, call, facts } = flight;
    const { question, family: key } = first;
    try {
      const fetched = await this.options.connect(question.account, question.credential).fetch(call, {
        turn,
        priority: () => priorityOf(flight.waiters),
        deadline: () => deadlineOf(flight.waiters),
        reclaimed: () => family.landed(flight),
        failing: (error, nextTryAt) => {
          flight.failing = error;
          return this.#settlement.relieve(flight, error, nextTryAt);
        },
        sent: (isRetry) => {
          flight.failing = undefined;
          facts.exchanges++;
          if (isRetry) facts.retries++;
        },
      });
      facts.pages = fetched.pages;
      const answer: Stored = { call, reply: fetched.reply, bytes: fetched.bytes };
      this.#sizes.learn(key, answer);
      await this.options.answers.add(key, answer);
      family.landed(flight);
      for (const waiter of flight.waiters) this.#deliver(waiter, answer, flight);
      for (const waiter of family.waiters) this.#settlement.offer(waiter, answer, flight, () => family.leave(waiter));
    } catch (error) {
      family.landed(flight);
      this.#disappoint(family, flight, this.#asGatewayError(error));
    } finally {
      flight.charge?.settle(facts.exchanges);
      if (first.terms.priority === "refresh") this.options.refreshed?.(question, facts.exchanges);
      turn.release();
      this.#forgetIdle(key);
    }
  }

  #deliver(waiter: Waiter, answer: Stored, flight: Flight): void {
    if (this.#settlement.deliver(waiter, answer, came(waiter, flight))) return;
    const message = "The platform's answer does not hold what was asked for.";
    this.#fail(waiter, new GatewayError("UPSTREAM_INVALID_RESPONSE", message));
  }

  /** Who would have asked less, alone, than the call that was rejected asked, asks again alone: what was added may be to blame. */
  #disappoint(family: Family, flight: Flight, error: GatewayError): void {
    const mayBlameOthers = (waiter: Waiter) =>
      error.code === "UPSTREAM_REJECTED" && canonical(callAlone(waiter.wanted).call) !== canonical(flight.call);
    const waiters = [...flight.waiters];
    const again = waiters.filter(mayBlameOthers);
    for (const waiter of again) this.#settlement.rejected(waiter, usedBy(waiter, flight));
    family.add(again.map((waiter) => this.#armed({ ...waiter, alone: true })));
    for (const waiter of waiters.filter((each) => !again.includes(each))) {
      waiter.terms.memory.learnFailure(waiter.family, { call: flight.call, error, final: true });
      this.#fail(waiter, error, usedBy(waiter, flight));
    }
  }

  #fail(waiter: Waiter, error: GatewayError, settled?: Parameters<Settlement["fail"]>[2]): void {
    this.#settlement.fail(waiter, error, settled).catch((failure) => {
      this.options.warn("An error could not be delivered", failure);
      waiter.fail(error);
    });
    this.#forgetIdle(waiter.family);
  }

  #asGatewayError(error: unknown): GatewayError {
    if (error instanceof GatewayError) return error;
    this.options.warn("A call failed within the gateway", error);
    return new GatewayError("INTERNAL_SERVER_ERROR", "The gateway failed.");
  }

  #family(key: string, { api, account, credential }: Question): Family {
    const known = this.#families.get(key);
    if (known) return known;
    const family: Family = new Family({
      api,
      lane: this.options.connect(account, credential).lane(serviceOf[api]),
      sizes: this.#sizes.known,
      fly: (flight, turn) => this.#fly(family, flight, turn),
      refuse: (waiters, error) => {
        for (const waiter of waiters) this.#fail(waiter, error);
      },
      now: this.options.now,
      nextId: () => ++this.#calls,
    });
    this.#families.set(key, family);
    return family;
  }

  #forgetIdle(key: string): void {
    if (this.#families.get(key)?.idle) this.#families.delete(key);
  }
}
