import type { Decision } from "../upstream/coalescing/decide.js";
import { costOf, type PlannedCall } from "../upstream/planning/plan.js";
import { readable } from "../upstream/question.js";

/** One call of a plan, as explain shows it. */
export interface ExplainedCall {
  api: string;
  account: string;
  /** Exchanges it is expected to need; null when nobody knows how many pages it has, one at least. */
  exchanges: number | null;
  call: object;
}

/** The calls that a decision makes necessary, and what they are expected to cost. */
export function explained({ plans, waits }: Decision): { planned: number; calls: ExplainedCall[] } {
  const wanted = new Set(waits.map((wait) => wait.wanted));
  const calls = [...plans.values()].flat().filter(({ serves }) => serves.some(({ of }) => wanted.has(of)));
  return { planned: costOf(calls), calls: calls.map(line) };
}

const line = ({ call: { api: _, ...call }, exchanges, open, scope }: PlannedCall): ExplainedCall => ({
  api: scope.api.metricsApi,
  account: scope.account,
  exchanges: open ? null : exchanges,
  call: readable(call),
});
