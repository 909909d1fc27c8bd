/** Which questions may share a call, and the fewest calls that answer a batch of questions. Pure but for memoised values. */

import { LRUCache } from "lru-cache";
import type { Merge } from "../merges.js";
import type { Api, MergedCall, QuestionOf, Seen } from "./apis/descriptor.js";
import { apiByName } from "./apis/registry.js";
import { type ApiName, common, grouped, type Question, questionKey, without } from "./question.js";

// ---------------------------------------------------------------- what may share a call

/** Everything that must be equal for two questions to share a call or an answer, including account and upstream credential. */
export interface Scope {
  /** Equal for equal scopes; for stores, logs and explain. */
  readonly key: string;
  readonly api: Api;
  readonly account: string;
  readonly credential: string;
}

/** Scopes that are known at the same time; the ones used longest ago go. */
export const mostScopes = 20_000;
const interned = new LRUCache<string, Scope>({ max: mostScopes });
const known = new WeakMap<Question, Scope>();

/** The scope of the question. Two questions of one scope get the same object. */
export function scopeOf(question: Question): Scope {
  const found = known.get(question);
  if (found) return found;
  const api = apiByName[question.api];
  const { account, credential } = question;
  const apart = question.mergesOff?.map((merge) => api.apartBy(question, merge) ?? null) ?? [];
  const key = JSON.stringify([api.name, account, credential, ...api.scope(question), ...apart]);
  let scope = interned.get(key);
  if (!scope) {
    scope = { key, api, account, credential };
    interned.set(key, scope);
  }
  known.set(question, scope);
  return scope;
}

/**
 * The question as it is asked of a platform for which these merges are off; marked, so that it shares nothing that the merges are
 * needed for. This makes more calls, and never different figures.
 */
export const restricted = <Q extends Question>(question: Q, off: readonly Merge[]): Q =>
  off.length === 0 ? question : { ...(apiByName[question.api].restricted(question, off) as Q), mergesOff: off };

/** What is left of a question without a part of its ids; null when nothing is. */
export function remainder<A extends ApiName>(
  api: Pick<Api<A>, "ids" | "withIds">,
  question: QuestionOf<A>,
  part: QuestionOf<A>,
): QuestionOf<A> | null {
  if (part === question) return null;
  const [whole, taken] = [api.ids(question), api.ids(part)];
  if (whole === null || taken === null) return null;
  const left = without(whole, taken);
  return left.length > 0 ? api.withIds(question, left) : null;
}

// ---------------------------------------------------------------- which calls are the fewest

/** A call, what it is expected to cost, and the questions it answers. */
export interface PlannedCall extends MergedCall {
  readonly scope: Scope;
  readonly questions: readonly Question[];
}

/** What is known of a scope when its calls are planned. */
type SeenOf = (scope: Scope) => Seen;

/** The call that asks for nothing but what the question wants. */
export const callAlone = (question: Question): PlannedCall => plan([question], () => nothingSeen)[0]!;

export const nothingSeen: Seen = { size: () => undefined, triesAll: false, spentOnNamed: () => 0, inUse: [], fresh: [] };

/** Up to this many parts every way to share calls is tried (4,140 of them); above, the best of some good ways is taken. */
const exhaustiveParts = 8;
/** Up to this many questions they are also placed one by one; above, those that differ in ids only stay together or are asked alone. */
const singleParts = 60;
/** Above this many parts each goes to the first call that can take it: to weigh every call for each would take seconds. */
const weighedParts = 200;

/**
 * The calls, with the fewest exchanges in all, that answer every question. A question about several ids may be cut in parts, each
 * answered by exactly one call. Pure. Where no size is known a call counts as one page.
 */
export function plan(questions: readonly Question[], seenOf: SeenOf): PlannedCall[] {
  const distinct = [...new Map(questions.map((question) => [questionKey(question), question])).values()];
  // What an earlier plan cut is given as a whole now.
  for (const question of distinct) wholes.set(question, question);
  return groupedBy(distinct, scopeOf).flatMap((together) => {
    const scope = scopeOf(together[0]!);
    const { api } = scope;
    const seen = seenOf(scope);
    const merge: Merging = (some) => {
      const merged = api.merge(some, seen);
      return merged && { ...merged, scope, questions: some };
    };
    return api.regions(together).flatMap((region) => {
      const whole = cheapestCover(region, api, merge);
      const cut = cutAtTotals(region, api);
      if (cut.length === region.length) return whole;
      const inParts = cheapestCover(cut, api, merge);
      return costOf(inParts) < costOf(whole) ? inParts : whole;
    });
  });
}

/** A number of calls below which nothing can answer these questions, found without planning: different totals share no call. */
export function atLeast(questions: readonly Question[]): number {
  const regions = groupedBy(questions, scopeOf).flatMap((together) => {
    const { api } = scopeOf(together[0]!);
    return api.regions(together).map((region) => new Set(region.flatMap((question) => api.totalOver(question) ?? [])).size);
  });
  return regions.reduce((calls, totals) => calls + Math.max(1, totals), 0);
}

const wholes = new WeakMap<Question, Question>();

/** The question that `plan` was given, of a part that it cut. */
export const wholeOf = (part: Question): Question => wholes.get(part) ?? part;

/** Rows of ids inside a total ride on its call, others do not: such a question is two. */
function cutAtTotals(region: readonly Question[], api: Api): Question[] {
  const totals = region.filter(isTotal);
  const cut = (question: Question, at: Question): Question[] => {
    const ids = api.ids(question);
    const set = api.totalIds(at, question);
    const inside = ids && set && ids !== "all" && set !== "all" ? common(set, ids) : null;
    if (inside === null || inside === ids) return [question];
    const part = api.withIds(question, inside as readonly string[]);
    const rest = remainder(api, question, part);
    for (const each of [part, rest]) if (each) wholes.set(each, wholeOf(question));
    return rest ? [part, rest] : [part];
  };
  return totals.reduce<Question[]>((parts, total) => parts.flatMap((part) => (isTotal(part) ? [part] : cut(part, total))), [...region]);
}

function cheapestCover(region: readonly Question[], api: Api, merge: Merging): PlannedCall[] {
  const singles = region.map((question) => [question]);
  const parts = region.length <= exhaustiveParts ? singles : alike(region, api, merge);
  const cuts = (region.length <= singleParts ? [parts, singles] : [parts]).map(totalsFirst);
  const covers = [
    singles.map((part) => merge(part)!),
    ...cuts.flatMap((cut) => [...(cut.length <= weighedParts ? [inTurn(cut, merge, byIncrease)] : []), inTurn(cut, merge, firstPossible)]),
  ];
  const best = covers.reduce((a, b) => (cheaper(b, a) ? b : a));
  return parts.length <= exhaustiveParts ? exhaustive(parts, merge, best) : best;
}

type Merging = (questions: readonly Question[]) => PlannedCall | null;

/** Questions that differ in ids only, and stand in the same relation to every total: they ride on its call, or not, together. */
function alike(region: readonly Question[], api: Api, merge: Merging): Question[][] {
  const bySignature = groupedBy(region, api.signature);
  const totals = bySignature.flatMap(([first]) => (first && isTotal(first) ? [first] : []));
  return bySignature.flatMap((questions) =>
    isTotal(questions[0]!)
      ? [questions]
      : groupedBy(questions, (question) => totals.map((total) => (merge([total, question]) ? 1 : 0)).join("")),
  );
}

/** A total's call stands firm; rows can ride on it when it is there. */
const totalsFirst = (parts: readonly Question[][]): Question[][] =>
  parts.toSorted(([a], [b]) => Number(b !== undefined && isTotal(b)) - Number(a !== undefined && isTotal(a)));

const isTotal = (question: Question): boolean => "of" in question && question.of === "total";

/** Puts each part, in turn, where `choose` says, or into a call of its own. */
function inTurn(parts: readonly Question[][], merge: Merging, choose: typeof byIncrease): PlannedCall[] {
  const calls: PlannedCall[] = [];
  for (const part of parts) {
    const alone = merge(part)!;
    const chosen = choose(calls, part, merge, alone.exchanges);
    if (chosen) calls[chosen.index] = chosen.call;
    else calls.push(alone);
  }
  return calls;
}

/** The call whose cost the part raises least, unless a call of its own is cheaper. */
function byIncrease(
  calls: readonly PlannedCall[],
  part: Question[],
  merge: Merging,
  alone: number,
): { index: number; call: PlannedCall } | undefined {
  const choices = calls.flatMap((call, index) => {
    const grown = merge([...call.questions, ...part]);
    return grown ? [{ index, call: grown, increase: grown.exchanges - call.exchanges }] : [];
  });
  const best = choices.reduce<(typeof choices)[number] | undefined>((a, b) => (a && a.increase <= b.increase ? a : b), undefined);
  return best && best.increase <= alone ? best : undefined;
}

/** The first call that can take the part at any cost: many cheap calls can be dearer than one dear call for all of them. */
function firstPossible(calls: readonly PlannedCall[], part: Question[], merge: Merging): { index: number; call: PlannedCall } | undefined {
  for (const [index, { questions }] of calls.entries()) {
    const call = merge([...questions, ...part]);
    if (call) return { index, call };
  }
  return undefined;
}

/** Tries every partition of the parts into calls, leaving off where the cost reaches the best known. */
function exhaustive(parts: readonly Question[][], merge: Merging, known: PlannedCall[]): PlannedCall[] {
  let best = known;
  const place = (next: number, calls: readonly PlannedCall[]): void => {
    const part = parts[next];
    if (!part) {
      if (cheaper(calls, best)) best = [...calls];
      return;
    }
    if (costOf(calls) > costOf(best)) return;
    for (const [index, { questions }] of calls.entries()) {
      const grown = merge([...questions, ...part]);
      if (grown) place(next + 1, calls.with(index, grown));
    }
    place(next + 1, [...calls, merge(part)!]);
  };
  place(0, []);
  return best;
}

export const costOf = (calls: readonly PlannedCall[]): number => calls.reduce((sum, { exchanges }) => sum + exchanges, 0);

/** Fewer exchanges; of equal ones, fewer calls. */
const cheaper = (a: readonly PlannedCall[], b: readonly PlannedCall[]): boolean =>
  costOf(a) < costOf(b) || (costOf(a) === costOf(b) && a.length < b.length);

const groupedBy = <T, K>(values: readonly T[], keyOf: (value: T) => K): T[][] => [...grouped(values, (value) => [keyOf(value)]).values()];
