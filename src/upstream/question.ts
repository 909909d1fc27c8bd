import type { Merge } from "../merges.js";
import { minuteMs, type Window } from "../time.js";

/**
 * The words between the GraphQL face and the upstream: what one part of an operation wants to know (a question),
 * and what it is told (a reply). A question says nothing about calls.
 */

/** Ids of one kind, sorted and without repeats; "all" is every id the platform has in the window. */
export type Ids = "all" | readonly string[];
export type UserType = "HUMAN" | "BOT" | "ALL";
export type HandleTimeModel = "IFT" | "EHT";
export type Grouping = "SKILL" | "AGENT_GROUP" | "AGENT" | "CONVERSATION";
export type KeyKind = "skillId" | "agentGroupId";

/** The credential of questions that the gateway asks with its own; every other is a digest of a caller's token. */
export const own = "own";

interface Scoped {
  account: string;
  /** Which upstream credential asks: `own`, or a digest of the caller's token. Never the token. */
  credential: string;
  /** How old an answer may be and still count as fresh, where that differs from the API's own time to live. */
  freshForMs?: number;
  /** Merges that are off for the account; left out when none is. */
  mergesOff?: readonly Merge[];
}

export interface AgentSegmentsQuestion extends Scoped {
  api: "agent-segments";
  lastMinutes: number;
  everyMinutes: number | null;
  groupIds: readonly string[] | null;
  userType: UserType;
  source: string | null;
  /** rows: one for each of `agents`. total: the platform's own total over exactly `agents`. */
  of: "rows" | "total";
  agents: Ids;
  /** Rows per agent and skill are wanted for these skills; null: not wanted. */
  skills: Ids | null;
}

export interface SkillSegmentsQuestion extends Scoped {
  api: "skill-segments";
  lastMinutes: number;
  everyMinutes: number | null;
  userType: UserType;
  of: "rows" | "total";
  skills: Ids;
}

/** By length, ending when asked; or fixed, on whole minutes. */
export type KeyMetricsWindow = { lastMinutes: number } | Window;

export interface KeyMetricsFilters {
  agentIds: readonly string[] | null;
  agentGroupIds: readonly string[] | null;
  skillIds: readonly string[] | null;
}

/** The first `first` keys in the platform's order by `metric` (a sort name of the platform). */
export interface KeyMetricsOrder {
  metric: string;
  direction: "asc" | "desc";
  first: number;
}

export interface KeyMetricsQuestion extends Scoped {
  api: "key-metrics";
  /** Null: no by-time metric is wanted, any window will do. */
  window: KeyMetricsWindow | null;
  current: boolean;
  /** Rows by this key, or the `all` section. */
  of: KeyKind | "total";
  /** Which rows; of a total: always "all", its set is `filters`. The keys alone are asked with window null and current false. */
  keys: Ids | KeyMetricsOrder;
  /** Filters of other kinds than `of`; for a total all three. */
  filters: KeyMetricsFilters;
  includeSubGroups: boolean;
  userType: UserType;
}

export interface IntervalMetricsQuestion extends Scoped {
  api: "interval-metrics";
  /** In the order of the type Grouping's declaration, without repeats. */
  grouping: readonly Grouping[];
  everyMinutes: 15 | 30 | 60 | 1440;
  handleTimeModel: HandleTimeModel;
  /** Aligned to everyMinutes; at most one UTC day. */
  window: Window;
  /** Filters, at most one id of each kind. One of a kind that is grouped by only picks rows. */
  filters: IntervalFilters;
  /** Rows of these ids alone, two or more of each kind, sorted: of kinds that are grouped by. Left out: all that pass the filters. */
  among?: IntervalSets;
  includeBotSkills: boolean;
}

export type IntervalFilters = Readonly<Partial<Record<Grouping, string>>>;
type IntervalSets = Readonly<Partial<Record<Grouping, readonly string[]>>>;

export type Question = AgentSegmentsQuestion | SkillSegmentsQuestion | KeyMetricsQuestion | IntervalMetricsQuestion;
export type ApiName = Question["api"];

// ---------------------------------------------------------------- replies

/** Metric values by GraphQL field name, in the units of the schema; an absent or null value is "no data". */
export type Values = Readonly<Record<string, number | null>>;
/** Metric values by id. The key "null" is the platform's row without an entity. */
export type Rows = ReadonlyMap<string, Values>;

/**
 * Sections of an answer that are absent or malformed, each with the sentence that says so. A faulty section is empty in the
 * reply, and a question that needs it fails; the others are answered.
 */
export type Faults<Section extends string> = Readonly<Partial<Record<Section, string>>>;

export interface Replied<Section extends string> {
  /** Epoch ms at which the platform was asked; of several pages, for the oldest. */
  asOf: number;
  /** Epoch ms at which the newest page was asked for; equal to `asOf` for one page. */
  newestAskedAt: number;
  /** Left out when nothing is wrong. */
  faults?: Faults<Section>;
}

/** `intervals` is the list of intervals, `intervals.` a section within them. */
export type SegmentsSection = "rows" | "bySkill" | "total" | "intervals" | "intervals.rows" | "intervals.bySkill" | "intervals.total";

/** One level of an agent segments answer: a whole window, or one of its intervals. */
export interface AgentSegmentsLevel {
  window: Window;
  agents: Rows;
  /** Skill id, then agent id. Null when the call did not split by skill. */
  bySkill: ReadonlyMap<string, Rows> | null;
  /** Total over exactly the agents of the call. */
  total: Values | null;
}

export interface AgentSegmentsReply extends Replied<SegmentsSection>, AgentSegmentsLevel {
  /** Oldest first, every interval of the window; null when the call had no intervals. */
  intervals: readonly AgentSegmentsLevel[] | null;
}

export interface SkillSegmentsLevel {
  window: Window;
  skills: Rows;
  total: Values | null;
}

export interface SkillSegmentsReply extends Replied<SegmentsSection>, SkillSegmentsLevel {
  intervals: readonly SkillSegmentsLevel[] | null;
}

export interface KeyMetricsRow {
  id: string;
  /** Null when the platform writes "NA" or nothing. */
  name: string | null;
  byTime: Values;
  current: Values;
}

/** `rows` is the list of keys as a whole; faulty, it has no figures either. */
export type KeyMetricsSection = "rows" | "rows.byTime" | "rows.current" | "total.byTime" | "total.current";

export interface KeyMetricsReply extends Replied<KeyMetricsSection> {
  window: Window;
  /** As the platform gave them, each key once; empty when the call asked for no rows. */
  rows: readonly KeyMetricsRow[];
  /** The same rows. */
  byId: ReadonlyMap<string, KeyMetricsRow>;
  /** The order that the call asked for `rows`; null: none, so they came in the platform's default, by key. */
  order: Omit<KeyMetricsOrder, "first"> | null;
  /**
   * Number of keys the platform has for the call's filters: counted where they were read to the end, else as the platform says.
   * Null when the call asked for no rows or the platform says nothing that can be right.
   */
  count: number | null;
  total: { byTime: Values; current: Values } | null;
}

export interface IntervalRow {
  /** As the platform gave it: its length is the call's, its beginning may lie off the UTC grid. */
  window: Window;
  /** Ids by grouping kind; an id the platform gives as null is left out. */
  ids: Readonly<Partial<Record<Grouping, string>>>;
  skillName: string | null;
  agentGroupName: string | null;
  agentName: string | null;
  agentLogin: string | null;
  /** False: no human activity, the row exists for bots or arrivals only. */
  human: boolean;
  values: Values;
}

export interface IntervalMetricsReply extends Replied<never> {
  window: Window;
  rows: readonly IntervalRow[];
  /** The same rows, by the beginning of the interval of the UTC grid in which they begin. */
  bySlot: ReadonlyMap<number, readonly IntervalRow[]>;
  /** Parts of `window` that the platform is still computing. */
  pending: readonly Window[];
}

export interface ReplyByApi {
  "agent-segments": AgentSegmentsReply;
  "skill-segments": SkillSegmentsReply;
  "key-metrics": KeyMetricsReply;
  "interval-metrics": IntervalMetricsReply;
}
type ReplyTo<Q extends Question> = ReplyByApi[Q["api"]];

/** A reply as it reaches a resolver. `stale`: older than its time to live. */
export interface Answered<Q extends Question> {
  reply: ReplyTo<Q>;
  stale: boolean;
}

/** What came of a question, which may have been answered in parts of its ids. Both throw the GatewayError of a part that failed. */
export interface AnswerTo<Q extends Question = Question> {
  readonly question: Q;
  /** The answer to all of it. */
  whole(): Answered<Q>;
  /** The answer that holds the row of this id; null when the question does not ask for it. */
  of(id: string): Answered<Q> | null;
}

/** The one canonical text of a question: equal texts are equal questions. Keys sorted, ids are sorted already. */
export const questionKey = (question: Question): string => textOf(question);

const texts = new WeakMap<object, string>();

/** `canonical`, worked out once for each object: a question and its parts never change. */
export function textOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = canonical(value);
  texts.set(value, text);
  return text;
}

/** JSON with the keys of every object sorted. Many questions are written, so simple values skip JSON.stringify. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return value.every(isText) ? textOfList(value) : `[${value.map(canonical).join(",")}]`;
  if (typeof value === "boolean" || value === null) return String(value);
  if (typeof value !== "object") return JSON.stringify(value) ?? "null";
  let text = "";
  for (const key of sortedKeys(value)) {
    const part: unknown = value[key as keyof typeof value];
    if (part !== undefined) text += `${text === "" ? "" : ","}${keyText(key)}:${canonical(part)}`;
  }
  return `{${text}}`;
}

/** A shorter list is written anew each time. */
const longList = 8;

/** Several questions ask for the same ids. */
function textOfList(list: readonly string[]): string {
  const known = list.length < longList ? undefined : texts.get(list);
  if (known !== undefined) return known;
  const text = JSON.stringify(list);
  if (list.length >= longList) texts.set(list, text);
  return text;
}

/** By insertion: keys are few and come nearly sorted, and a sort takes three times as long. */
function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  for (let next = 1; next < keys.length; next++) {
    const key = keys[next]!;
    let at = next;
    for (; at > 0 && keys[at - 1]! > key; at--) keys[at] = keys[at - 1]!;
    keys[at] = key;
  }
  return keys;
}

/** Property names as JSON. They are few, because they come from the code. */
const keyTexts = new Map<string, string>();

function keyText(key: string): string {
  const known = keyTexts.get(key) ?? JSON.stringify(key);
  keyTexts.set(key, known);
  return known;
}

const isText = (value: unknown): value is string => typeof value === "string";

/** Ids of one URL parameter, joined, may take this many characters: a URL stays well below the 8 kB that servers accept. */
export const maxIdsLength = 3000;

/** Keys on one page of the key messaging metrics: the platform's maximum. */
export const keysPerPage = 50;

const sorted = new WeakMap<readonly string[], readonly string[]>();

/** Sorted without repeats: the only form in which ids enter a question. Worked out once for each list: several fields ask for the same entities. */
export function idSet(ids: readonly string[]): readonly string[] {
  const known = sorted.get(ids) ?? [...new Set(ids)].sort();
  sorted.set(ids, known);
  return known;
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Worked out once for each list: ids of a question never change. */
function setOf(ids: readonly string[]): ReadonlySet<string> {
  const known = sets.get(ids) ?? new Set(ids);
  sets.set(ids, known);
  return known;
}

export function contains(whole: Ids, part: Ids): boolean {
  if (whole === "all" || whole === part) return true;
  if (part === "all" || part.length > whole.length) return false;
  const ids = setOf(whole);
  return part.every((id) => ids.has(id));
}

export const containsId = (ids: Ids, id: string): boolean => ids === "all" || setOf(ids).has(id);

export const equalIds = (a: Ids | null, b: Ids | null): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((id, index) => id === b[index]));

export const union = (sets: readonly Ids[]): Ids => (sets.includes("all") ? "all" : idSet(sets.flat()));

/** The ids of `part` that are in `whole`; null when none is. "all" is in "all" alone. */
export function common(whole: Ids, part: Ids): Ids | null {
  if (contains(whole, part)) return part;
  if (part === "all" || whole === "all") return null;
  const ids = part.filter((id) => setOf(whole).has(id));
  return ids.length > 0 ? ids : null;
}

/** The ids of `whole` that are not in `part`; empty when all are. */
export const without = (whole: Ids, part: Ids): readonly string[] =>
  whole === "all" || part === "all" ? [] : whole.filter((id) => !setOf(part).has(id));

export const fitsUrl = (ids: Ids): boolean => ids === "all" || ids.join(",").length <= maxIdsLength;

/** The values by key, in their order. A value with several keys is in several lists. */
export function grouped<T, K>(values: Iterable<T>, keysOf: (value: T) => readonly K[]): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    for (const key of keysOf(value)) {
      const group = groups.get(key);
      if (group) group.push(value);
      else groups.set(key, [value]);
    }
  }
  return groups;
}

/** How long names, lists and relations are kept, whatever the times to live of figures: the freshForMs of questions for them. */
export const directoryKeptMs = 10 * minuteMs;

/** A part of a question as explain shows it: its window as instants. */
export function readable<T extends object>(part: T): T {
  const window = "window" in part ? part.window : null;
  if (typeof window !== "object" || window === null || !("from" in window && "to" in window)) return part;
  return { ...part, window: { from: new Date(Number(window.from)).toISOString(), to: new Date(Number(window.to)).toISOString() } };
}
