import type { Dice } from "../dice.js";
import type { Subject } from "../probe.js";

/** Few lengths, so that questions meet in the same scopes. */
export const lengths = [30, 60, 240] as const;
const userTypes = ["ALL", "ALL", "HUMAN", "BOT"] as const;

export const userTypeOf = (dice: Dice) => dice.of(userTypes);

export interface AgentScope {
  lastMinutes: number;
  agentGroupIds: string[] | undefined;
  userType: (typeof userTypes)[number];
  source: string | undefined;
}

export const agentScope = (dice: Dice, { groups }: Subject): AgentScope => ({
  lastMinutes: dice.of(lengths),
  agentGroupIds: dice.maybe(() => dice.some(groups, 2)),
  userType: userTypeOf(dice),
  source: dice.maybe(() => dice.one("WEB", "APP", "SMS")),
});

/** The lower-case names of the segment APIs. */
export const platformUserType = (userType: AgentScope["userType"]) =>
  ({ ALL: "all", HUMAN: "human", BOT: "bot" })[userType] as "all" | "human" | "bot";
