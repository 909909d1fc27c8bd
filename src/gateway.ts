import { type AccountConfig, type Config, ConfigError } from "./config.js";
import { createDirectoryMemory } from "./graphql/directory-memory.js";
import { behaviour } from "./graphql/fields.js";
import { buildGatewaySchema, keepForRouter } from "./graphql/schema.js";
import { readinessOf } from "./readiness.js";
import { requests } from "./request/request.js";
import type { Gateway } from "./server/gateway-port.js";
import { Answers } from "./upstream/answers/answers.js";
import { type Freshness, keepMs } from "./upstream/answers/freshness.js";
import { Coalescer } from "./upstream/coalescing/coalescer.js";
import { PlatformAccount } from "./upstream/platform-account.js";
import { metricsApiOf } from "./upstream/question.js";

export interface GatewayOptions {
  now?: () => number;
  random?: () => number;
  /** Told of what went wrong where no client hears it. */
  warn: (message: string, error: unknown) => void;
  /** Told what a refresh behind stale answers has cost. */
  refreshed?: (refresh: { api: string; account: string; calls: number }) => void;
  /** Told when a service of the platform begins to fail, and when it answers again. */
  tell?: (message: string) => void;
}

/** The gateway over the accounts of the configuration; every layer is put together here and nowhere else. Throws ConfigError. */
export async function createGateway(
  config: Config,
  { now = Date.now, random = Math.random, warn, tell = () => undefined, refreshed }: GatewayOptions,
): Promise<Gateway> {
  const accounts = new Map(config.accounts.map((account) => [account.id, new PlatformAccount(account, now, random, tell)]));
  const accountOf = (id: string): PlatformAccount => {
    const account = accounts.get(id);
    if (!account) throw new Error(`Account ${id} is not configured.`);
    return account;
  };
  const freshest = longest(config.accounts);
  const answers = new Answers(config.cacheMaxBytes, now, (answer) => keepMs(freshest, answer));
  const coalescer = new Coalescer({
    answers,
    freshness: (id) => accountOf(id).freshness,
    connect: (id, credential) => accountOf(id).connect(credential),
    now,
    warn,
    refreshed: ({ api, account }, calls) => refreshed?.({ api: metricsApiOf[api], account, calls }),
  });
  const { schema } = await buildGatewaySchema(behaviour, { idKey: idKeyOf(config) });
  keepForRouter(schema);
  return {
    schema,
    request: requests({ config, schema, accounts, coalescer, directoryMemory: createDirectoryMemory(), now }),
    readiness: () => readinessOf([...accounts.values()]),
    close: async () => {
      await Promise.all([...accounts.values()].map((account) => account.close()));
    },
  };
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

/** The longest times to live of any account: nothing is thrown away that one of them could still use. */
function longest(accounts: readonly AccountConfig[]): Freshness {
  const most = (of: (account: AccountConfig) => number) => Math.max(0, ...accounts.map(of));
  const kinds = ["segments", "keyMetrics", "current", "intervals", "closedIntervals"] as const;
  const ttlMs = Object.fromEntries(kinds.map((kind) => [kind, most((account) => account.ttlMs[kind])])) as Freshness["ttlMs"];
  return { ttlMs, staleMs: most((account) => account.staleMs) };
}
