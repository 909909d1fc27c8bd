import type { Environment } from "../../src/config.js";
import type { AccountOptions } from "../../src/simulator/controls.js";
import { type StillLine, stillLine } from "./still-line.js";

/** Two accounts whose agents, skills and groups have the same ids, -1 among them, and different pasts. */
export const accounts = ["north", "south"] as const;
export type TwoAccounts = (typeof accounts)[number];

const pasts: Readonly<Record<TwoAccounts, number>> = { north: 11, south: 22 };

/** For a single test, which stops it at its end. */
export const twoAccounts = (scale: Omit<AccountOptions, "id" | "seed"> = {}, environment: Environment = {}): Promise<StillLine> =>
  stillLine({ accounts: accounts.map((id) => ({ id, seed: pasts[id], ...scale })) }, environment);
