import type { GraphQLSchema } from "graphql";
import type { Config } from "../config.js";
import { GatewayError } from "../errors.js";
import type { GatewayContext } from "../graphql/context.js";
import type { DirectoryMemory } from "../graphql/directory-memory.js";
import { outline } from "../graphql/outline.js";
import type { Caller, Gateway, GatewayRequest } from "../server/gateway-port.js";
import { remainingMs } from "../upstream/answers/freshness.js";
import { Allowance } from "../upstream/budget/allowance.js";
import { CallerBudgets } from "../upstream/budget/caller-budget.js";
import type { Coalescer } from "../upstream/coalescing/coalescer.js";
import { RequestMemory } from "../upstream/coalescing/memory.js";
import type { AskTerms } from "../upstream/coalescing/waiter.js";
import { restricted } from "../upstream/planning/merges-off.js";
import { costOf } from "../upstream/planning/plan.js";
import { explained } from "../upstream/planning/preview.js";
import { digestOf, type PlatformAccount } from "../upstream/platform-account.js";
import type { Question } from "../upstream/question.js";
import { own } from "../upstream/transport/own-credential.js";
import { firstStage } from "./first-stage.js";
import { cut, QuestionLoader, singles } from "./question-loader.js";
import { Ledger } from "./request-report.js";

export interface RequestOptions {
  config: Pick<Config, "callerCallsPerMinute" | "requestDeadlineMs" | "maxUpstreamCalls">;
  schema: GraphQLSchema;
  accounts: ReadonlyMap<string, PlatformAccount>;
  coalescer: Coalescer;
  directoryMemory: DirectoryMemory;
  now: () => number;
}

/** Makes GraphQL requests: each has its own deadline, memory and books, and sees the accounts its caller may read. */
export function requests({ config, schema, accounts, coalescer, directoryMemory, now }: RequestOptions): Gateway["request"] {
  const budgets = config.callerCallsPerMinute > 0 ? new CallerBudgets(config.callerCallsPerMinute, now) : null;
  return ({ explain, caller }): GatewayRequest => {
    const since = now();
    const ledger = new Ledger(
      ({ question, asOf, settled }) => remainingMs(accounts.get(question.account)!.freshness, question, asOf ?? 0, now(), settled),
      now,
    );
    const deadline = since + config.requestDeadlineMs;
    const terms: AskTerms = {
      since,
      deadline,
      priority: "interactive",
      memory: new RequestMemory(),
      ...(budgets && { charge: budgets.of(caller.id).charge }),
      saw: ledger.saw,
    };
    const allowance = new Allowance(
      config.maxUpstreamCalls,
      (questions, spent) => coalescer.forecast.plan(questions, since, config.maxUpstreamCalls, spent),
      () => {
        const { sent, retries } = ledger.use();
        return sent - retries;
      },
    );
    const loader = new QuestionLoader(coalescer, terms, now, (questions) => allowance.refused(questions));
    const readable = [...accounts.values()].filter(({ id }) => caller.accounts === "*" || caller.accounts.includes(id));
    let planned: object | null = null;
    let holdsUntil = Number.POSITIVE_INFINITY;

    /** Under the credential that may ask it. Rejects what the caller may not read, should it ever be asked. */
    const scoped = <Q extends Question>(question: Q): Q => {
      const account = readable.find(({ id }) => id === question.account);
      if (!account) throw new GatewayError("FORBIDDEN", `Account ${question.account} is not readable.`);
      return restricted({ ...question, credential: account.credentialFor(caller.bearer) }, account.config.mergesOff);
    };
    const scopedAll = (questions: readonly Question[]) => questions.flatMap((question) => unlessRefused(() => scoped(question)));
    const context: GatewayContext = {
      ask: async (question) => loader.ask(scoped(question)),
      accounts: readable.map(({ config: { id, keyMetricsLookbackHours } }) => ({ id, keyMetricsLookbackHours })),
      rights: { conversations: caller.conversations, router: caller.router ?? false },
      credential: credentialOf(caller, readable),
      now: () => since,
      directoryMemory,
      freshness: { note: ledger.note },
      holdsUntil(moment) {
        holdsUntil = Math.min(holdsUntil, moment);
      },
    };

    return {
      context,
      async prepare(operation) {
        const cost = (questions: readonly Question[]) => coalescer.forecast.expectedCost(parts(questions), since);
        const { questions, later } = await firstStage(outline(schema, operation, context), { scoped: scopedAll, cost });
        const calls = await allowance.begin(parts(questions));
        if (explain === "plan") planned = { planned: costOf(calls), calls: explained(calls), later };
        else loader.prefetch(questions);
      },
      report: () => ({
        freshness: ledger.freshness(),
        maxAgeMs: ledger.maxAgeMs,
        holdsUntil,
        upstream: explain === "calls" ? { ...ledger.use(), budgets: readable.flatMap((account) => account.budgets()) } : planned,
        sent: ledger.use().sent,
      }),
    };
  };
}

/** As they are asked: day by day, and id by id. */
const parts = (questions: readonly Question[]): Question[] => questions.flatMap(cut).flatMap(singles);

/** The caller's own where any account is read with it: what such an account told is remembered for that caller alone. */
const credentialOf = ({ bearer }: Caller, readable: readonly PlatformAccount[]): string =>
  bearer !== undefined && readable.some(({ config }) => config.credentials.kind === "caller") ? digestOf(bearer) : own;

/** Nothing where the question is refused: the resolver that asks it says so, at its path. */
function unlessRefused<T>(ask: () => T): T[] {
  try {
    return [ask()];
  } catch (error) {
    if (error instanceof GatewayError) return [];
    throw error;
  }
}
