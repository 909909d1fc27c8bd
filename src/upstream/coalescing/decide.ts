import type { GatewayError } from "../../errors.js";
import { type Freshness, freshMs, lookUp, type Moment, oldestMs, type Tolerance, tolerating } from "../answers.js";
import type { AnswerRecord, Api, FoundPart, Seen, Usable } from "../apis/descriptor.js";
import type { Priority } from "../budget/permit.js";
import type { Call } from "../call.js";
import { atLeast, costOf, type PlannedCall, plan, remainder, type Scope, scopeOf, wholeOf } from "../plan.js";
import { type Question, questionKey } from "../question.js";
import type { Failure } from "./ask.js";
import type { CallState } from "./life-of-a-call.js";

/** What is known at one moment. */
export interface Snapshot<C extends KnownCall = KnownCall> {
  readonly present: Moment;
  /** When the request began: its answers are judged by that. */
  readonly begun: Moment;
  /** Monotonic ms. */
  readonly deadline: number;
  readonly priority: Priority;
  /** See AskTerms. */
  readonly takesStored?: boolean;
  /** Exchanges that the request may still cause. */
  readonly most: number;
  readonly freshness: (account: string) => Freshness;
  readonly scope: (scope: Scope) => ScopeSnapshot<C>;
}

export interface ScopeSnapshot<C extends KnownCall = KnownCall> {
  /** The request's own answers and those stored, newest first. */
  readonly records: readonly AnswerRecord[];
  /** Calls that are queued or in flight. */
  readonly calls: readonly C[];
  /** What stands in the way of a call now: an open circuit is final, a pause after a 429 will end. */
  readonly obstacle: Obstacle | null;
  /** Failures of calls that this request waited for. */
  readonly failures: readonly Failure[];
  readonly seen: Seen;
  /** Ids and arguments that the platform has refused within the last ten minutes. */
  readonly refused: {
    /** The error for a question with these arguments, whatever its ids; null when they were not refused. */
    argument(question: Question): GatewayError | null;
    ids: ReadonlyMap<string, GatewayError>;
  };
  /** How long an exchange of such a call usually takes, ms; undefined when none was seen. */
  readonly usualMs: number | undefined;
}

export interface KnownCall {
  readonly state: CallState;
  readonly call: Call;
  /** The call's place in the plan while it may still change; null once it was sent, or where it must stay as it is. */
  readonly planned: PlannedCall | null;
  /** What waits for it. */
  readonly wanted: readonly Question[];
  /** Why its last try failed, while it waits for the next; null when none did. */
  readonly failing: GatewayError | null;
  /** When it was sent, on both clocks; null before. */
  readonly sentAt: Moment | null;
}

export type AnswerState = "fresh" | Exclude<Tolerance, "fresh">;

interface DecidedAnswer {
  readonly question: Question;
  readonly found: FoundPart;
  readonly state: AnswerState;
  /** Why a stored answer stands in for a new one; null when it does not have to. */
  readonly failure: GatewayError | null;
}

/** A part of a question for which a call is needed. `part` is answered when `wanted` came; `wanted` is what no stored answer holds of it. */
interface Wanted {
  readonly question: Question;
  readonly part: Question;
  readonly wanted: Question;
}

export interface Decision<C extends KnownCall = KnownCall> {
  readonly answers: readonly DecidedAnswer[];
  readonly refused: readonly { readonly question: Question; readonly part: Question; readonly error: GatewayError }[];
  readonly joins: readonly (Wanted & { readonly call: C })[];
  /** What waits for a call of these plans. */
  readonly waits: readonly Wanted[];
  /** Parts that were answered stale, and are asked again behind that. */
  readonly refreshes: readonly Question[];
  /** For each scope in which something waits or is refreshed: the calls for everything that waits in it, in place of those that were queued. */
  readonly plans: ReadonlyMap<Scope, readonly DecidedCall[]>;
  /** Exchanges that the waiting parts add to what was queued; no refresh is counted. */
  readonly exchanges: number;
}

export interface DecidedCall extends PlannedCall {
  /** Which parts it brings of what waits: `of` is as it was given, `wanted` in the form in which the call answers it. */
  readonly serves: readonly { readonly of: Question; readonly wanted: Question }[];
  /** How long questions gather for it before it leaves, ms; 0: it asks for its permit at once. */
  readonly gatherMs: number;
}

/** The longest time for which questions gather for the next call of a scope, ms, and the part of the time left that it may take. */
const longestGatheringMs = 100;
const gatheringShare = 0.1;

/** What happens to these questions now. Pure: the same inputs give the same decision. */
export function decide<C extends KnownCall>(questions: readonly Question[], snapshot: Snapshot<C>): Decision<C> {
  const answers: DecidedAnswer[] = [];
  const refused: Decision["refused"][number][] = [];
  const joins: Decision<C>["joins"][number][] = [];
  const waits: Wanted[] = [];
  const refreshes: Question[] = [];

  for (const question of questions) {
    const scope = scopeOf(question);
    const { api } = scope;
    const known = snapshot.scope(scope);
    const usable = (tolerance: Tolerance): Usable =>
      tolerating(tolerance, snapshot.freshness(scope.account), question, snapshot.begun, snapshot.present);

    /** Takes what records hold; returns what they do not. */
    const answered = (part: Question, state: AnswerState, failure: GatewayError | null): Question | null => {
      const { parts, missing } = lookUp(api, known.records, part, usable(state));
      for (const found of parts) answers.push({ question, found, state, failure });
      return missing;
    };

    // 1. Fresh answers.
    const unknown = answered(question, "fresh", null);
    if (unknown === null) continue;
    let part = partToAnswer(api, question, unknown);
    let missing: Question | null = unknown;

    // 2. What the platform has refused within the last ten minutes.
    const refusal = known.refused.argument(part);
    for (const [refusedPart, error] of refusal ? [[part, refusal] as const] : refusedIds(api, part, known.refused.ids)) {
      refused.push({ question, part: refusedPart, error });
      missing = missing && remainder(api, missing, refusedPart);
    }
    if (missing === null) continue;
    part = partToAnswer(api, question, missing);

    // 3. Something stands in the way of a call: a stale answer is used. What has none waits, or is refused where waiting cannot help.
    const obstacle = obstacleTo(missing, api, known);
    if (obstacle) {
      const left: Question | null = snapshot.priority === "refresh" ? missing : answered(part, "stale-if-error", obstacle.error);
      const stale = answeredOf(api, missing, left);
      if (stale !== null && obstacle.isOverdue) refreshes.push(stale);
      if (left === null) continue;
      missing = stillMissing(api, missing, left);
      part = partToAnswer(api, question, missing);
      if (obstacle.final) {
        refused.push({ question, part, error: obstacle.error });
        continue;
      }
    }

    // 4. Stale answers that are refreshed behind the request. A tick of a subscription waits for the fresh ones.
    if (snapshot.priority === "interactive") {
      const left = answered(part, snapshot.takesStored ? "stale-if-error" : "stale-while-revalidate", null);
      const stale = answeredOf(api, missing, left);
      if (stale !== null) refreshes.push(stale);
      if (left === null) continue;
      missing = stillMissing(api, missing, left);
      part = partToAnswer(api, question, missing);
    }

    // 5. Calls that will bring it: those in flight, then those queued.
    for (const call of joinable(known.calls, snapshot, question)) {
      if (missing === null) break;
      const covered: Question | null = api.covered(call.call, missing, null, call.sentAt?.now ?? snapshot.present.now);
      if (covered === null || !mayJoin(call, covered, api, known.calls)) continue;
      joins.push({ question, part: partToAnswer(api, part, covered), wanted: covered, call });
      missing = remainder(api, missing, covered);
    }

    // 6. A new call, planned together with everything that waits.
    if (missing !== null) waits.push({ question, part: partToAnswer(api, question, missing), wanted: missing });
  }

  // Certainly more than the request may cause: no plan is worked out.
  const least = atLeast(waits.map(({ wanted }) => wanted));
  if (least > snapshot.most) return { answers, refused, joins, waits, refreshes: [], plans: new Map(), exchanges: least };

  const unexpected = refreshes.filter((question) => !isExpected(question, snapshot));
  const plans = new Map<Scope, readonly DecidedCall[]>();
  let exchanges = 0;
  const scopes = new Set([...waits.map(({ wanted }) => scopeOf(wanted)), ...unexpected.map(scopeOf)]);
  for (const scope of scopes) {
    const known = snapshot.scope(scope);
    const inScope = (question: Question) => scopeOf(question) === scope;
    const queued = known.calls.filter(({ planned }) => planned !== null);
    const wanted = waits.map((wait) => wait.wanted).filter(inScope);
    const behind = unexpected.filter(inScope);
    const joined = joins
      .filter(({ call }) => call.planned !== null)
      .map((join) => join.wanted)
      .filter(inScope);
    const waiting = [...queued.flatMap((call) => call.wanted), ...joined, ...wanted];
    const calls = planned([...waiting, ...behind], known, snapshot);
    plans.set(scope, calls);
    if (wanted.length > 0) {
      const withoutRefreshes = behind.length > 0 ? planned(waiting, known, snapshot) : calls;
      exchanges += Math.max(0, costOf(withoutRefreshes) - costOf(queued.map((call) => call.planned!)));
    }
  }
  return { answers, refused, joins, waits, refreshes: unexpected, plans, exchanges };
}

/** The part of the question that is answered as soon as `missing` comes. A question without parts is answered as a whole. */
const partToAnswer = (api: Api, question: Question, missing: Question): Question => (api.ids(question) === null ? question : missing);

/** What stored answers gave of what was missing, when they left this much of it; null for nothing. */
function answeredOf(api: Api, missing: Question, left: Question | null): Question | null {
  if (left === null) return missing;
  return left === missing ? null : remainder(api, missing, left);
}

/** What is missing when stored answers left this much of it. A question without parts is answered whole or not at all. */
const stillMissing = (api: Api, missing: Question, left: Question): Question => (api.ids(missing) === null ? missing : left);

/** The calls of one plan for these questions of one scope, and which of the questions each serves. */
function planned(questions: readonly Question[], known: ScopeSnapshot, snapshot: Snapshot): DecidedCall[] {
  const given = new Map<string, Question[]>();
  const aligned = questions.map((question) => {
    const form = scopeOf(question).api.aligned(question, questions, snapshot.present.now);
    const key = questionKey(form);
    const ofForm = given.get(key) ?? [];
    given.set(key, ofForm.includes(question) ? ofForm : [...ofForm, question]);
    return form;
  });
  return plan(aligned, () => known.seen).map((call) => ({
    ...call,
    serves: call.questions.flatMap((wanted) => (given.get(questionKey(wholeOf(wanted))) ?? []).map((of) => ({ of, wanted }))),
    gatherMs: gatherMs(call, known, snapshot),
  }));
}

/** The parts of the question for ids that were refused, each with its error. */
function refusedIds(api: Api, question: Question, errors: ReadonlyMap<string, GatewayError>): (readonly [Question, GatewayError])[] {
  const ids = errors.size > 0 ? api.ids(question) : null;
  if (ids === null || ids === "all") return [];
  return ids.flatMap((id) =>
    errors.has(id) ? [[ids.length === 1 ? question : api.withIds(question, [id]), errors.get(id)!] as const] : [],
  );
}

interface Obstacle {
  readonly error: GatewayError;
  /** True: nothing is gained by waiting. */
  readonly final: boolean;
  /** True: it is an overdue call that a waiter has given up. Another call is made behind the stale answer. */
  readonly isOverdue?: boolean;
}

/** A call of this request that failed, a call that would be joined and is failing, an open circuit, or a pause. */
function obstacleTo(missing: Question, api: Api, { failures, calls, obstacle }: ScopeSnapshot): Obstacle | null {
  const failed = failures.find(({ call }) => api.covered(call, missing, null) !== null);
  if (failed) return failed;
  const expected = calls.filter(({ call, sentAt }) => sentAt !== null && api.covered(call, missing, null, sentAt.now) !== null);
  if (expected.length === 0) return obstacle;
  const call = expected.find(({ state }) => state !== "overdue") ?? expected[0]!;
  return call.failing && { error: call.failing, final: false, isOverdue: call.state === "overdue" };
}

/** Calls whose figures will be of use to the question however old they are by then, those in flight first. */
function joinable<C extends KnownCall>(calls: readonly C[], { freshness, present }: Snapshot, question: Question): C[] {
  const limits = freshness(question.account);
  const limitMs = oldestMs("stale-if-error", freshMs(limits, question), limits);
  return calls
    .filter(({ sentAt }) => sentAt === null || present.monotonic - sentAt.monotonic < limitMs)
    .sort((a, b) => Number(a.sentAt === null) - Number(b.sentAt === null));
}

/** An overdue call is not joined: one call is made beside it. When that is overdue too, it is joined all the same: there is never a third. */
function mayJoin(call: KnownCall, wanted: Question, api: Api, calls: readonly KnownCall[]): boolean {
  if (call.state !== "overdue") return true;
  const rivals = calls.filter(
    (other) => other !== call && other.state === "overdue" && api.covered(other.call, wanted, null, other.sentAt?.now),
  );
  return rivals.length > 0;
}

function isExpected(question: Question, snapshot: Snapshot): boolean {
  const scope = scopeOf(question);
  const { calls } = snapshot.scope(scope);
  const { present } = snapshot;
  return calls.some(
    (call) =>
      mayJoin(call, question, scope.api, calls) &&
      scope.api.covered(call.call, question, null, call.sentAt?.now ?? present.now) === question,
  );
}

/**
 * A call over named ids gathers questions while a call of its scope is in flight: it cannot be had at once for all ids, and the next
 * question may be for another id. Where no call is in flight it leaves at once.
 */
function gatherMs(call: PlannedCall, { calls, usualMs }: ScopeSnapshot, { present, deadline }: Snapshot): number {
  const isBusy = calls.some(({ state, sentAt }) => sentAt !== null && state === "sent");
  if (!isBusy || call.scope.api.named(call.call) === null || call.questions.every((question) => call.scope.api.ids(question) === null))
    return 0;
  return Math.max(0, Math.min(longestGatheringMs, gatheringShare * (deadline - present.monotonic), usualMs ?? longestGatheringMs));
}
