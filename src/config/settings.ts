import { z } from "zod";
import { baseUrl, oneOf, optionalWhole, secret, text, whole, wholes } from "./setting.js";

const daySeconds = 86_400;

/** Every environment variable that the gateway reads, with its bound and default; every number carries its unit in its name. */
export const settings = z.object({
  HOST: text(/^[A-Za-z0-9.:_-]+$/, "a host name or an address").prefault("127.0.0.1"),
  PORT: whole(0, 65_535, 4000),
  AUTH: oneOf(["none"]).optional(),
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: oneOf(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).prefault("info"),

  LP_ACCOUNT_ID: text(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, _ or -").optional(),
  LP_CSDS_URL: baseUrl().prefault("https://api.liveperson.net"),
  LP_OPERATIONS_URL: baseUrl().optional(),
  LP_KEY_METRICS_URL: baseUrl().optional(),
  LP_INTERVAL_METRICS_URL: baseUrl().optional(),
  LP_SENTINEL_URL: baseUrl().optional(),
  LP_CLIENT_ID: secret().optional(),
  LP_CLIENT_SECRET: secret().optional(),
  LP_BEARER_TOKEN: secret().optional(),
  LP_SOURCE: text(/^[A-Za-z0-9_]{1,20}$/, "1 to 20 letters, digits or _").prefault("lpmetricsgateway"),
  LP_MAX_CONCURRENT: whole(1, 100, 4),
  LP_MAX_PER_MINUTE: whole(1, 100_000, 120),
  LP_MAX_PER_SECOND: optionalWhole(1, 10_000),
  LP_RETRY_PAUSES_SECONDS: wholes(0, 600, [5, 10, 15]),
  LP_KEY_METRICS_LOOKBACK_HOURS: whole(24, 336, 24),

  TTL_SEGMENTS_SECONDS: whole(0, daySeconds, 15),
  TTL_KEY_METRICS_SECONDS: whole(0, daySeconds, 15),
  TTL_CURRENT_SECONDS: whole(0, daySeconds, 10),
  TTL_INTERVALS_SECONDS: whole(0, daySeconds, 60),
  TTL_CLOSED_INTERVALS_SECONDS: whole(0, daySeconds, daySeconds),
  STALE_SECONDS: whole(0, daySeconds, 300),
  CACHE_MAX_BYTES: whole(1_048_576, 17_179_869_184, 67_108_864),

  REQUEST_DEADLINE_MS: whole(100, 120_000, 15_000),
  MAX_UPSTREAM_CALLS: whole(1, 10_000, 50),
  MAX_BODY_BYTES: whole(1024, 104_857_600, 1_048_576),
  MAX_QUERY_TOKENS: whole(10, 1_000_000, 10_000),
  MAX_QUERY_DEPTH: whole(1, 1000, 20),
  MAX_QUERY_FIELDS: whole(1, 1_000_000, 10_000),

  FEDERATION_ID_KEY: oneOf(["true", "false"]).prefault("false"),
});

export type Settings = z.output<typeof settings>;

/** Their values appear in no message and no log. */
export const secretSettings: ReadonlySet<string> = new Set(["LP_CLIENT_ID", "LP_CLIENT_SECRET", "LP_BEARER_TOKEN"]);

/** Settings that only mean something together with LP_ACCOUNT_ID: alone they are a mistake, not a wish for the simulator. */
export const accountSettings = [
  "LP_CLIENT_ID",
  "LP_CLIENT_SECRET",
  "LP_BEARER_TOKEN",
  "LP_OPERATIONS_URL",
  "LP_KEY_METRICS_URL",
  "LP_INTERVAL_METRICS_URL",
  "LP_SENTINEL_URL",
] as const satisfies readonly (keyof Settings)[];
