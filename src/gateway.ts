import { type Clock, systemClock } from "./clock.js";
import { type Config, ConfigError } from "./config.js";
import { createDirectoryMemory } from "./graphql/directory-memory.js";
import { executorOf } from "./graphql/executor.js";
import { behaviour } from "./graphql/fields.js";
import { buildGatewaySchema, keepForRouter } from "./graphql/schema.js";
import { readinessOf } from "./readiness.js";
import { requests } from "./request/request.js";
import { memoShare } from "./server/answers.js";
import type { Gateway } from "./server/gateway-port.js";
import type { Observer, QuestionSource } from "./telemetry/observer.js";
import type { Tracer } from "./telemetry/tracer.js";
import { MemoryAnswerStore } from "./upstream/answers.js";
import { CallerBudgets } from "./upstream/budget/caller-budget.js";
import type { Outcome } from "./upstream/coalescing/ask.js";
import { Coalescer, type CoalescerOptions } from "./upstream/coalescing/coalescer.js";
import { PlatformAccount } from "./upstream/platform-account.js";

export interface GatewayOptions {
  /** Default: the clocks of this machine. */
  clock?: Clock;
  random?: () => number;
  /** Told of what went wrong where no client hears it. */
  warn: (message: string, error?: unknown) => void;
  /** Told what a refresh behind stale answers has cost. */
  refreshed?: (refresh: { api: string; account: string; calls: number }) => void;
  /** Told when a service of the platform begins to fail, and when it answers again. */
  tell?: (message: string) => void;
  /** Told each fact that is counted; left out: nothing is. */
  observer?: Observer;
  /** Makes a span for each exchange with the platform; left out: nothing is traced. */
  tracer?: Tracer;
}

/** The gateway over the accounts of the configuration; every layer is put together here and nowhere else. Throws ConfigError. */
export async function createGateway(
  config: Config,
  { clock = systemClock, random = Math.random, warn, tell = () => undefined, refreshed, observer, tracer }: GatewayOptions,
): Promise<Gateway> {
  const memory = new MemoryAnswerStore(Math.floor((1 - memoShare) * config.cacheMaxBytes), (message) => warn(message));
  const replicas =
    config.redis &&
    (await replicasOf(config.redis, {
      ...{ local: memory, clock, random, warn, tell },
      ...(observer && { answered: (ms) => observer.redisAnswered(ms) }),
    }));
  const watchers = { ...(observer && { observer }), ...(tracer && { tracer }) };
  const accounts = new Map(
    config.accounts.map((account) => [account.id, new PlatformAccount(account, clock, random, tell, replicas, watchers)]),
  );
  const coalescer = new Coalescer({
    store: replicas?.answers ?? memory,
    ...(replicas && { registry: replicas.calls }),
    ...{ accounts, clock, warn },
    ...(observer && counting(observer)),
    refreshed: ({ api, account }, calls) => refreshed?.({ api: api.metricsApi, account, calls }),
  });
  const budgets = config.callerCallsPerMinute > 0 ? new CallerBudgets(config.callerCallsPerMinute, clock, replicas?.spending) : null;
  const { schema } = await buildGatewaySchema(behaviour, { idKey: idKeyOf(config) });
  keepForRouter(schema);
  await replicas?.start();
  const lookedUp = Promise.all([...accounts.values()].map((account) => account.start())).then(() => undefined);
  return {
    schema,
    execute: executorOf(schema),
    clock,
    ...requests({ config, schema, accounts, coalescer, budgets, directoryMemory: createDirectoryMemory(), clock }),
    onStored: (listener) => coalescer.onStored(listener),
    readiness: () => ({ ...readinessOf([...accounts.values()]), ...(replicas && { redis: replicas.standing() }) }),
    state: () => ({
      ready: readinessOf([...accounts.values()]).ready,
      services: [...accounts.values()].flatMap((account) => account.states()),
      answers: memory.state(),
      redisUp: replicas ? replicas.standing() === "ok" : null,
    }),
    lookedUp,
    renew: (renewed) => {
      for (const { id, credentials } of renewed) accounts.get(id)!.renew(credentials);
    },
    stop: () => coalescer.stop(),
    close: async () => {
      coalescer.stop();
      await Promise.all([...accounts.values()].map((account) => account.close()));
      await replicas?.close();
    },
  };
}

const sources: Readonly<Record<Outcome, QuestionSource>> = {
  SENT: "sent",
  JOINED: "joined",
  CACHED: "fresh",
  STALE: "stale",
  FAILED: "failed",
};

const counting = (observer: Observer): Pick<CoalescerOptions, "reported" | "called"> => ({
  reported: ({ api, account }, outcome) => observer.questioned({ api: api.metricsApi, account, source: sources[outcome] }),
  called: ({ api, account }, { pages, retries }, outcome) => observer.called({ api: api.metricsApi, account, outcome, pages, retries }),
});

/** Without REDIS_URL nothing of it is loaded. */
async function replicasOf(...given: Parameters<typeof import("./upstream/redis/replicas.js").replicasOf>) {
  const redis = await import("./upstream/redis/replicas.js");
  return redis.replicasOf(...given);
}

/** Ids repeat between accounts, so that an id alone is a key of one account only. */
function idKeyOf({ federationIdKey, accounts }: Config): boolean {
  if (federationIdKey && accounts.length > 1) {
    throw new ConfigError([
      `FEDERATION_ID_KEY must be false when there is more than one account, but is true, with ${accounts.length} accounts.`,
    ]);
  }
  return federationIdKey;
}
