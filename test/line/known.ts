import { hourMs } from "../../src/time.js";
import { atWork, type StillLine } from "../support/still-line.js";
import type { Known } from "./asking-field-cases.js";

/** An agent with a name, and its skill, group and conversation, who all did something in the last full hour. */
export function knownOf({ simulator, config }: StillLine): Known {
  const truth = simulator.truth(config.accounts[0]!.id);
  const to = Math.floor(atWork / hourMs) * hourMs;
  const rows = truth.intervalMetrics({
    from: to - hourMs,
    to,
    intervalMinutes: 60,
    grouping: ["agent", "skill", "agentGroup", "conversation"],
    handleTimeModel: "IFT",
    metrics: ["handleTime", "workTime"],
  });
  const names = new Map(truth.skills.map(({ id, name }) => [id, name]));
  const row = rows.find(({ agentName, agentGroupName, skillId }) => agentName && agentGroupName && names.get(skillId!));
  if (!row) throw new Error("Nobody with a name worked in the last hour.");
  return { agent: row.agentId!, skill: row.skillId!, group: row.agentGroupId!, conversation: row.conversationId! };
}

/** A copy of the data with null at the path. */
export function withNullAt<T>(data: T, path: readonly string[]): T {
  const copy = structuredClone(data) as Record<string, unknown>;
  const parent = path.slice(0, -1).reduce((object, key) => object[key] as Record<string, unknown>, copy);
  parent[path.at(-1)!] = null;
  return copy as T;
}

export const valueAt = (data: unknown, path: readonly string[]): unknown =>
  path.reduce((object, key) => (object as Record<string, unknown>)[key], data);
