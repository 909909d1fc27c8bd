import type { AnswerRecord, Api, Found, FoundPart, FreshnessKind, QuestionOf, Usable } from "../apis/descriptor.js";
import { type ApiName, type Ids, idSet, maxIdsLength } from "../question.js";

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Worked out once for each list: ids of a question never change. */
function setOf(ids: readonly string[]): ReadonlySet<string> {
  const known = sets.get(ids) ?? new Set(ids);
  sets.set(ids, known);
  return known;
}

export const contains = (whole: Ids, part: Ids): boolean =>
  whole === "all" || (part !== "all" && part.length <= whole.length && part.every((id) => setOf(whole).has(id)));

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

/** Fewer records than this are looked at one by one. */
const fewRecords = 8;
const sorted = new WeakMap<readonly object[], ReadonlyMap<string, readonly object[]>>();

/** The records that can hold some of the question, in their order. A list of records is sorted by what they hold once. */
function holding<A extends ApiName>(
  api: Pick<Api<A>, "holds" | "sought">,
  records: readonly AnswerRecord<A>[],
  question: QuestionOf<A>,
): readonly AnswerRecord<A>[] {
  if (records.length < fewRecords) return records;
  let known = sorted.get(records);
  if (!known) {
    const held = new Map<string, AnswerRecord<A>[]>();
    for (const record of records) {
      for (const name of api.holds(record.call)) {
        const others = held.get(name);
        if (others) others.push(record);
        else held.set(name, [record]);
      }
    }
    known = held;
    sorted.set(records, known);
  }
  return (known.get(api.sought(question)) ?? []) as readonly AnswerRecord<A>[];
}

/** Takes each part of the question from the newest record that holds it. */
export function lookUpByIds<A extends ApiName>(
  api: Pick<Api<A>, "ids" | "withIds" | "covered" | "faultFor" | "holds" | "sought">,
  records: readonly AnswerRecord<A>[],
  question: QuestionOf<A>,
  kinds: readonly FreshnessKind[],
  usable: Usable,
): Found<QuestionOf<A>> {
  const parts: FoundPart<QuestionOf<A>>[] = [];
  let missing: QuestionOf<A> | null = question;
  for (const record of holding(api, records, question)) {
    if (missing === null) break;
    const part = api.covered(record.call, missing, record.reply);
    const serves =
      part && api.faultFor(record.reply, part) === null && kinds.every((kind) => usable(record as unknown as AnswerRecord, kind));
    if (!part || !serves) continue;
    parts.push({ question: part, reply: record.reply, from: [record as unknown as AnswerRecord] } as unknown as FoundPart<QuestionOf<A>>);
    missing = remainder(api, missing, part);
  }
  return { parts, missing } as Found<QuestionOf<A>>;
}
