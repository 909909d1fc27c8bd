/** One GraphQL request: under which rights it asks, how many calls it may cause, and what its answer was made from. */

import { createHash } from "node:crypto";
import type { GraphQLSchema } from "graphql";
import type { Clock } from "../clock.js";
import type { Config } from "../config.js";
import { type ErrorCode, GatewayError } from "../errors.js";
import { demandWaiting, type GatewayContext, PlannedQuestions } from "../graphql/context.js";
import type { DirectoryMemory } from "../graphql/directory-memory.js";
import { outline } from "../graphql/outline.js";
import { anybody, type Caller, type Gateway, type GatewayRequest, type PreparedOperation, type Report } from "../server/gateway-port.js";
import { momentOf } from "../upstream/answers.js";
import { guessed } from "../upstream/apis/interval-metrics/descriptor.js";
import { apiByName } from "../upstream/apis/registry.js";
import type { CallerBudgets, Charge, ChargeCaller } from "../upstream/budget/caller-budget.js";
import type { AnswerUse, AskTerms, Dependency } from "../upstream/coalescing/ask.js";
import type { Coalescer } from "../upstream/coalescing/coalescer.js";
import { restricted, scopeOf } from "../upstream/plan.js";
import type { PlatformAccount } from "../upstream/platform-account.js";
import { own, type Question } from "../upstream/question.js";
import { explained, explainedUses } from "./explain.js";
import { firstStage, RequestQuestions } from "./request-questions.js";

interface RequestOptions {
  config: Pick<Config, "requestDeadlineMs" | "maxUpstreamCalls">;
  schema: GraphQLSchema;
  accounts: ReadonlyMap<string, PlatformAccount>;
  coalescer: Coalescer;
  /** Null where callers have no budget of their own. */
  budgets: CallerBudgets | null;
  directoryMemory: DirectoryMemory;
  clock: Clock;
}

/** Makes GraphQL requests: each has its own deadline, memory and report, and sees the accounts its caller may read. */
export function requests(options: RequestOptions): Pick<Gateway, "request" | "audience" | "refusal"> {
  const { config, schema, accounts, coalescer, budgets, directoryMemory, clock } = options;
  const request: Gateway["request"] = ({ explain, caller, signal, state, trace }): GatewayRequest => {
    const begun = momentOf(clock);
    const report = new RequestReport(() => clock.now());
    const allowance = new Allowance(config.maxUpstreamCalls);
    const terms: AskTerms = {
      begun,
      deadline: begun.monotonic + config.requestDeadlineMs,
      priority: state?.which === "next" ? "tick" : "interactive",
      takesStored: state?.which === "first",
      caller: caller.id,
      ...(caller.bearer !== undefined && { bearer: caller.bearer }),
      ...(trace && { trace }),
      memory: { answers: new Map(), failures: new Map() },
      ...(signal && { signal }),
      charge: charging(budgets && firstAble((state?.callers ?? [caller.id]).map((id) => budgets.of(id).charge)), allowance),
      most: () => allowance.left,
      saw: report.saw,
    };
    const questions = new RequestQuestions(
      coalescer,
      terms,
      () => clock.monotonic(),
      ({ exchanges, waits }) =>
        allowance.begin(
          exchanges,
          waits.map(({ wanted }) => wanted),
        ),
    );
    const readable = readableBy(caller, accounts.values());
    const callersOwn = credentialOf(caller, readable);
    let planned: object | null = null;
    let planMs = 0;
    const waited = new Waited(() => clock.monotonic());

    /** The question under its credential. Throws if the caller may not read the account. */
    const scoped = <Q extends Question>(question: Q): Q => {
      const account = readable.find(({ id }) => id === question.account);
      if (!account) throw new GatewayError("FORBIDDEN", `Account ${question.account} is not readable.`);
      const isReadByCaller = account.config.credentials.kind === "caller";
      if (isReadByCaller && caller.bearer === undefined) throw noBearer(account.id);
      const credential = isReadByCaller ? callersOwn : own;
      return restricted(question.credential === credential ? question : { ...question, credential }, account.config.mergesOff);
    };
    // Day by day: no call is planned for more.
    const scopedAll = (all: readonly Question[]) =>
      all.flatMap((question) => unlessRefused(() => scoped(question))).flatMap((question) => scopeOf(question).api.split(question));
    const context: GatewayContext = {
      ask(question) {
        const answer = questions.ask(scoped(question));
        return answer instanceof Promise ? waited.for(answer) : answer;
      },
      accounts: readable.map(({ config: { id, keyMetricsLookbackHours } }) => ({ id, keyMetricsLookbackHours })),
      rights: { conversations: caller.conversations, router: caller.router ?? false },
      credential: callersOwn,
      now: () => begun.now,
      directoryMemory,
      planned: new PlannedQuestions(),
      freshness: { note: report.note },
      ...(signal && { signal }),
      holdsUntil: report.noteBound,
    };

    return {
      context,
      async prepare(operation: PreparedOperation) {
        demandWaiting(signal);
        const planBegun = clock.monotonic();
        const cost = async (all: readonly Question[]) => (await coalescer.forecast(all, terms, guessed)).exchanges;
        const { questions: first, later } = await firstStage(outline(schema, operation, context), { scoped: scopedAll, cost });
        planMs = clock.monotonic() - planBegun;
        const refusal = explain === "plan" ? await plan(first, later) : await waited.for(questions.prefetch(first));
        if (refusal) throw refusal;
      },
      report: () => ({
        ...report.told(),
        upstream:
          explain === "calls"
            ? { ...explainedUses(report.uses, clock.now()), budgets: readable.flatMap((account) => account.budgets()) }
            : planned,
        timing: { planMs, platformMs: waited.ms },
      }),
    };

    async function plan(first: readonly Question[], later: object[]): Promise<GatewayError | null> {
      const decision = await coalescer.forecast(first, terms);
      planned = { ...explained(decision), later };
      return allowance.begin(
        decision.exchanges,
        decision.waits.map(({ wanted }) => wanted),
      );
    }
  };
  return {
    request,
    audience: (caller) => audienceOf(caller, accounts.values()),
    // `anybody` stands for all callers at once: one of them would lock out the others.
    refusal: ({ id }) => (id === anybody.id ? null : (budgets?.of(id).exhaustion() ?? null)),
  };
}

/** Returns nothing if the question is refused. The resolver reports the error at its path. */
function unlessRefused<T>(ask: () => T): T[] {
  try {
    return [ask()];
  } catch (error) {
    if (error instanceof GatewayError) return [];
    throw error;
  }
}

// ---------------------------------------------------------------- how many calls it may cause

/** Of several callers the first who has calls left; when none has, what the last of them is told. */
const firstAble =
  (callers: readonly ChargeCaller[]): ChargeCaller =>
  (exchanges) => {
    let refusal: Charge | GatewayError | undefined;
    for (const charge of callers) {
      refusal = charge(exchanges);
      if (!(refusal instanceof GatewayError)) break;
    }
    if (!refusal) throw new Error("Nobody bears the calls of a request.");
    return refusal;
  };

/** Every call is charged to the caller. A call that no plan has counted also counts against MAX_UPSTREAM_CALLS here. */
const charging =
  (chargeCaller: ChargeCaller | null, allowance: Allowance): AskTerms["charge"] =>
  (exchanges, isPlanned) => {
    const refusal = isPlanned ? null : allowance.more(exchanges);
    if (refusal) return refusal;
    const charge = chargeCaller?.(exchanges);
    if (charge instanceof GatewayError) return charge;
    const free: Charge = { more: () => null, settle: () => undefined };
    const { more, ...others } = charge ?? free;
    return { ...others, more: (further) => allowance.more(further) ?? more(further) };
  };

/** The exchanges that one request may cause, by MAX_UPSTREAM_CALLS. What a stage is certain to need is judged before it begins. */
export class Allowance {
  #spent = 0;

  constructor(private readonly most: number) {}

  /** How many exchanges are left. */
  get left(): number {
    return Math.max(0, this.most - this.#spent);
  }

  /** Spends what a stage needs; PLAN_TOO_LARGE when that is too much. */
  begin(exchanges: number, questions: readonly Question[]): GatewayError | null {
    if (exchanges > this.left) return this.#tooLarge(exchanges, questions);
    this.#spent += exchanges;
    return null;
  }

  /** Spends what turned out to be needed besides, for pages that were not known or in search of a refused id. */
  more(exchanges: number): GatewayError | null {
    if (exchanges > this.left) {
      const message = `This operation needs ${exchanges} more calls to the platform after ${this.#spent}, because an answer has more pages than was known; one request may cause at most ${this.most}. Ask for a shorter window or for fewer rows.`;
      return new GatewayError("PLAN_TOO_LARGE", message);
    }
    this.#spent += exchanges;
    return null;
  }

  #tooLarge(exchanges: number, questions: readonly Question[]): GatewayError {
    const apis = [...new Set(questions.map(({ api }) => apiByName[api].metricsApi))].join(", ");
    const what = this.#spent > 0 ? `After ${this.#spent} calls, the next stage of this operation` : "This operation";
    return new GatewayError(
      "PLAN_TOO_LARGE",
      `${what} needs ${exchanges} calls to the platform (${apis}); one request may cause at most ${this.most}. Ask for fewer ids with fields that cost a call each (Agent.keyMetrics, Agent.current, AgentGroup.segments), for fewer different windows, or for a shorter interval window.`,
    );
  }
}

// ---------------------------------------------------------------- what its answer was made from

/** What one request has used: every call and every stored answer, once, and what its answer depends on. */
export class RequestReport {
  readonly #entries = new Map<string, AnswerUse>();
  /** Epoch ms. */
  #freshUntil: number | null = null;
  #oldestAsOf: number | null = null;
  #stale = false;
  readonly #failures = new Map<string, { api: string; account: string; code: ErrorCode }>();

  readonly #dependencies = new Map<string, Dependency>();
  #holdsUntil = Number.POSITIVE_INFINITY;
  #repeatableUntil = Number.POSITIVE_INFINITY;

  /** `now` in epoch ms. */
  constructor(private readonly now: () => number) {}

  /**
   * The first use of a call says how it came about; later ones, of the same request, only read from it. Figures say more than
   * names, which may come from older answers: a stored answer whose figures are stale is stale, and the scope is that of figures.
   */
  readonly saw = (use: AnswerUse): void => {
    const { call, asOf, outcome, dependencies } = use;
    const key = call ? `call ${call.id}` : `${scopeOf(use.question).key} ${asOf}`;
    const first = this.#entries.get(key);
    const tells = first ? tellsMore(use, first) : call !== null || !this.#hasOwn(use);
    if (tells) this.#entries.set(key, use);
    if (outcome === "STALE" && use.failure) this.#noteFailure(use.question, use.failure);
    const isBeingRenewed = outcome === "STALE" && !use.failure;
    for (const dependency of dependencies) {
      this.#dependsOn(dependency);
      const { freshUntil, staleUntil } = dependency;
      this.#repeatableUntil = Math.min(this.#repeatableUntil, isBeingRenewed ? staleUntil : freshUntil);
    }
    if (ofFigures(use) && asOf !== null) this.#note(Math.min(...dependencies.map(({ freshUntil }) => freshUntil)));
  };

  /** Notes the age of an answer from which metrics reached the client. */
  readonly note = (asOf: number, stale: boolean): void => {
    this.#oldestAsOf = Math.min(this.#oldestAsOf ?? asOf, asOf);
    this.#stale ||= stale;
  };

  /** Notes a moment, epoch ms, from which the answer may be another one although no newer answer of the platform is there. */
  readonly noteBound = (moment: number): void => {
    this.#holdsUntil = Math.min(this.#holdsUntil, moment);
  };

  /** Every call and every stored answer, once, in the order of their first use. */
  get uses(): readonly AnswerUse[] {
    return [...this.#entries.values()];
  }

  /** What the request tells of its answer when it has ended. */
  told(): Omit<Report, "upstream" | "timing"> {
    const dependencies = [...this.#dependencies.values()];
    return {
      freshness: this.#freshness(),
      maxAgeMs: this.#maxAgeMs(),
      sent: this.uses.reduce((sum, { own: isOwn, call }) => sum + (isOwn && call ? call.exchanges : 0), 0),
      dependencies,
      holdsUntil: this.#holdsUntil,
      repeatableUntil: Math.min(this.#holdsUntil, this.#repeatableUntil),
    };
  }

  #freshness(): Report["freshness"] {
    if (this.#oldestAsOf === null) return null;
    const failures = [...this.#failures.values()];
    const oldestAsOf = new Date(this.#oldestAsOf).toISOString();
    return { oldestAsOf, stale: this.#stale, ...(failures.length > 0 && { failures }) };
  }

  #maxAgeMs(): number | null {
    if (this.#oldestAsOf === null || this.#freshUntil === null) return null;
    return this.#stale ? 0 : Math.max(0, this.#freshUntil - this.now());
  }

  #noteFailure(question: Question, code: ErrorCode): void {
    const { api, account } = scopeOf(question);
    this.#failures.set(`${api.name} ${account} ${code}`, { api: api.metricsApi, account, code });
  }

  #dependsOn(dependency: Dependency): void {
    // Scope and slot are JSON: neither has a line feed.
    const key = `${dependency.scope}\n${dependency.slot}\n${dependency.version}`;
    const known = this.#dependencies.get(key);
    if (!known || dependency.freshUntil < known.freshUntil) this.#dependencies.set(key, dependency);
  }

  #note(freshUntil: number): void {
    this.#freshUntil = Math.min(this.#freshUntil ?? freshUntil, freshUntil);
  }

  #hasOwn({ question, asOf }: AnswerUse): boolean {
    return this.uses.some((other) => other.asOf === asOf && scopeOf(other.question) === scopeOf(question));
  }
}

const ofFigures = ({ question }: AnswerUse): boolean => question.freshForMs === undefined;

function tellsMore(use: AnswerUse, first: AnswerUse): boolean {
  if (first.outcome === "CACHED" && use.outcome === "STALE") return true;
  return use.outcome === first.outcome && ofFigures(use) && !ofFigures(first);
}

/** For how long a request has waited. What it waits for at the same time counts once. */
class Waited {
  #open = 0;
  #since = 0;
  #ms = 0;

  /** `monotonic` in ms. */
  constructor(private readonly monotonic: () => number) {}

  get ms(): number {
    return this.#ms + (this.#open > 0 ? this.monotonic() - this.#since : 0);
  }

  /** The promise itself. */
  for<T>(promise: Promise<T>): Promise<T> {
    if (this.#open++ === 0) this.#since = this.monotonic();
    const over = () => {
      if (--this.#open === 0) this.#ms += this.monotonic() - this.#since;
    };
    promise.then(over, over);
    return promise;
  }
}

// ---------------------------------------------------------------- who may share its answer

type Account = Pick<PlatformAccount, "id" | "config">;

/** The accounts that the caller may read. */
const readableBy = <A extends Account>({ accounts: named }: Caller, accounts: Iterable<A>): A[] =>
  [...accounts].filter(({ id }) => named === "*" || named.includes(id));

/** Stands for a caller's token wherever the token itself must not appear. */
const digestOf = (bearer: string): string => createHash("sha256").update(bearer).digest("base64url");

const noBearer = (account: string): GatewayError => {
  const message = "This account is read with the caller's own bearer token: send it in the header Authorization.";
  return new GatewayError("UNAUTHENTICATED", message, { account });
};

/** The caller's own where any account is read with it: what such an account told is remembered for that caller alone. */
const credentialOf = ({ bearer }: Caller, readable: readonly Account[]): string =>
  bearer !== undefined && readable.some(({ config }) => config.credentials.kind === "caller") ? digestOf(bearer) : own;

/**
 * Everything about a caller that an answer depends on, in one line of text: the accounts it may read, its rights, and the credential under
 * which the platform is asked. Callers of one audience get the same answer to the same request. Holds no token.
 */
export function audienceOf(caller: Caller, accounts: Iterable<Account>): string {
  const readable = readableBy(caller, accounts);
  const { conversations, router = false } = caller;
  return JSON.stringify([readable.map(({ id }) => id), conversations, router, credentialOf(caller, readable)]);
}
