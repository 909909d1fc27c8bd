import { GatewayError } from "../../errors.js";
import type { Api } from "../apis/descriptor.js";
import { nothingSeen, type PlannedCall, plan } from "../plan.js";
import { canonical, common, type Question } from "../question.js";
import type { CallInFlight } from "./call-in-flight.js";
import type { Waiter } from "./delivery.js";
import type { OpenScope } from "./open-scope.js";

/** What the search asks of the coalescer, which owns calls and waiters. */
export interface SearchOwner {
  /** Makes a call that stays as it is, paid as one that no plan counted. Null when none of the waiters may bear it. */
  beginUnplanned(open: OpenScope, planned: PlannedCall, waiters: readonly Waiter[]): CallInFlight | null;
  failWaiter(waiter: Waiter, error: GatewayError, call: CallInFlight | null): void;
  /** The call no longer answers these waiters, and was made for nothing. */
  reportAbandoned(waiter: Waiter, call: CallInFlight): void;
}

/** One search, from the first refused call on. */
interface Search {
  readonly error: GatewayError;
  callsLeft: number;
}

/** A call that is part of a search. */
interface Step {
  readonly search: Search;
  /** What this call and its sibling have shown, for the two halves of the whole; null further down. */
  readonly pair: Pair | null;
  /** True for a call over all ids that are searched. */
  readonly isWhole: boolean;
}

/** The two halves of the whole. */
export interface Pair {
  readonly refused: { readonly ids: readonly string[]; readonly waiters: readonly Waiter[] }[];
  ended: number;
}

/** Calls with n ids: at most 2 log2 n + 4, the refused one among them. */
const callsFor = (ids: number): number => 2 * Math.ceil(Math.log2(Math.max(2, ids))) + 3;

/**
 * The search for what the platform refuses with 400 in a call that was merged. What was added to the call is left out first. Then its ids
 * are halved, both halves side by side, until the refused one stands alone. When both halves of the whole are refused,
 * and no call like it was answered within ten minutes, the fault is no id. What was answered within ten minutes is not blamed for one
 * refusal that no other call has confirmed: a platform in trouble says 400 to what it answers a moment later.
 */
export class RefusedIdSearch {
  readonly #steps = new Map<CallInFlight, Step>();

  constructor(private readonly owner: SearchOwner) {}

  /** The call was refused. False: there is nothing to search, and the error is for all its waiters. */
  goesOn(open: OpenScope, call: CallInFlight, error: GatewayError): boolean {
    const { api } = open.scope;
    const step = this.#steps.get(call);
    const waiters = [...call.waiters];
    if (!step && this.#leavesOut(open, call, waiters, error)) return true;
    const ids = api.named(call.call);
    const rows = waiters.filter(({ part }) => namesIds(api, part));
    if (ids === null || rows.length === 0) {
      const blamed = wantedBy(waiters).filter((wanted) => step || !open.acceptedArgument(wanted));
      open.refuseArguments(blamed, error);
      return false;
    }
    if (ids.length === 1) {
      if (step || !ids.every(open.acceptedId)) open.refuseIds(ids, error);
      return false;
    }
    const suspects = step ? [] : open.suspectsAmong(ids);
    // A total over ids of which one is refused is refused.
    for (const waiter of waiters) if (!rows.includes(waiter)) this.owner.failWaiter(waiter, error, call);
    if (step?.pair) {
      step.pair.refused.push({ ids, waiters: rows });
      return true;
    }
    for (const waiter of rows) this.owner.reportAbandoned(waiter, call);
    const search = step?.search ?? { error, callsLeft: callsFor(ids.length) };
    if (suspects.length === 0) this.#split(open, call.plan, search, halves(ids), rows, step?.isWhole ?? true);
    else this.#split(open, call.plan, search, apart(ids, suspects), rows, false);
    return true;
  }

  isStep = (call: CallInFlight): boolean => this.#steps.has(call);

  /** What the call is one of, that are judged together when both have ended; null for others. */
  pairOf = (call: CallInFlight): Pair | null => this.#steps.get(call)?.pair ?? null;

  /** A call has ended, however it did. */
  ended(open: OpenScope, call: CallInFlight): void {
    const step = this.#steps.get(call);
    this.#steps.delete(call);
    if (!step?.pair || ++step.pair.ended < 2) return;
    const { search, pair } = step;
    const waiters = pair.refused.flatMap((half) => half.waiters);
    if (pair.refused.length === 2 && !waiters.some(({ wanted }) => open.acceptedArgument(wanted))) {
      open.refuseArguments(wantedBy(waiters), search.error);
      for (const waiter of waiters) this.owner.failWaiter(waiter, search.error, null);
      return;
    }
    for (const half of pair.refused) this.#split(open, call.plan, search, halves(half.ids), half.waiters, false);
  }

  /** Makes the call again without what nobody wants; false when there is nothing to leave out. */
  #leavesOut(open: OpenScope, call: CallInFlight, waiters: readonly Waiter[], error: GatewayError): boolean {
    const narrow = plan(wantedBy(waiters), () => nothingSeen);
    if (narrow.length === 1 && canonical(narrow[0]!.call) === canonical(call.call)) return false;
    const named = new Set(narrow.flatMap((planned) => open.scope.api.named(planned.call) ?? []));
    const search: Search = { error, callsLeft: callsFor(named.size) };
    open.refuseAdditions();
    for (const waiter of waiters) this.owner.reportAbandoned(waiter, call);
    for (const planned of narrow) {
      const wanted = new Set(planned.questions.map(canonical));
      const served = waiters.filter((waiter) => wanted.has(canonical(waiter.wanted)));
      this.#begin(open, planned, served, { search, pair: null, isWhole: narrow.length === 1 });
    }
    return true;
  }

  /** Asks for each group of ids by itself, side by side. */
  #split(
    open: OpenScope,
    whole: PlannedCall,
    search: Search,
    groups: readonly (readonly string[])[],
    waiters: readonly Waiter[],
    isWhole: boolean,
  ): void {
    const { api } = open.scope;
    const asked = groups.map((group) => ({ group, waiters: [] as Waiter[] }));
    for (const waiter of waiters) {
      const parts = asked.flatMap(({ group, waiters: into }) => {
        const part = partWithin(api, waiter, group);
        if (part) into.push(part);
        return part ?? [];
      });
      waiter.ask.replaces(waiter, parts);
    }
    const pair: Pair | null = isWhole ? { refused: [], ended: asked.filter(({ waiters }) => waiters.length === 0).length } : null;
    for (const { group, waiters: some } of asked) {
      if (some.length === 0) continue;
      const planned = { ...whole, call: api.withNamed(whole.call, group), exchanges: 1, open: false, questions: wantedBy(some) };
      this.#begin(open, planned, some, { search, pair, isWhole: false });
    }
  }

  /** One call of the search; without a call that is left, its waiters are told to ask again. */
  #begin(open: OpenScope, planned: PlannedCall, waiters: readonly Waiter[], step: Step): void {
    const { search, pair } = step;
    const call = search.callsLeft-- > 0 ? this.owner.beginUnplanned(open, planned, waiters) : null;
    if (call) {
      this.#steps.set(call, step);
      // It may have ended before it was known as a step: the circuit can be open.
      if (call.isOver) this.ended(open, call);
    } else {
      if (pair) pair.ended++;
      const ids = open.scope.api.named(planned.call) ?? [];
      if (ids.length > 1) open.suspect(ids);
      for (const waiter of waiters) this.owner.failWaiter(waiter, unresolved(search.error), null);
    }
  }
}

function halves(ids: readonly string[]): (readonly string[])[] {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)];
}

/** The groups, and what is in none of them; the smallest group first, because it is searched soonest. */
function apart(ids: readonly string[], groups: readonly (readonly string[])[]): (readonly string[])[] {
  const grouped = new Set(groups.flat());
  const rest = ids.filter((id) => !grouped.has(id));
  return [...(rest.length > 0 ? [rest] : []), ...[...groups].sort((a, b) => a.length - b.length)];
}

const wantedBy = (waiters: readonly Waiter[]): Question[] => waiters.map(({ wanted }) => wanted);

const namesIds = (api: Api, question: Question): boolean => {
  const ids = api.ids(question);
  return ids !== null && ids !== "all";
};

/** The part of what is waited for that is for these ids; null for none. */
function partWithin(api: Api, waiter: Waiter, ids: readonly string[]): Waiter | null {
  const inside = common(ids, api.ids(waiter.part) ?? []) as readonly string[] | null;
  if (inside === null || inside.length === 0) return null;
  return { ...waiter, part: api.withIds(waiter.part, inside), wanted: api.withIds(waiter.wanted, inside) };
}

/** The error of ids that are not resolved when the search has used its calls. The next poll goes on from there. */
function unresolved(error: GatewayError): GatewayError {
  const { code: _, ...facts } = error.extensions;
  const message = `${error.message} Which id is at fault was not found within the calls for it. Ask again.`;
  return new GatewayError("UPSTREAM_REJECTED", message, { ...facts, retryable: true });
}
