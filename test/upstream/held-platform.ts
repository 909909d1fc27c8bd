import { GatewayError } from "../../src/errors.js";
import { hourMs, type Window } from "../../src/time.js";
import { type AnswerStore, type Freshness, MemoryAnswerStore, momentOf } from "../../src/upstream/answers.js";
import type { Api } from "../../src/upstream/apis/descriptor.js";
import { apiByName, apis } from "../../src/upstream/apis/registry.js";
import { CircuitBreaker } from "../../src/upstream/budget/circuit-breaker.js";
import type { Limits } from "../../src/upstream/budget/pace.js";
import type { Priority } from "../../src/upstream/budget/permit.js";
import { RateLimiter } from "../../src/upstream/budget/rate-limiter.js";
import type { Call, ExchangeRequest, ExchangeResponse, Service } from "../../src/upstream/call.js";
import type { AnswerUse, AskOutcome, AskTerms } from "../../src/upstream/coalescing/ask.js";
import type { CallInFlight } from "../../src/upstream/coalescing/call-in-flight.js";
import { type Admit, Coalescer } from "../../src/upstream/coalescing/coalescer.js";
import { ExchangeTimes, type Session } from "../../src/upstream/coalescing/reading.js";
import { scopeOf } from "../../src/upstream/plan.js";
import { type Answered, type ApiName, keysPerPage, own, type Question } from "../../src/upstream/question.js";
import { PermitExpired, type TransportTerms } from "../../src/upstream/transport/transport.js";
import { settle } from "./fake-time.js";
import { replyTo } from "./replies-by-hand.js";

/** An HTTP exchange that reached the platform, under the test's control. */
export interface Sent {
  call: Call;
  account: string;
  credential: string;
  asOf: number;
  /** The page of the call that was asked for, from 1. */
  page: number;
  /** Until when the exchange may last, monotonic ms. */
  deadline: number;
  bearer: string | undefined;
  /** True when the gateway closed the exchange. */
  readonly closed: boolean;
  answer(pending?: readonly Window[]): void;
  fail(error: Error): void;
  /** Says 401, after which the transport has other credentials: sent again, it is another of the exchanges. */
  renew(): void;
}

export interface Ended {
  /** The part that answers the question, where there is one. */
  answered?: Answered<Question>;
  /** Why a part failed. */
  error?: GatewayError;
  outcome: AskOutcome;
  seen: AnswerUse[];
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
  /** How many pages a call has; default one. */
  pages?: (call: Call) => number;
  /** True: the pages after the first are read side by side, when all of them may be read. */
  sideBySide?: boolean;
  /** Ids that the platform has of every kind. */
  ids?: readonly string[];
  /** How long domain and token of the exchange with this number, from 0, are looked up before it leaves; default 0 ms. */
  lookUpMs?: (exchange: number) => number;
  /** Called with each exchange that reaches the platform, and its number from 0. */
  receives?: (sent: Sent, index: number) => void;
  /** Stands in for the platform. */
  send?: Session["send"];
  retryPausesMs?: readonly number[];
  /** As the coalescer takes it; default false, so that calls name what was asked for. */
  triesAll?: boolean;
  /** What the wall clock says more than it should. */
  stepMs?: () => number;
}

interface AskOptions extends Partial<Pick<AskTerms, "charge" | "most">> {
  deadlineMs?: number;
  priority?: Priority;
  takesStored?: boolean;
  caller?: string;
}

interface Body {
  pending: readonly Window[];
  /** Which credential the platform saw. */
  credential: string;
}

/** The token whose digest is this credential. */
const tokenOf = (credential: string): string => `token of ${credential}`;

const lasting = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

class SlowAnswers implements AnswerStore {
  held: Promise<void> | undefined;
  failing: Error | undefined;

  constructor(private readonly store: AnswerStore) {}

  get(scope: string): ReturnType<AnswerStore["get"]> {
    const { held } = this;
    const stored = this.store.get(scope);
    return held ? held.then(() => stored) : stored;
  }

  async put(...put: Parameters<AnswerStore["put"]>): Promise<void> {
    if (this.failing) throw this.failing;
    await this.store.put(...put);
  }
}

/** A coalescer before a platform that answers when the test says so, every figure telling whose it is. Needs fake timers. */
export class HeldPlatform {
  readonly sent: Sent[] = [];
  readonly warnings: string[] = [];
  /** What refreshes cost, in the order they ended. */
  readonly refreshes: [api: string, calls: number][] = [];
  /** How calls ended for the health of the account: the code of the error, or "well". */
  readonly health: string[] = [];
  readonly coalescer: Coalescer;
  readonly answers: SlowAnswers;
  readonly times = new ExchangeTimes();
  readonly clock = { now: () => Date.now() + (this.settings.stepMs?.() ?? 0), monotonic: () => performance.now() };
  readonly #limiters = new Map<string, RateLimiter>();
  readonly #circuits = new Map<string, CircuitBreaker>();
  #exchanges = 0;

  constructor(private readonly settings: Settings = {}) {
    const ages = settings.freshness ?? freshness;
    const { clock } = this;
    this.answers = new SlowAnswers(new MemoryAnswerStore(settings.maxBytes ?? 100_000_000, (message) => this.warnings.push(message)));
    this.coalescer = new Coalescer({
      store: this.answers,
      accounts: { get: (account) => ({ freshness: ages, sessions: this.#sessions(account) }) },
      clock,
      triesAll: settings.triesAll ?? false,
      warn: (message) => this.warnings.push(message),
      refreshed: ({ api }, calls) => this.refreshes.push([api.name, calls]),
    });
  }

  #sessions(account: string): Record<ApiName, Session> {
    const { retryPausesMs = [], send } = this.settings;
    const sessions = apis.map(({ name, service }): [ApiName, Session] => [
      name,
      {
        account,
        source: "test",
        clock: this.clock,
        limiter: this.limiter(account, service),
        circuit: this.circuit(account, service),
        times: this.times,
        retryPausesMs,
        fetch: this.#fetch(account),
        send: send ?? ((request, terms) => this.#send(request, terms, account)),
        sleep: lasting,
        health: {
          well: () => this.health.push("well"),
          ill: (_, error) => this.health.push(error instanceof GatewayError ? error.code : String(error)),
        },
      },
    ]);
    return Object.fromEntries(sessions) as Record<ApiName, Session>;
  }

  #fetch(account: string): Api["fetch"] {
    return (async (call: Call, { exchange, expects }: Parameters<Api["fetch"]>[1]) => {
      const { pages = () => 1, sideBySide = false, bytes = 100, ids } = this.settings;
      const page = (number: number) => exchange({ call, page: number } as unknown as ExchangeRequest);
      const responses = [await page(1)];
      const further = Array.from({ length: pages(call) - 1 }, (_, index) => index + 2);
      const isCut = sideBySide && further.length > 0 && !expects(further.length);
      if (sideBySide && !isCut) responses.push(...(await Promise.all(further.map(page))));
      if (!sideBySide) for (const number of further) responses.push(await page(number));
      const askedAt = responses.map((response) => response.askedAt);
      const { pending = [], credential = own } = responses[0]!.body as Partial<Body>;
      const asOf = Math.min(...askedAt);
      const reply = replyTo(call, account, credential, asOf, pending, { ids, ...(isCut && { most: keysPerPage }) });
      return { reply: { ...reply, newestAskedAt: Math.max(...askedAt) }, pages: responses.length, bytes, remarks: [] };
    }) as unknown as Api["fetch"];
  }

  /** As the transport sends. */
  async #send(request: ExchangeRequest, terms: TransportTerms, account: string): Promise<ExchangeResponse> {
    const { call, page } = request as unknown as { call: Call; page: number };
    const { lookUpMs = () => 0, bytes = 100 } = this.settings;
    const { deadline, bearer, signal, sending, again } = terms;
    const credential = bearer === undefined ? own : bearer.slice(tokenOf("").length);
    const untilMs = lookUpMs(this.#exchanges++);
    if (untilMs > 0) await lasting(untilMs);
    let isClosed = false;
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => {
        isClosed = true;
        reject(signal.reason);
      });
      const sends = async () => {
        if (sending && !(await sending())) throw new PermitExpired("The permit has expired.");
        const asOf = this.clock.now();
        const sent: Sent = {
          call,
          account,
          credential,
          asOf,
          page,
          deadline,
          bearer,
          get closed() {
            return isClosed;
          },
          answer: (pending = []) => resolve({ status: 200, body: { pending, credential } satisfies Body, bytes, askedAt: asOf }),
          fail: reject,
          renew: () => void Promise.resolve(again?.()).then(sends).catch(refused).catch(reject),
        };
        this.sent.push(sent);
        this.settings.receives?.(sent, this.sent.length - 1);
      };
      const refused = (error: unknown) => {
        throw error instanceof GatewayError ? new GatewayError("UPSTREAM_UNAUTHORIZED", "It refuses access.", { status: 401 }) : error;
      };
      sends().catch(reject);
    });
  }

  /** The calls of the question's scope that are queued or in flight. */
  callsOf(question: Question): readonly CallInFlight[] {
    return this.coalescer.calls(scopeOf(question));
  }

  /** The first of them. */
  callOf(question: Question): CallInFlight {
    const [call] = this.callsOf(question);
    if (!call) throw new Error("No call is queued or in flight.");
    return call;
  }

  /** What is looked up from now on is read at once but handed on only when the returned function is called. */
  holdLookUps(): () => void {
    let goOn = (): void => undefined;
    this.answers.held = new Promise((resolve) => {
      goOn = resolve;
    });
    return () => {
      this.answers.held = undefined;
      goOn();
    };
  }

  limiter(account: string, service: Service = apiByName["skill-segments"].service): RateLimiter {
    const name = `${service} of account ${account}`;
    const limits = this.settings.limits ?? { maxConcurrent: 4, maxPerMinute: 120 };
    const limiter = this.#limiters.get(name) ?? new RateLimiter({ name, limits, clock: this.clock, random: () => 0 });
    this.#limiters.set(name, limiter);
    return limiter;
  }

  circuit(account: string, service: Service = apiByName["skill-segments"].service): CircuitBreaker {
    const name = `${service} of account ${account}`;
    const circuit = this.#circuits.get(name) ?? new CircuitBreaker({ name, account, clock: this.clock, random: () => 0 });
    this.#circuits.set(name, circuit);
    return circuit;
  }

  /** `charge`: what the request may cause; `most`: how many exchanges. Nothing is limited where they are left out. */
  terms(
    seen: AnswerUse[] = [],
    { deadlineMs = 15_000, priority = "interactive", takesStored = false, caller = "anybody", charge, most }: AskOptions = {},
  ): AskTerms {
    const begun = momentOf(this.clock);
    return {
      begun,
      deadline: begun.monotonic + deadlineMs,
      priority,
      takesStored,
      caller,
      memory: { answers: new Map(), failures: new Map() },
      charge: charge ?? (() => ({ more: () => null, settle: () => undefined })),
      most: most ?? (() => Number.POSITIVE_INFINITY),
      saw: (use) => seen.push(use),
    };
  }

  /** Asks as one request would; each promise says how its question ended. */
  ask(questions: readonly Question[], options?: AskOptions): Promise<Ended>[] {
    const seen: AnswerUse[] = [];
    const callers = questions.find(({ credential }) => credential !== own)?.credential;
    return this.askOn({ ...this.terms(seen, options), ...(callers && { bearer: tokenOf(callers) }) }, questions, seen);
  }

  askOn(terms: AskTerms, questions: readonly Question[], seen: AnswerUse[] = [], admit?: Admit): Promise<Ended>[] {
    return this.coalescer.ask(questions, terms, admit).asks.map(({ outcome: promise }) =>
      promise.then((outcome) => {
        const [answered] = outcome.answered;
        const [failed] = outcome.failed;
        return { outcome, seen, ...(answered && { answered }), ...(failed && { error: failed.error }) } as Ended;
      }),
    );
  }
}

export const one = async (ended: Promise<Ended>[]): Promise<Ended> => await ended[0]!;

/** Asks, and has the platform answer whatever it was sent at once. */
export async function asked(platform: HeldPlatform, ...questions: readonly Question[]): Promise<Ended[]> {
  const ended = platform.ask(questions);
  for (let answered = 0; ; ) {
    await settle();
    if (answered === platform.sent.length) break;
    for (; answered < platform.sent.length; answered++) platform.sent[answered]!.answer();
  }
  return Promise.all(ended);
}

export type { ApiName };
