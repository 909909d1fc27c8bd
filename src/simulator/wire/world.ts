import type { Random } from "../random.js";
import type { Account } from "./account.js";
import type { Faults } from "./faults.js";
import type { Limits } from "./limits.js";
import type { Tokens } from "./tokens.js";
import type { Traffic } from "./traffic.js";
import type { WireVariants } from "./variants.js";

/** All that a request may depend on; the control endpoint changes it while it runs. */
export interface World {
  accounts: Map<string, Account>;
  now: () => number;
  /** Clock of the rate windows. */
  limitsNow: () => number;
  random: Random;
  tokens: Tokens;
  faults: Faults;
  traffic: Traffic;
  limits: Limits;
  variants: WireVariants;
  latencyMs: { base: number; jitter: number };
  intervalLagMs: number;
  /** Base URL of the service, once it listens. */
  url: string;
}
