import { readFileSync } from "node:fs";
import type { AccountConfig } from "./config/account-settings.js";
import { accountsOf, type Defaults, spokenIn } from "./config/accounts-file.js";
import { apiKeysOf } from "./config/api-keys-file.js";
import { type ApiKey, type AuthConfig, authOf } from "./config/auth.js";
import { type BusinessMetrics, businessMetricsOf } from "./config/business-metrics-file.js";
import { ConfigError } from "./config/config-error.js";
import { misspeltIn, sentencesOn } from "./config/misspelt.js";
import { oauth1Hint } from "./config/oauth1.js";
import { problemsOf } from "./config/problems.js";
import { type Settings, settings } from "./config/settings.js";
import { type SubscriptionsConfig, subscriptionsOf } from "./config/subscription-settings.js";
import { documentsOf, type TrustedDocuments } from "./config/trusted-documents-file.js";
import type { ReadText, YamlFile } from "./config/yaml-file.js";

export type { AuthConfig } from "./config/auth.js";
export { ConfigError } from "./config/config-error.js";
export type { SubscriptionsConfig } from "./config/subscription-settings.js";
export type { TrustedDocuments } from "./config/trusted-documents-file.js";

/** What the program was told at its start; frozen. */
export interface Config {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** For how long a gateway that was told to stop still takes requests. */
  drainMs: number;
  /** True when every figure comes from the simulator. */
  simulated: boolean;
  production: boolean;
  logLevel: string;
  /** At least one; empty while the simulator that serves it has not been named. */
  accounts: readonly AccountConfig[];
  auth: AuthConfig;
  /** What a router must show to ask for entities; left out: nothing. */
  routerSecret?: string;
  /** Calls to the platform that one caller may cause in any minute; 0: no limit. */
  callerCallsPerMinute: number;
  requestDeadlineMs: number;
  maxUpstreamCalls: number;
  cacheMaxBytes: number;
  /** What the replicas of the gateway share; left out: nothing. */
  redis?: { url: string; prefix: string };
  /** Open at once. */
  maxConnections: number;
  maxBodyBytes: number;
  maxQueryTokens: number;
  maxQueryDepth: number;
  maxQueryFields: number;
  maxListItems: number;
  maxAnswerValues: number;
  introspection: boolean;
  graphiql: boolean;
  wallboard: boolean;
  trustedDocuments: TrustedDocuments;
  /** Origins of pages elsewhere that may talk to the gateway; the first label of a host may be `*`. */
  corsOrigins: readonly string[];
  subscriptions: SubscriptionsConfig;
  /** What the gateway counts of itself; left out: nothing. */
  metrics?: MetricsConfig;
  /** True when a router may refer to entities by their id alone. */
  federationIdKey: boolean;
}

export interface MetricsConfig {
  /** Names of operations that are told apart, besides those of trusted documents. */
  operations: readonly string[];
  /** Where they are served to whoever can reach it; left out: at /metrics of the gateway, for callers with the right metrics. */
  address?: { host: string; port: number };
  /** Figures of accounts that are served beside them; left out: none. */
  business?: BusinessMetrics;
}

/** Where a running simulator serves its account. */
export interface SimulatedAccount {
  id: string;
  url: string;
  bearer: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration of an environment and of the files that it names; a variable that is empty counts as unset.
 * Throws ConfigError, which also tells what is probably misspelt: it may be why something is missing.
 */
export function configFrom(environment: Environment, simulator?: SimulatedAccount, read: ReadText = fromDisk): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const settled = settings.safeParse(given);
  const problems = problemsOf(given, settled);
  const causes = () => sentencesOn(misspeltOf(environment, read).filter(({ meant }) => meant !== null));
  if (!settled.success || problems.length > 0) throw new ConfigError([...problems, ...causes()]);
  const set = settled.data;
  const file = (
    setting: "ACCOUNTS_FILE" | "API_KEYS_FILE" | "BUSINESS_METRICS_FILE" | "TRUSTED_DOCUMENTS_FILE",
    path: string,
  ): YamlFile => {
    return { setting, path, read, tell: (problem) => problems.push(problem) };
  };
  const keys = set.API_KEYS_FILE === undefined ? [] : apiKeysOf(file("API_KEYS_FILE", set.API_KEYS_FILE));
  const documents = set.TRUSTED_DOCUMENTS_FILE === undefined ? {} : documentsOf(file("TRUSTED_DOCUMENTS_FILE", set.TRUSTED_DOCUMENTS_FILE));
  const accounts =
    set.ACCOUNTS_FILE === undefined
      ? [...accountOf(set, simulator)]
      : accountsOf({ ...file("ACCOUNTS_FILE", set.ACCOUNTS_FILE), secrets: given }, defaultsOf(set));
  const business =
    set.BUSINESS_METRICS_FILE === undefined
      ? undefined
      : businessMetricsOf(file("BUSINESS_METRICS_FILE", set.BUSINESS_METRICS_FILE), accounts);
  problems.push(...twoUsesOfOneHeader(set, accounts));
  if (problems.length > 0) throw new ConfigError([...problems, ...causes()]);
  return frozen(fromSettings(set, accounts, keys, documents, business));
}

/**
 * What to warn of in an environment that refuses nothing: names that look like settings and are none. They may belong to another
 * program, so that they are no reason not to start.
 */
export function doubtsOf(environment: Environment, read: ReadText = fromDisk): string[] {
  const hint = oauth1Hint(environment);
  return [...(hint ? [hint] : []), ...sentencesOn(misspeltOf(environment, read))];
}

const misspeltOf = (environment: Environment, read: ReadText) => misspeltIn(environment, spokenIn(environment.ACCOUNTS_FILE, read));

/** With tokens of the gateway's own, the header Authorization has no room for the platform's. */
const twoUsesOfOneHeader = ({ AUTH }: Settings, accounts: readonly AccountConfig[]): string[] =>
  accounts
    .filter(({ credentials }) => AUTH === "jwt" && credentials.kind === "caller")
    .map(({ id }) => `AUTH must be none or api-key when the credentials of account ${id} are mode: caller, but is "jwt".`);

const fromDisk: ReadText = (path) => readFileSync(path, "utf8");

/** What helps to find one's way is there unless the gateway runs in production, or is told otherwise. */
const unlessProduction = (told: "true" | "false" | undefined, { NODE_ENV }: Settings): boolean =>
  told === undefined ? NODE_ENV !== "production" : told === "true";

const fromSettings = (
  set: Settings,
  accounts: readonly AccountConfig[],
  keys: readonly ApiKey[],
  documents: TrustedDocuments["byHash"],
  business: BusinessMetrics | undefined,
): Config => ({
  host: set.HOST,
  port: set.PORT,
  drainMs: set.DRAIN_SECONDS * 1000,
  simulated: set.LP_ACCOUNT_ID === undefined && set.ACCOUNTS_FILE === undefined,
  production: set.NODE_ENV === "production",
  logLevel: set.LOG_LEVEL,
  accounts,
  auth: authOf(set, keys),
  ...(set.ROUTER_SECRET !== undefined && { routerSecret: set.ROUTER_SECRET }),
  callerCallsPerMinute: set.CALLER_CALLS_PER_MINUTE,
  requestDeadlineMs: set.REQUEST_DEADLINE_MS,
  maxUpstreamCalls: set.MAX_UPSTREAM_CALLS,
  cacheMaxBytes: set.CACHE_MAX_BYTES,
  ...(set.REDIS_URL !== undefined && { redis: { url: set.REDIS_URL, prefix: set.REDIS_PREFIX } }),
  maxConnections: set.MAX_CONNECTIONS,
  maxBodyBytes: set.MAX_BODY_BYTES,
  maxQueryTokens: set.MAX_QUERY_TOKENS,
  maxQueryDepth: set.MAX_QUERY_DEPTH,
  maxQueryFields: set.MAX_QUERY_FIELDS,
  maxListItems: set.MAX_LIST_ITEMS,
  maxAnswerValues: set.MAX_ANSWER_VALUES,
  introspection: unlessProduction(set.INTROSPECTION, set),
  graphiql: unlessProduction(set.GRAPHIQL, set),
  wallboard: unlessProduction(set.WALLBOARD, set),
  trustedDocuments: { mode: set.TRUSTED_DOCUMENTS, byHash: documents },
  corsOrigins: set.CORS_ORIGINS ?? [],
  subscriptions: subscriptionsOf(set),
  ...(set.METRICS === "true" && { metrics: metricsOf(set, business) }),
  federationIdKey: set.FEDERATION_ID_KEY === "true",
});

const metricsOf = (
  { METRICS_HOST: host = "127.0.0.1", METRICS_PORT: port, METRICS_OPERATIONS: operations = [] }: Settings,
  business: BusinessMetrics | undefined,
): MetricsConfig => ({
  operations,
  ...(business && { business }),
  ...(port !== undefined && { address: { host, port } }),
});

function* accountOf(set: Settings, simulator: SimulatedAccount | undefined): Generator<AccountConfig> {
  const defaults = defaultsOf(set);
  if (set.LP_ACCOUNT_ID !== undefined) {
    yield { ...defaults, id: set.LP_ACCOUNT_ID, credentials: credentialsOf(set) };
  } else if (simulator) {
    const credentials = { kind: "bearer", token: simulator.bearer } as const;
    yield { ...defaults, id: simulator.id, services: { csds: simulator.url }, credentials };
  }
}

const servicesOf = (set: Settings): AccountConfig["services"] => ({
  csds: set.LP_CSDS_URL,
  ...(set.LP_OPERATIONS_URL && { operations: set.LP_OPERATIONS_URL }),
  ...(set.LP_KEY_METRICS_URL && { keyMetrics: set.LP_KEY_METRICS_URL }),
  ...(set.LP_INTERVAL_METRICS_URL && { intervalMetrics: set.LP_INTERVAL_METRICS_URL }),
  ...(set.LP_SENTINEL_URL && { sentinel: set.LP_SENTINEL_URL }),
});

/** `problemsOf` has refused everything but exactly one complete credential. */
const credentialsOf = (set: Settings): AccountConfig["credentials"] =>
  set.LP_BEARER_TOKEN !== undefined
    ? { kind: "bearer", token: set.LP_BEARER_TOKEN }
    : { kind: "client", clientId: set.LP_CLIENT_ID ?? "", clientSecret: set.LP_CLIENT_SECRET ?? "" };

const defaultsOf = (set: Settings): Defaults => ({
  services: servicesOf(set),
  source: set.LP_SOURCE,
  keyMetricsLookbackHours: set.LP_KEY_METRICS_LOOKBACK_HOURS,
  limits: {
    maxConcurrent: set.LP_MAX_CONCURRENT,
    maxPerMinute: set.LP_MAX_PER_MINUTE,
    ...(set.LP_MAX_PER_SECOND !== undefined && { maxPerSecond: set.LP_MAX_PER_SECOND }),
  },
  retryPausesMs: set.LP_RETRY_PAUSES_SECONDS.map((seconds) => seconds * 1000),
  ttlMs: {
    segments: set.TTL_SEGMENTS_SECONDS * 1000,
    keyMetrics: set.TTL_KEY_METRICS_SECONDS * 1000,
    current: set.TTL_CURRENT_SECONDS * 1000,
    intervals: set.TTL_INTERVALS_SECONDS * 1000,
    closedIntervals: set.TTL_CLOSED_INTERVALS_SECONDS * 1000,
  },
  staleMs: set.STALE_SECONDS * 1000,
  mergesOff: set.LP_MERGES_OFF ?? [],
});

function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (part && typeof part === "object") frozen(part);
  return Object.freeze(value);
}
