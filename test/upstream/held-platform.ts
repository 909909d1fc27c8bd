import type { GatewayError } from "../../src/errors.js";
import { hourMs, type Window } from "../../src/time.js";
import { Answers } from "../../src/upstream/answers/answers.js";
import { type Freshness, keepMs } from "../../src/upstream/answers/freshness.js";
import type { Limits } from "../../src/upstream/budget/pace.js";
import type { PermitSource, Priority } from "../../src/upstream/budget/permit.js";
import { RateLimiter } from "../../src/upstream/budget/rate-limiter.js";
import type { Call } from "../../src/upstream/call.js";
import { Coalescer } from "../../src/upstream/coalescing/coalescer.js";
import { RequestMemory } from "../../src/upstream/coalescing/memory.js";
import type { AskTerms, Sighting } from "../../src/upstream/coalescing/waiter.js";
import type { Answered, Question } from "../../src/upstream/question.js";
import { serviceOf } from "../../src/upstream/transport/session.js";
import { settle } from "./fake-time.js";
import { replyTo } from "./replies-by-hand.js";

/** A call that reached the platform, under the test's control. */
export interface Sent {
  call: Call;
  account: string;
  credential: string;
  asOf: number;
  /** The latest deadline of those who wait, as the call knows it now. */
  deadline(): number;
  priority(): Priority;
  answer(pending?: readonly Window[]): void;
  fail(error: GatewayError): void;
  /** A try has failed, and another may follow. */
  failing(error: GatewayError, nextTryAt?: number): Promise<void>;
  /** The next try is sent. */
  again(): void;
}

export interface Told {
  answered?: Answered<Question>;
  error?: GatewayError;
  seen: Sighting[];
}

export const freshness: Freshness = {
  ttlMs: { segments: 15_000, keyMetrics: 15_000, current: 10_000, intervals: 60_000, closedIntervals: 24 * hourMs },
  staleMs: 300_000,
};

interface Settings {
  limits?: Limits;
  freshness?: Freshness;
  maxBytes?: number;
  /** Size of every answer. */
  bytes?: number;
}

class SlowAnswers extends Answers {
  held: Promise<void> | undefined;

  override async list(family: string): ReturnType<Answers["list"]> {
    const { held } = this;
    const stored = await super.list(family);
    await held;
    return stored;
  }

  /** Adding looks up as well; that is never held. */
  override async add(...added: Parameters<Answers["add"]>): Promise<void> {
    const { held } = this;
    this.held = undefined;
    const done = super.add(...added);
    await Promise.resolve();
    this.held = held;
    return done;
  }
}

/** A coalescer before a platform that answers when the test says so, every figure telling whose it is. Needs fake timers. */
export class HeldPlatform {
  readonly sent: Sent[] = [];
  readonly warnings: string[] = [];
  /** What refreshes cost, in the order they ended. */
  readonly refreshes: [api: string, calls: number][] = [];
  readonly coalescer: Coalescer;
  readonly #lanes = new Map<string, PermitSource>();
  readonly #answers: SlowAnswers;

  constructor(private readonly settings: Settings = {}) {
    const ages = settings.freshness ?? freshness;
    const now = () => Date.now();
    this.#answers = new SlowAnswers(settings.maxBytes ?? 100_000_000, now, (answer) => keepMs(ages, answer));
    this.coalescer = new Coalescer({
      answers: this.#answers,
      freshness: () => ages,
      connect: (account, credential) => ({
        lane: (service) => this.lane(account, service),
        fetch: (call, terms) => {
          void terms.turn?.use();
          terms.sent(false);
          return new Promise((resolve, reject) => {
            const asOf = now();
            const { deadline, priority } = terms;
            const failing = async (error: GatewayError, nextTryAt = now()) => terms.failing?.(error, nextTryAt);
            const answer = (pending: readonly Window[] = []) =>
              resolve({ reply: replyTo(call, account, credential, asOf, pending), pages: 1, bytes: settings.bytes ?? 100 });
            const again = () => terms.sent(true);
            this.sent.push({ call, account, credential, asOf, deadline, priority, answer, fail: reject, failing, again });
          });
        },
      }),
      now,
      warn: (message) => this.warnings.push(message),
      refreshed: ({ api }, calls) => this.refreshes.push([api, calls]),
    });
  }

  /** What is looked up from now on is read at once but told only when the returned function is called. */
  holdLookUps(): () => void {
    let goOn = (): void => undefined;
    this.#answers.held = new Promise((resolve) => {
      goOn = resolve;
    });
    return () => {
      this.#answers.held = undefined;
      goOn();
    };
  }

  lane(account: string, service: string = serviceOf["skill-segments"]): PermitSource {
    const key = `${account} ${service}`;
    const limits = this.settings.limits ?? { maxConcurrent: 4, maxPerMinute: 120 };
    const lane = this.#lanes.get(key) ?? new RateLimiter({ name: key, limits, clock: { monotonic: () => Date.now() }, random: () => 0 });
    this.#lanes.set(key, lane);
    return lane;
  }

  terms(seen: Sighting[] = [], { deadlineMs = 15_000, priority = "interactive" as Priority } = {}): AskTerms {
    const since = Date.now();
    return { since, deadline: since + deadlineMs, priority, memory: new RequestMemory(), saw: (sighting) => seen.push(sighting) };
  }

  /** Asks as one request would; each promise tells how its question ended. */
  ask(questions: readonly Question[], options?: { deadlineMs?: number; priority?: Priority }): Promise<Told>[] {
    const seen: Sighting[] = [];
    return this.askOn(this.terms(seen, options), questions, seen);
  }

  askOn(terms: AskTerms, questions: readonly Question[], seen: Sighting[] = []): Promise<Told>[] {
    return this.coalescer.ask(questions, terms).map((promise) =>
      promise.then(
        (answered) => ({ answered, seen }),
        (error: GatewayError) => ({ error, seen }),
      ),
    );
  }
}

export const one = async (told: Promise<Told>[]): Promise<Told> => await told[0]!;

/** Asks, and has the platform answer whatever it was sent at once. */
export async function asked(platform: HeldPlatform, ...questions: readonly Question[]): Promise<Told[]> {
  const told = platform.ask(questions);
  await settle();
  for (const sent of platform.sent) sent.answer();
  return Promise.all(told);
}
