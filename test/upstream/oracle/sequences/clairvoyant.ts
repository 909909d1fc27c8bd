import type { Call } from "../../../../src/upstream/call.js";
import type { Question } from "../../../../src/upstream/question.js";
import { oracleOf } from "./api-oracle.js";
import { pagesOf, withinCaps } from "./centre.js";
import { type Choice, cheapest, undominated } from "./cheapest.js";
import { longestGatherMs, noon, type Sequence } from "./sequence.js";
import { sizesKnown } from "./warm-up.js";

/** What one answer has to serve whole, and when it is asked. */
export interface Part {
  at: number;
  question: Question;
  /** The question that it is a part of. */
  asked: Question;
  /** True when a call of its scope may be in flight at that time, so that it may wait for others. */
  mayGather: boolean;
}

/**
 * The fewest exchanges that can answer the sequence, for a planner that knows from the start what will be asked and how large
 * the centre is. It delays nobody more than the gateway does: a part is served by a call that starts when it arrives, by one
 * that is in flight or whose answer is fresh then, or by one that starts within the gathering bound if a call of its scope may be
 * in flight. A stale answer demands a refresh, which costs what a call for the question costs: it saves nothing.
 *
 * A call may ask for exactly the ids that its questions will ask for. It may ask for all ids in their place within the caps on
 * widening, or where that is no dearer for the questions present at its start than asking for each, or where nobody can have
 * seen how many there are, so that no cap can be held.
 */
export function leastExchanges(sequence: Sequence): number {
  const parts = partsOf(sequence);
  const best = cheapest(parts.length, choicesFor(sequence, parts));
  if (!best) throw new Error(`No calls answer this sequence: ${JSON.stringify(sequence)}`);
  return best.exchanges;
}

/** The parts of all questions, in order of time. */
export function partsOf({ api, arrivals, centre, latencyMs }: Sequence): Part[] {
  const { parts, scope, calls } = oracleOf(api);
  const questions = arrivals.map(({ question }) => question);
  const longestMs = latencyMs * Math.max(...calls(questions).map((call) => pagesOf(call, centre)));
  return arrivals.flatMap(({ at, question }, index) => {
    const mayGather = arrivals.some(
      (other, before) => before < index && scope(other.question) === scope(question) && at <= other.at + longestGatherMs + longestMs,
    );
    return parts(question, questions).map((part) => ({ at, question: part, asked: question, mayGather }));
  });
}

/** Every call at every moment at which it may be best to start it: as late as those whom it serves allow. */
function choicesFor(sequence: Sequence, parts: readonly Part[]): Choice[] {
  const { api, arrivals, centre, latencyMs } = sequence;
  const oracle = oracleOf(api);
  const starts = [...new Set(parts.flatMap(({ at, mayGather }) => (mayGather ? [at, at + longestGatherMs] : [at])))];
  const least = new Map<number, number>();
  for (const call of oracle.calls(arrivals.map(({ question }) => question))) {
    const exchanges = pagesOf(call, centre);
    const answered = parts.map(({ question }) => oracle.answers(call, question));
    for (const start of starts) {
      const isServed = (part: Part, index: number) => answered[index]! && inTime(sequence, part, start, exchanges * latencyMs);
      const serves = parts.reduce((mask, part, index) => (isServed(part, index) ? mask | (1 << index) : mask), 0);
      if (serves === 0 || exchanges >= (least.get(serves) ?? Number.POSITIVE_INFINITY)) continue;
      if (mayBeAsked(sequence, call, parts.filter(isServed), start)) least.set(serves, exchanges);
    }
  }
  return undominated([...least].map(([serves, exchanges]) => ({ serves, exchanges })));
}

/** Whether a call that starts then is in flight, or its answer fresh, when the part is asked; or starts while the part may wait. */
export function inTime({ api }: Sequence, { at, question, mayGather }: Part, start: number, durationMs: number): boolean {
  if (start > at) return mayGather && start <= at + longestGatherMs;
  return at <= start + durationMs || at - start < oracleOf(api).ttlMs(question, noon + start);
}

/** Whether the call stays within the caps on widening. One over named ids names what its questions will ask, and always does. */
function mayBeAsked(sequence: Sequence, call: Call, served: readonly Part[], start: number): boolean {
  const { forAll, idsNamed, sizeName } = oracleOf(sequence.api);
  const questions = served.map(({ asked }) => asked);
  if (forAll(call, questions) !== null || !sizesKnown(sequence).has(sizeName(call))) return true;
  const present = new Set(served.filter(({ at }) => at <= start).map(({ asked }) => JSON.stringify(asked)));
  return withinCaps(call, idsNamed(questions), sequence.centre) || present.size >= pagesOf(call, sequence.centre);
}
