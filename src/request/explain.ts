/** What x-gateway-explain shows: the calls that a request would make, or what it has used. */

import type { AnswerUse, Outcome } from "../upstream/coalescing/ask.js";
import type { Decision } from "../upstream/coalescing/decide.js";
import { costOf, type PlannedCall, scopeOf } from "../upstream/plan.js";
import { readable } from "../upstream/question.js";

/** One call of a plan, as explain shows it. */
interface ExplainedCall {
  api: string;
  account: string;
  /** Exchanges it is expected to need; null if the number of its pages is not known. */
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

/** One line of `extensions.upstream.calls`: a call, or a stored answer, that this request used. */
interface UsedCall {
  api: string;
  account: string;
  /** The window, filters and grouping that questions had to share to be answered together. */
  scope: object;
  rows: number;
  pages: number;
  outcome: Outcome;
  ms: number;
  ageMs: number | null;
}

interface UpstreamUse {
  planned: number;
  /** HTTP exchanges this request caused, pages and retries among them. */
  sent: number;
  joined: number;
  cached: number;
  stale: number;
  retries: number;
  queuedMs: number;
  calls: UsedCall[];
}

/** What a request has used: every call and every stored answer, once. `now` in epoch ms. */
export function explainedUses(uses: readonly AnswerUse[], now: number): UpstreamUse {
  const own = uses.filter((use) => use.own);
  const sum = (of: "exchanges" | "retries") => own.reduce((total, { call }) => total + (call?.[of] ?? 0), 0);
  const count = (outcome: Outcome) => uses.filter((use) => use.outcome === outcome).length;
  return {
    planned: own.length,
    sent: sum("exchanges"),
    joined: count("JOINED"),
    cached: count("CACHED"),
    stale: count("STALE"),
    retries: sum("retries"),
    queuedMs: tenths(Math.max(0, ...uses.map(({ queuedMs }) => queuedMs))),
    calls: uses.map((use) => usedCall(use, now)),
  };
}

const usedCall = ({ question, outcome, call, rows, ms, asOf }: AnswerUse, now: number): UsedCall => ({
  api: scopeOf(question).api.metricsApi,
  account: question.account,
  scope: withoutIds(question),
  rows,
  pages: call?.pages ?? 0,
  outcome,
  ms: tenths(ms),
  ageMs: asOf === null ? null : Math.max(0, now - asOf),
});

/** To a tenth of a millisecond. */
const tenths = (ms: number): number => Math.round(10 * ms) / 10;

/** The question without account, credential and ids. */
function withoutIds({
  api: _api,
  account: _account,
  credential: _credential,
  freshForMs: _freshForMs,
  mergesOff: _mergesOff,
  ...question
}: AnswerUse["question"]): object {
  const {
    agents: _agents,
    skills: _skills,
    keys: _keys,
    ...scope
  } = question as typeof question & Record<"agents" | "skills" | "keys", unknown>;
  return readable(scope);
}
