import { z } from "zod";
import { accountId, bounds, mergesOff, source } from "./account-settings.js";
import { publicKey, signingSecret } from "./jwt-settings.js";
import { baseUrl, oneOf, operationNames, redisUrl, secret, text, url, whole, wholeOf, wholes } from "./setting.js";
import { subscriptionSettings } from "./subscription-settings.js";

/** Every environment variable that the gateway reads, with its bound and default; every number carries its unit in its name. */
export const settings = z.object({
  HOST: text(/^[A-Za-z0-9.:_-]+$/, "a host name or an address").prefault("127.0.0.1"),
  PORT: whole(0, 65_535, 4000),
  DRAIN_SECONDS: whole(0, 60, 0),
  AUTH: oneOf(["none", "api-key", "jwt"]).optional(),
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: oneOf(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).prefault("info"),

  API_KEYS_FILE: text(/./, "the path of a YAML file").optional(),
  JWT_JWKS_URL: url().optional(),
  JWT_PUBLIC_KEY: publicKey().optional(),
  JWT_SECRET: signingSecret().optional(),
  JWT_ISSUER: text(/./, "what the claim iss must be").optional(),
  JWT_AUDIENCE: text(/./, "what the claim aud must hold").optional(),
  JWT_ACCOUNTS_CLAIM: text(/./, "the name of a claim").prefault("accounts"),
  JWT_EXPLAIN_CLAIM: text(/./, "the name of a claim").prefault("explain"),
  JWT_CONVERSATIONS_CLAIM: text(/./, "the name of a claim").prefault("conversations"),
  JWT_METRICS_CLAIM: text(/./, "the name of a claim").prefault("metrics"),
  JWT_CLOCK_SKEW_SECONDS: whole(0, 600, 30),
  ROUTER_SECRET: secret().optional(),
  CALLER_CALLS_PER_MINUTE: whole(0, 1_000_000, 0),

  ACCOUNTS_FILE: text(/./, "the path of a YAML file").optional(),
  LP_ACCOUNT_ID: accountId().optional(),
  LP_CSDS_URL: baseUrl().prefault("https://api.liveperson.net"),
  LP_OPERATIONS_URL: baseUrl().optional(),
  LP_KEY_METRICS_URL: baseUrl().optional(),
  LP_INTERVAL_METRICS_URL: baseUrl().optional(),
  LP_SENTINEL_URL: baseUrl().optional(),
  LP_CLIENT_ID: secret().optional(),
  LP_CLIENT_SECRET: secret().optional(),
  LP_BEARER_TOKEN: secret().optional(),
  LP_SOURCE: source().prefault("lpmetricsgateway"),
  LP_MAX_CONCURRENT: wholeOf(bounds.maxConcurrent).prefault("4"),
  LP_MAX_PER_MINUTE: wholeOf(bounds.maxPerMinute).prefault("120"),
  LP_MAX_PER_SECOND: wholeOf(bounds.maxPerSecond).optional(),
  LP_RETRY_PAUSES_SECONDS: wholes(0, 600, [5, 10, 15]),
  LP_KEY_METRICS_LOOKBACK_HOURS: wholeOf(bounds.keyMetricsLookbackHours).prefault("24"),
  LP_MERGES_OFF: mergesOff(),

  TTL_SEGMENTS_SECONDS: wholeOf(bounds.ttlSeconds).prefault("15"),
  TTL_KEY_METRICS_SECONDS: wholeOf(bounds.ttlSeconds).prefault("15"),
  TTL_CURRENT_SECONDS: wholeOf(bounds.ttlSeconds).prefault("10"),
  TTL_INTERVALS_SECONDS: wholeOf(bounds.ttlSeconds).prefault("60"),
  TTL_CLOSED_INTERVALS_SECONDS: wholeOf(bounds.ttlSeconds).prefault("86400"),
  STALE_SECONDS: wholeOf(bounds.ttlSeconds).prefault("300"),
  CACHE_MAX_BYTES: whole(1_048_576, 17_179_869_184, 67_108_864),

  REDIS_URL: redisUrl().optional(),
  REDIS_PREFIX: text(/^[A-Za-z0-9_.:-]{1,64}$/, "1 to 64 letters, digits, _, ., : or -").prefault("lp-metrics-gateway"),

  REQUEST_DEADLINE_MS: whole(100, 120_000, 15_000),
  MAX_UPSTREAM_CALLS: whole(1, 10_000, 50),
  MAX_CONNECTIONS: whole(1, 1_000_000, 10_000),
  MAX_BODY_BYTES: whole(1024, 104_857_600, 1_048_576),
  MAX_QUERY_TOKENS: whole(10, 1_000_000, 10_000),
  MAX_QUERY_DEPTH: whole(1, 1000, 20),
  MAX_QUERY_FIELDS: whole(1, 1_000_000, 10_000),
  MAX_LIST_ITEMS: whole(1, 1_000_000, 5000),
  MAX_ANSWER_VALUES: whole(1, 1_000_000_000, 300_000),
  INTROSPECTION: oneOf(["true", "false"]).optional(),
  GRAPHIQL: oneOf(["true", "false"]).optional(),
  WALLBOARD: oneOf(["true", "false"]).optional(),
  TRUSTED_DOCUMENTS: oneOf(["off", "report", "enforce"]).prefault("off"),
  TRUSTED_DOCUMENTS_FILE: text(/./, "the path of a JSON file").optional(),

  METRICS: oneOf(["true", "false"]).prefault("true"),
  METRICS_HOST: text(/^[A-Za-z0-9.:_-]+$/, "a host name or an address").optional(),
  METRICS_PORT: wholeOf([0, 65_535]).optional(),
  METRICS_OPERATIONS: operationNames().optional(),
  BUSINESS_METRICS_FILE: text(/./, "the path of a YAML file").optional(),

  ...subscriptionSettings,

  FEDERATION_ID_KEY: oneOf(["true", "false"]).prefault("false"),
});

export type Settings = z.output<typeof settings>;

/** Their values appear in no message and no log. */
export const secretSettings: ReadonlySet<string> = new Set([
  "LP_CLIENT_ID",
  "LP_CLIENT_SECRET",
  "LP_BEARER_TOKEN",
  "JWT_PUBLIC_KEY",
  "JWT_SECRET",
  "ROUTER_SECRET",
  "REDIS_URL",
]);

/** Settings of the one account LP_ACCOUNT_ID: without it they are a mistake, not a wish for the simulator. */
export const accountSettings = [
  "LP_CLIENT_ID",
  "LP_CLIENT_SECRET",
  "LP_BEARER_TOKEN",
  "LP_OPERATIONS_URL",
  "LP_KEY_METRICS_URL",
  "LP_INTERVAL_METRICS_URL",
  "LP_SENTINEL_URL",
] as const satisfies readonly (keyof Settings)[];
