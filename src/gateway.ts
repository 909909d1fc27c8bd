import { setTimeout as sleep } from "node:timers/promises";
import type { AccountConfig, Config } from "./config.js";
import { createDirectoryMemory } from "./graphql/directory-memory.js";
import { outline } from "./graphql/outline.js";
import { behaviour } from "./graphql/resolvers/behaviour.js";
import { buildGatewaySchema } from "./graphql/schema.js";
import { Ledger } from "./loaders/ledger.js";
import { cut, QuestionLoader, singles } from "./loaders/question-loader.js";
import { readinessOf } from "./readiness.js";
import type { Explain, Gateway, GatewayRequest } from "./server/gateway-port.js";
import { Answers } from "./upstream/answers.js";
import { fetchAgentSegments } from "./upstream/apis/agent-segments.js";
import { intervalMetricsFetch } from "./upstream/apis/interval-metrics.js";
import { fetchKeyMetrics } from "./upstream/apis/key-metrics.js";
import { fetchSkillSegments } from "./upstream/apis/skill-segments.js";
import type { Service } from "./upstream/call.js";
import { Coalescer } from "./upstream/coalescer.js";
import { Connection, type Fetchers } from "./upstream/connection.js";
import { type Freshness, keepMs, remainingMs } from "./upstream/freshness.js";
import { createTransport } from "./upstream/http.js";
import { RequestMemory } from "./upstream/memory.js";
import { costOf } from "./upstream/plan.js";
import { explained, refuseMoreThan } from "./upstream/preview.js";
import { Upstream } from "./upstream/upstream.js";
import type { AskTerms } from "./upstream/waiter.js";

export interface GatewayOptions {
  now?: () => number;
  random?: () => number;
  /** Told of what went wrong where no client hears it. */
  warn: (message: string, error: unknown) => void;
}

interface Account {
  config: AccountConfig;
  freshness: Freshness;
  connection: Connection;
  reach(service: Service): Promise<void>;
  close(): Promise<void>;
}

/** The gateway over the accounts of the configuration; every layer is put together here and nowhere else. */
export async function createGateway(config: Config, { now = Date.now, random = Math.random, warn }: GatewayOptions): Promise<Gateway> {
  const accounts = new Map(config.accounts.map((account) => [account.id, connected(account, now, random)]));
  const accountOf = (id: string): Account => {
    const account = accounts.get(id);
    if (!account) throw new Error(`Account ${id} is not configured.`);
    return account;
  };
  const freshest = longest(config.accounts);
  const answers = new Answers(config.cacheMaxBytes, now, (answer) => keepMs(freshest, answer));
  const coalescer = new Coalescer({
    answers,
    freshness: (id) => accountOf(id).freshness,
    connect: (id) => accountOf(id).connection,
    now,
    warn,
  });
  const directoryMemory = createDirectoryMemory();
  const readable = config.accounts.map(({ id, keyMetricsLookbackHours }) => ({ id, keyMetricsLookbackHours }));
  const { schema } = await buildGatewaySchema(behaviour);

  const request = ({ explain }: { explain: Explain | null }): GatewayRequest => {
    const since = now();
    const ledger = new Ledger(({ question, asOf }) => remainingMs(accountOf(question.account).freshness, question, asOf ?? 0, now()), now);
    const deadline = since + config.requestDeadlineMs;
    const terms: AskTerms = { since, deadline, priority: "interactive", memory: new RequestMemory(), saw: ledger.saw };
    const loader = new QuestionLoader(coalescer, terms);
    let planned: object | null = null;
    const context = {
      ask: loader.ask.bind(loader),
      accounts: readable,
      credential: "own",
      now: () => since,
      directoryMemory,
      freshness: { note: ledger.note },
    };
    return {
      context,
      async prepare(operation) {
        const drawn = outline(schema, operation, context);
        const parts = drawn.questions.flatMap(cut).flatMap(singles);
        const calls = await coalescer.plan(parts, since);
        refuseMoreThan(config.maxUpstreamCalls, calls);
        if (explain === "plan") planned = { planned: costOf(calls), calls: explained(calls), later: drawn.later };
        else loader.prefetch(drawn.questions);
      },
      report: () => ({
        freshness: ledger.freshness(),
        maxAgeMs: ledger.maxAgeMs,
        upstream: explain === "plan" ? planned : explain === "calls" ? { ...ledger.use(), budgets: budgetsOf(accounts.values()) } : null,
        sent: ledger.use().sent,
      }),
    };
  };

  return {
    schema,
    request,
    readiness: () => readinessOf([...accounts.values()].map(({ config: { id }, reach }) => ({ id, reach }))),
    close: async () => {
      await Promise.all([...accounts.values()].map((account) => account.close()));
    },
  };
}

function connected(account: AccountConfig, now: () => number, random: () => number): Account {
  const transport = createTransport(account, {}, { now });
  const { id, limits, retryPausesMs, ttlMs, staleMs } = account;
  const upstream = new Upstream({ account: id, limits, retryPausesMs, send: transport.exchange, sleep, now, random });
  const fetchers: Fetchers = {
    "agent-segments": fetchAgentSegments,
    "skill-segments": fetchSkillSegments,
    "key-metrics": fetchKeyMetrics,
    "interval-metrics": intervalMetricsFetch(account.source),
  };
  return {
    config: account,
    freshness: { ttlMs, staleMs },
    connection: new Connection(id, upstream, fetchers, now),
    reach: transport.reach,
    async close() {
      upstream.close();
      await transport.close();
    },
  };
}

/** The longest times to live of any account: nothing is thrown away that one of them could still use. */
function longest(accounts: readonly AccountConfig[]): Freshness {
  const most = (of: (account: AccountConfig) => number) => Math.max(0, ...accounts.map(of));
  const kinds = ["segments", "keyMetrics", "current", "intervals", "closedIntervals"] as const;
  const ttlMs = Object.fromEntries(kinds.map((kind) => [kind, most((account) => account.ttlMs[kind])])) as Freshness["ttlMs"];
  return { ttlMs, staleMs: most((account) => account.staleMs) };
}

const budgetsOf = (accounts: Iterable<Account>): object[] => [...accounts].flatMap(({ connection }) => connection.budgets());
