import type { Truth } from "./answers/truth.js";
import type { Scale } from "./model/scale.js";
import type { FaultSpec } from "./wire/faults.js";
import type { Limits } from "./wire/limits.js";
import type { Counts, Logged } from "./wire/traffic.js";
import type { WireVariants } from "./wire/variants.js";

export interface AccountOptions extends Partial<Scale> {
  id: string;
  /** Default: from the id. Ids of agents, skills and groups do not depend on it. */
  seed?: number;
  /** Default "small". */
  scale?: "small" | "demo";
  /** Default ["simulated-token"] for the first account, ["simulated-token-<id>"] for others. */
  bearers?: string[];
  clientId?: string;
  clientSecret?: string;
}

export interface SimulatorOptions {
  /** Default: one account "demo". */
  accounts?: AccountOptions[];
  /** Default: real time, which `advanceTime` can move ahead. */
  now?: () => number;
  /** Clock of the rate windows; default `now`. */
  limitsNow?: () => number;
  /** Default 0. */
  latencyMs?: { base: number; jitter: number };
  /** Per account and service. Default: generous; 8 at once and 300 a minute when an account has the scale "demo". */
  limits?: Limits;
  /** How long after its end an interval is still "In Progress". Default 0. */
  intervalLagSeconds?: number;
  /** Default 127.0.0.1 */
  host?: string;
  /** 0, the default, takes a free port. */
  port?: number;
  controlPort?: number;
  /** Seed of latency. Default 1. */
  seed?: number;
}

export interface Simulator {
  /** Base URL of every service and of the domain look-up. */
  url: string;
  controlUrl: string;
  accounts: { id: string; bearers: string[]; clientId: string; clientSecret: string }[];
  counts(): Counts;
  resetCounts(): void;
  /** The last requests, oldest first, at most 10,000. */
  requests(): Logged[];
  fault(spec: FaultSpec): void;
  /** Faults not used up yet. */
  faults(): (FaultSpec & { left: number | null })[];
  clearFaults(): void;
  /** Changes what is given and answers what holds now. */
  variants(set: Partial<WireVariants>): WireVariants;
  setLimits(limits: Limits): Limits;
  setLatency(latencyMs: { base: number; jitter: number }): { base: number; jitter: number };
  /** Makes all issued tokens invalid. */
  revokeTokens(): void;
  now(): number;
  /** Throws a RangeError when the clock was passed in. */
  advanceTime(ms: number): void;
  truth(accountId: string): Truth;
  close(): Promise<void>;
}
