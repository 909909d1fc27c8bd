import { type Merge, mergeNames } from "../merges.js";
import { names, oneOf, text } from "./setting.js";

export interface AccountConfig {
  id: string;
  /** Base URLs without a slash at the end; one left out is looked up at `csds`. */
  services: { csds: string; operations?: string; keyMetrics?: string; intervalMetrics?: string; sentinel?: string };
  /** caller: the bearer of whoever asks. */
  credentials: { kind: "client"; clientId: string; clientSecret: string } | { kind: "bearer"; token: string } | { kind: "caller" };
  source: string;
  keyMetricsLookbackHours: number;
  limits: { maxConcurrent: number; maxPerMinute: number; maxPerSecond?: number };
  retryPausesMs: readonly number[];
  ttlMs: { segments: number; keyMetrics: number; current: number; intervals: number; closedIntervals: number };
  staleMs: number;
  /** Merges that are wrong for this account: see merges.ts. */
  mergesOff: readonly Merge[];
}

/** Settings that an account has in the environment and in ACCOUNTS_FILE alike; bounds are inclusive. */
export const bounds = {
  maxConcurrent: [1, 100],
  maxPerMinute: [1, 100_000],
  maxPerSecond: [1, 10_000],
  keyMetricsLookbackHours: [24, 336],
  /** Of every time to live, and of staleness. */
  ttlSeconds: [0, 86_400],
} as const;

export const accountId = () => text(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, _ or -");

/** The caller's name at the interval metrics. */
export const source = () => text(/^[A-Za-z0-9_]{1,20}$/, "1 to 20 letters, digits or _");

/** Merges that are turned off: in the environment separated by commas, in a file as a list. */
export const mergesOff = () => names(mergeNames);
export const mergeOff = () => oneOf(mergeNames);
