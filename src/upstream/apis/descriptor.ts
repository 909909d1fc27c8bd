import type { MetricsApi } from "../../catalogue/metric.js";
import type { Merge } from "../../merges.js";
import type { CallByApi, Fetch, Service } from "../call.js";
import { type ApiName, grouped, type Ids, type Question, type ReplyByApi } from "../question.js";
import type { StoredForm } from "./stored.js";

export type QuestionOf<A extends ApiName> = Extract<Question, { api: A }>;

/** What kind of figure it is decides how long it is fresh. */
export type FreshnessKind = "segments" | "keyMetrics" | "current" | "intervals" | "closedIntervals";

/** An answer: a call that came back, and what it brought. Immutable, and made of values that survive serialisation. */
export interface AnswerRecord<A extends ApiName = ApiName> {
  readonly call: CallByApi[A];
  readonly reply: ReplyByApi[A];
  /** Size of the bodies, uncompressed. */
  readonly bytes: number;
  /** HTTP exchanges that the answer took. */
  readonly pages: number;
  /** When the platform was asked, on the monotonic clock of the process that asked; a store shared by processes leaves it out. */
  readonly askedMonotonic?: number;
}

/** Whether a stored answer may still be used for figures of this kind. "pending": for parts that the platform had not computed yet. */
export type Usable = (record: AnswerRecord, kind: FreshnessKind | "pending") => boolean;

/** What earlier answers and calls of a scope have shown. */
export interface Seen {
  /** The size under a name that the API chooses for itself; undefined when none was seen within the last hour. */
  size(name: string): number | undefined;
  /**
   * Whether to ask for all ids if their number is not known. It costs as many exchanges as asking for some, and shows the number, so it is
   * done once an hour.
   */
  readonly triesAll: boolean;
  /** Exchanges that fresh answers and calls in flight of this shape have spent on named ids. */
  spentOnNamed(shape: string): number;
  /** Answers that are fresh, newest first. */
  readonly fresh: readonly AnswerRecord[];
  /** Questions that are asked repeatedly in this scope, newest first. They are added to other calls if that costs nothing. */
  readonly inUse: readonly Question[];
}

/** One call that answers several questions. */
export interface MergedCall<A extends ApiName = ApiName> {
  readonly call: CallByApi[A];
  /** Exchanges the call is expected to need: its pages, or one if their number is not known. */
  readonly exchanges: number;
  /** True when the number of pages is not known: it needs at least `exchanges`. */
  readonly open?: boolean;
  /** The stored beginning of a list. The call reads what follows it. */
  readonly prefix?: AnswerRecord<A>;
}

/** What is known of a question, as a whole or by parts of its ids, and the part that no record holds. */
export interface Found<Q extends Question = Question> {
  readonly parts: readonly FoundPart<Q>[];
  readonly missing: Q | null;
}

export interface FoundPart<Q extends Question = Question> {
  /** The question, or the part of it for some of its ids. */
  readonly question: Q;
  readonly reply: ReplyByApi[Q["api"]];
  /** The records that the reply was made from. */
  readonly from: readonly AnswerRecord[];
}

/** A part of a question by its ids, and the reply that answers it. */
export interface AnsweredPart<A extends ApiName> {
  readonly question: QuestionOf<A>;
  readonly reply: ReplyByApi[A];
}

/** "1 agent", "2 agents". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Everything that is particular to one of the platform's APIs. All but `fetch` is pure. */
export interface Api<A extends ApiName = ApiName> {
  readonly name: A;
  /** The API under the name that the schema and the errors give it. */
  readonly metricsApi: MetricsApi;
  /** In plain words, for operators. */
  readonly title: string;
  readonly service: Service;
  /** The kinds of figures in its answers. */
  readonly kinds: readonly [FreshnessKind, ...FreshnessKind[]];
  /** The kinds of figures that the question wants; `settled`: nothing in its answer can change any more. */
  kindsOf(question: QuestionOf<A>, settled: boolean): readonly FreshnessKind[];

  /** What must be equal for two questions to share a call or an answer, beside API, account and credential. */
  scope(question: QuestionOf<A>): readonly unknown[];
  /** The question as it is asked of a platform for which these merges are off. It may ask for more, if only a wider answer has the figures. */
  restricted(question: QuestionOf<A>, off: readonly Merge[]): QuestionOf<A>;
  /** What else must be equal for two questions to share a scope if this merge is off; undefined when the merge does not concern them. */
  apartBy(question: QuestionOf<A>, off: Merge): unknown;
  /** The question in parts that fit one call each. Windows longer than a day are cut, and so are ids that may not be asked for together. */
  split(question: QuestionOf<A>): QuestionOf<A>[];
  /** The reply to the whole question, made from the replies to the parts that `split` made. */
  joined(question: QuestionOf<A>, replies: readonly ReplyByApi[A][]): ReplyByApi[A];
  /** The ids of the rows asked for; null when the question cannot be answered by parts. */
  ids(question: QuestionOf<A>): Ids | null;
  withIds(question: QuestionOf<A>, ids: readonly string[]): QuestionOf<A>;
  /** Whether every answer to `whole` answers `part`. Both of one scope. */
  contains(whole: QuestionOf<A>, part: QuestionOf<A>): boolean;
  /** Whether an answer to one answers some of the other. Both of one scope. */
  overlaps(one: QuestionOf<A>, other: QuestionOf<A>): boolean;
  /** One reply to the question, made from the answers to its parts by ids. It has the age of the oldest. */
  combined(question: QuestionOf<A>, parts: readonly AnsweredPart<A>[]): ReplyByApi[A];
  /** The question in the form in which it can share a call with one of the others at this time, epoch ms. */
  aligned(question: QuestionOf<A>, others: readonly QuestionOf<A>[], now: number): QuestionOf<A>;

  /** The questions of one scope in groups that can never share a call with each other. */
  regions(questions: readonly QuestionOf<A>[]): QuestionOf<A>[][];
  /** The cheapest single call that answers every one of these questions of one scope; null when no call may. */
  merge(questions: readonly QuestionOf<A>[], seen: Seen): MergedCall<A> | null;
  /** Questions with equal signatures differ only in their ids. They may share a call. If one of them may share another call, all may. */
  signature(question: QuestionOf<A>): string;
  /** What the question's total is over; null when it wants rows. */
  totalOver(question: QuestionOf<A>): string | null;
  /** The ids that the total's call can have rows of, of the kind that `rows` asks for; null when it can have none. */
  totalIds(total: QuestionOf<A>, rows: QuestionOf<A>): Ids | null;

  /**
   * The part of the question that the answer of this call holds; null for none. `reply`: null while it is not there; then `sentAt` is
   * when the platform was or will be asked, epoch ms.
   */
  covered(call: CallByApi[A], question: QuestionOf<A>, reply: ReplyByApi[A] | null, sentAt?: number): QuestionOf<A> | null;
  /** Names of what an answer of the call can hold. It can only answer a question whose `sought` is among them. */
  holds(call: CallByApi[A]): readonly string[];
  /** The name of what an answer must hold to answer some of the question. */
  sought(question: QuestionOf<A>): string;
  /** What the records, newest first, hold of the question. Left out: each part by ids is taken from one record (`lookUp` in answers.ts). */
  lookUp?(records: readonly AnswerRecord<A>[], question: QuestionOf<A>, usable: Usable): Found<QuestionOf<A>>;
  /** Why the answer cannot serve the question, if a section could not be read, in words for the error; null when it can. */
  faultFor(reply: ReplyByApi[A], question: QuestionOf<A>): string | null;

  /** The call that this answer answers completely, if not all pages of `call` were read. */
  cutShort(call: CallByApi[A], reply: ReplyByApi[A]): CallByApi[A];
  /** The whole list, made from its stored beginning and what a call read after that. */
  continued(prefix: AnswerRecord<A>, rest: Pick<AnswerRecord<A>, "call" | "reply">): Pick<AnswerRecord<A>, "call" | "reply">;

  /** The slot of a scope in which the answer of the call replaces an older one. */
  slot(call: CallByApi[A]): string;
  /** The ids that the call names; null when it names none, so that no single id can be at fault. */
  named(call: CallByApi[A]): readonly string[] | null;
  withNamed(call: CallByApi[A], ids: readonly string[]): CallByApi[A];
  /** The shape of a call by named ids, for `Seen.spentOnNamed`; null for a call over all. */
  shape(call: CallByApi[A]): string | null;
  /** The sizes that an answer shows, under the names that `merge` looks up. */
  sizes(record: AnswerRecord<A>): Iterable<readonly [name: string, size: number]>;
  /** The sizes that an incomplete answer with so many rows shows. */
  sizesSoFar(call: CallByApi[A], rows: number): readonly (readonly [name: string, size: number])[];
  /** True when sizes depend on their window. The largest of the last hour is used then. */
  readonly sizesVary: boolean;
  /** True when nothing in the reply can change any more. */
  isSettled(reply: ReplyByApi[A]): boolean;
  /** Rows of the reply, for explain. */
  rows(reply: ReplyByApi[A]): number;

  /** Whether to read the further pages of the call. False: asking for what is wanted by name takes fewer exchanges. */
  isWorth(call: CallByApi[A], wanted: readonly QuestionOf<A>[], furtherPages: number): boolean;

  readonly fetch: Fetch<A>;
  /** How its answers are written where other processes read them. */
  readonly stored: StoredForm<A>;
  /** A small call of at most one page, with which `doctor` checks the API, and what to say of its reply. `now` in epoch ms. */
  probe(now: number): { call: CallByApi[A]; said(reply: ReplyByApi[A]): string };
}

// ---------------------------------------------------------------- what descriptors share

/** The questions in groups. Questions that are linked, directly or through others, are in the same group. Each has at least one link. */
export function regionsOf<Q>(questions: readonly Q[], linksOf: (question: Q) => readonly [string, ...string[]]): Q[][] {
  const joined = new Map<string, string>();
  const rootOf = (link: string): string => {
    let root = link;
    for (let next = joined.get(root); next !== undefined; next = joined.get(root)) root = next;
    return root;
  };
  for (const question of questions) {
    const [first, ...others] = linksOf(question);
    for (const other of others) if (rootOf(other) !== rootOf(first)) joined.set(rootOf(other), rootOf(first));
  }
  return [...grouped(questions, (question) => [rootOf(linksOf(question)[0])]).values()];
}
