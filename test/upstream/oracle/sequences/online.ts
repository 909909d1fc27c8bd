import type { Call } from "../../../../src/upstream/call.js";
import { oracleOf } from "./api-oracle.js";
import { batchOf, type Planned } from "./batch.js";
import { pagesOf, withinCaps } from "./centre.js";
import { inTime, type Part, partsOf } from "./clairvoyant.js";
import type { Rule } from "./rule.js";
import { noon, type Sequence } from "./sequence.js";
import { sizesKnown } from "./warm-up.js";

/** What a rule costs a sequence. */
export interface Simulated {
  exchanges: number;
  /** What gathering added to the answers of all questions together. */
  waitedMs: number;
}

interface Sent extends Planned {
  start: number;
  end: number;
  exchanges: number;
}

interface Waiting {
  part: Part;
  due: number;
}

/**
 * What a gateway by this rule sends. Pure. The questions of one moment and one scope are planned together at their minimum. Sizes are
 * known for the whole account from the moment at which they are asked. A stale answer demands a refresh as it does in the gateway.
 */
export function simulated(sequence: Sequence, rule: Rule): Simulated {
  const { api, centre, latencyMs } = sequence;
  const oracle = oracleOf(api);
  const sizes = new Set(sizesKnown(sequence));
  const sent: Sent[] = [];
  let waiting: Waiting[] = [];
  let probes = 0;
  let waitedMs = 0;

  const isServed = (part: Part): boolean =>
    sent.some(({ call, start, end }) => {
      return oracle.answers(call, part.question) && (start >= part.at || inTime(sequence, part, start, end - start));
    });
  const isStale = ({ at, question }: Part): boolean =>
    sent.some(({ call, start }) => at - start < 2 * oracle.ttlMs(question, noon + start) && oracle.answers(call, question));

  const send = ({ call, served }: Planned, now: number): void => {
    const exchanges = pagesOf(call, centre);
    sent.push({ call, served, start: now, end: now + exchanges * latencyMs, exchanges });
    if (oracle.forAll(call, []) === null) sizes.add(oracle.sizeName(call));
  };

  /** The calls over named ids of one time to live that this one over all would have made needless. */
  const rentsOf = (all: Call, { question }: Part, now: number): Sent[] =>
    sent.filter(({ call, served, start }) => {
      const isRecent = now - start < oracle.ttlMs(question, noon + start);
      return isRecent && oracle.forAll(call, []) !== null && served.some((part) => oracle.answers(all, part.question));
    });

  /** The call over all ids that the rule makes in place of this one, or this one. */
  const widened = ({ call, served }: Planned, now: number): Call => {
    const questions = served.map(({ asked }) => asked);
    const all = oracle.forAll(call, questions);
    if (all === null) return call;
    const rents = rentsOf(all, served[0]!, now);
    const isAllowed = withinCaps(all, oracle.idsNamed(questions), centre);
    const isKnown = sizes.has(oracle.sizeName(all));
    if (rents.length + 1 >= rule.allFrom && (isAllowed || !isKnown)) return all;
    if (!isKnown) {
      if (rents.length + 1 < rule.askAt) return call;
      // An API without pages tells the size with its whole answer, the others with their first page, which may be the whole answer.
      if (pagesOf(all, centre) === 1) return all;
      probes++;
      sizes.add(oracle.sizeName(all));
    }
    const spent = rents.reduce((sum, { exchanges }) => sum + exchanges, 0);
    const isFree = rule.free && pagesOf(all, centre) <= pagesOf(call, centre);
    return isAllowed && (isFree || spent >= rule.buyAt * pagesOf(all, centre)) ? all : call;
  };

  /** Sends what these need, or has them wait for the next call of their scope, unless that asks for all. */
  const ask = (parts: readonly Part[], now: number, mayWait: boolean): void => {
    const scope = oracle.scope(parts[0]!.asked);
    const inFlight = sent.filter(({ start, end, served }) => start <= now && now < end && oracle.scope(served[0]!.asked) === scope);
    const waitMs = mayWait && inFlight.length > 0 ? Math.min(rule.gatherMs, latencyMs) : 0;
    const due = Math.min(now + waitMs, ...inFlight.map(({ end }) => end));
    for (const { call, served } of batchOf(sequence, parts, sizes)) {
      const chosen = widened({ call, served }, now);
      if (due > now && oracle.forAll(chosen, []) !== null) waiting.push(...served.map((part) => ({ part, due })));
      else send({ call: chosen, served }, now);
    }
  };
  const askOpen = (parts: readonly Part[], now: number, mayWait: boolean): void => {
    for (const scope of new Set(parts.map(({ asked }) => oracle.scope(asked)))) {
      const open = parts.filter((part) => oracle.scope(part.asked) === scope && !isServed(part));
      if (open.length > 0) ask(open, now, mayWait);
    }
  };

  const coming = partsOf(sequence);
  while (coming.length > 0 || waiting.length > 0) {
    const now = Math.min(coming[0]?.at ?? Number.POSITIVE_INFINITY, ...waiting.map(({ due }) => due));
    askOpen(coming.splice(0, coming.filter(({ at }) => at === now).length), now, true);
    // When one has waited long enough, all of its scope go.
    const over = new Set(waiting.filter(({ due }) => due === now).map(({ part }) => oracle.scope(part.asked)));
    const going = waiting.filter(({ part }) => over.has(oracle.scope(part.asked))).map(({ part }) => part);
    waiting = waiting.filter(({ part }) => !going.includes(part));
    waitedMs += going.filter((part) => !isStale(part)).reduce((sum, { at }) => sum + now - at, 0);
    askOpen(going, now, false);
  }
  return { exchanges: probes + sent.reduce((sum, { exchanges }) => sum + exchanges, 0), waitedMs };
}
