import { agentSegmentsMerging } from "../apis/agent-segments/merging.js";
import { intervalMetricsMerging } from "../apis/interval-metrics/merging.js";
import { keyMetricsMerging } from "../apis/key-metrics/merging.js";
import type { Merged, Merging } from "../apis/merging.js";
import { skillSegmentsMerging } from "../apis/skill-segments/merging.js";
import { type ApiName, canonical, type Question, questionKey } from "../question.js";
import { apart } from "./merges-off.js";

/** A call, what it is expected to cost, and the questions it answers. */
export interface Planned extends Merged<ApiName> {
  questions: readonly Question[];
}

const mergings: { [A in ApiName]: Merging<A> } = {
  "agent-segments": agentSegmentsMerging,
  "skill-segments": skillSegmentsMerging,
  "key-metrics": keyMetricsMerging,
  "interval-metrics": intervalMetricsMerging,
};

/** The rules of a question's API. The union of the four is narrowed by `api`, which TypeScript cannot follow through a table. */
export const mergingOf = (api: ApiName): Merging<ApiName> => mergings[api] as unknown as Merging<ApiName>;

/** What earlier answers showed, by family of questions and by the names that the merging of the API chooses. */
export type SizesByFamily = (family: string, name: string) => number | undefined;

const families = new WeakMap<Question, string>();

export function familyOf(question: Question): string {
  const family = families.get(question) ?? `${mergingOf(question.api).family(question)}${apart(question)}`;
  families.set(question, family);
  return family;
}

/** The call that asks for nothing but what the question wants. */
export const callAlone = (question: Question): Planned => plan([question], () => undefined)[0]!;

/** Up to this many parts every way to share calls is tried (4,140 of them); above, the best of some good ways is taken. */
const exhaustiveParts = 8;
/** Up to this many questions they are also placed one by one; above, those that differ in ids only stay together or are asked alone. */
const singleParts = 60;
/** Above this many parts each goes to the first call that can take it: to weigh every call for each would take seconds. */
const weighedParts = 200;

/**
 * The calls, with the fewest exchanges in all, that answer every question; each question by exactly one call.
 * Pure. Where no size is known a call counts as one page.
 */
export function plan(questions: readonly Question[], sizes: SizesByFamily): Planned[] {
  const distinct = [...new Map(questions.map((question) => [questionKey(question), question])).values()];
  return groupedBy(distinct, familyOf).flatMap((family) => {
    const key = familyOf(family[0]!);
    const merging = mergingOf(family[0]!.api);
    const merge: Merge = (together) => {
      const merged = merging.merge(together, (name) => sizes(key, name));
      return merged && { ...merged, questions: together };
    };
    return merging.regions(family).flatMap((region) => cheapestCover(region, merging, merge));
  });
}

/** A number of calls below which nothing can answer these questions, found without planning: different totals share no call. */
export function atLeast(questions: readonly Question[]): number {
  const regions = groupedBy(questions, familyOf).flatMap((family) => mergingOf(family[0]!.api).regions(family));
  return regions.reduce((calls, region) => calls + Math.max(1, new Set(region.flatMap(totalled)).size), 0);
}

/** What a total is over. One without a window can be had with any, so that it may need no call of its own. */
function totalled(question: Question): string[] {
  if (!isTotal(question)) return [];
  if (question.api === "agent-segments") return [canonical(question.agents)];
  if (question.api === "skill-segments") return [canonical(question.skills)];
  return question.api === "key-metrics" && question.window !== null ? [canonical([question.filters, question.window])] : [];
}

function cheapestCover(region: readonly Question[], merging: Merging<ApiName>, merge: Merge): Planned[] {
  const singles = region.map((question) => [question]);
  const parts = region.length <= exhaustiveParts ? singles : alike(region, merging, merge);
  const cuts = (region.length <= singleParts ? [parts, singles] : [parts]).map(totalsFirst);
  const covers = [
    singles.map((part) => merge(part)!),
    ...cuts.flatMap((cut) => [...(cut.length <= weighedParts ? [inTurn(cut, merge, byIncrease)] : []), inTurn(cut, merge, firstPossible)]),
  ];
  const best = covers.reduce((a, b) => (cheaper(b, a) ? b : a));
  return parts.length <= exhaustiveParts ? exhaustive(parts, merge, best) : best;
}

type Merge = (questions: readonly Question[]) => Planned | null;

/** Questions that differ in ids only, and stand in the same relation to every total: they ride on its call, or not, together. */
function alike(region: readonly Question[], merging: Merging<ApiName>, merge: Merge): Question[][] {
  const bySignature = groupedBy(region, merging.signature);
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
function inTurn(parts: readonly Question[][], merge: Merge, choose: typeof byIncrease): Planned[] {
  const calls: Planned[] = [];
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
  calls: readonly Planned[],
  part: Question[],
  merge: Merge,
  alone: number,
): { index: number; call: Planned } | undefined {
  const choices = calls.flatMap((call, index) => {
    const grown = merge([...call.questions, ...part]);
    return grown ? [{ index, call: grown, increase: grown.exchanges - call.exchanges }] : [];
  });
  const best = choices.reduce<(typeof choices)[number] | undefined>((a, b) => (a && a.increase <= b.increase ? a : b), undefined);
  return best && best.increase <= alone ? best : undefined;
}

/** The first call that can take the part at any cost: many cheap calls can be dearer than one dear call for all of them. */
function firstPossible(calls: readonly Planned[], part: Question[], merge: Merge): { index: number; call: Planned } | undefined {
  for (const [index, { questions }] of calls.entries()) {
    const call = merge([...questions, ...part]);
    if (call) return { index, call };
  }
  return undefined;
}

/** Tries every partition of the parts into calls, leaving off where the cost reaches the best known. */
function exhaustive(parts: readonly Question[][], merge: Merge, known: Planned[]): Planned[] {
  let best = known;
  const place = (next: number, calls: readonly Planned[]): void => {
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

export const costOf = (calls: readonly Planned[]): number => calls.reduce((sum, { exchanges }) => sum + exchanges, 0);

/** Fewer exchanges; of equal ones, fewer calls. */
const cheaper = (a: readonly Planned[], b: readonly Planned[]): boolean =>
  costOf(a) < costOf(b) || (costOf(a) === costOf(b) && a.length < b.length);

function groupedBy<T>(values: readonly T[], key: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return [...groups.values()];
}
