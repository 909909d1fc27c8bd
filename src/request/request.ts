import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { GraphQLSchema } from "graphql";
import type { Clock } from "../clock.js";
import type { Config } from "../config.js";
import { GatewayError } from "../errors.js";
import { demandWaiting, type GatewayContext, PlannedQuestions } from "../graphql/context.js";
import type { DirectoryMemory } from "../graphql/directory-memory.js";
import { outline } from "../graphql/outline.js";
import { anybody, type Caller, type Gateway, type GatewayRequest, type PreparedOperation } from "../server/gateway-port.js";
import { momentOf } from "../upstream/answers.js";
import { guessed } from "../upstream/apis/interval-metrics/descriptor.js";
import { apiByName } from "../upstream/apis/registry.js";
import type { CallerBudgets, Charge, ChargeCaller } from "../upstream/budget/caller-budget.js";
import type { AskTerms } from "../upstream/coalescing/ask.js";
import type { Coalescer } from "../upstream/coalescing/coalescer.js";
import type { Decision } from "../upstream/coalescing/decide.js";
import { costOf, type PlannedCall, restricted, scopeOf } from "../upstream/plan.js";
import type { PlatformAccount } from "../upstream/platform-account.js";
import { own, type Question, readable } from "../upstream/question.js";
import { firstStage, RequestQuestions } from "./request-questions.js";
import { RequestReport, Waited } from "./request-report.js";

export interface RequestOptions {
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
    // Each question that waits listens to it, however many there are.
    if (signal) setMaxListeners(0, signal);
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

    /** Under the credential that may ask it. Rejects what the caller may not read, should it ever be asked. */
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
        freshness: report.freshness(),
        maxAgeMs: report.maxAgeMs,
        upstream: explain === "calls" ? { ...report.use(), budgets: readable.flatMap((account) => account.budgets()) } : planned,
        sent: report.use().sent,
        timing: { planMs, platformMs: waited.ms },
        holdsUntil: report.holdsUntil,
        dependencies: report.dependencies,
        goodUntil: report.goodUntil,
        repeatableUntil: report.repeatableUntil,
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
    // Everybody together is no caller: one of them would lock out all others.
    refusal: ({ id }) => (id === anybody.id ? null : (budgets?.of(id).exhaustion() ?? null)),
  };
}

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

/** The caller bears what is planned; what turns out to be needed besides counts against MAX_UPSTREAM_CALLS as well. */
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

/** Nothing where the question is refused: the resolver that asks it says so, at its path. */
function unlessRefused<T>(ask: () => T): T[] {
  try {
    return [ask()];
  } catch (error) {
    if (error instanceof GatewayError) return [];
    throw error;
  }
}

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

// ---------------------------------------------------------------- what explain shows of its plan

/** One call of a plan, as explain shows it. */
interface ExplainedCall {
  api: string;
  account: string;
  /** Exchanges it is expected to need; null when nobody knows how many pages it has, one at least. */
  exchanges: number | null;
  call: object;
}

/** The calls that a decision makes necessary, and what they are expected to cost. */
function explained({ plans, waits }: Decision): { planned: number; calls: ExplainedCall[] } {
  const wanted = new Set(waits.map((wait) => wait.wanted));
  const calls = [...plans.values()].flat().filter(({ serves }) => serves.some(({ of }) => wanted.has(of)));
  return { planned: costOf(calls), calls: calls.map(line) };
}

const line = ({ call: { api: _, ...call }, exchanges, open, scope }: PlannedCall): ExplainedCall => ({
  api: scope.api.metricsApi,
  account: scope.account,
  exchanges: open ? null : exchanges,
  call: readable(call),
});
