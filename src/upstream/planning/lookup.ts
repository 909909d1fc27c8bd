import type { AnswerRecord, Api, Found, FoundPart, FreshnessKind, QuestionOf, Usable } from "../apis/descriptor.js";
import type { ApiName, Question } from "../question.js";
import { without } from "./ids.js";

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

/** Takes each part of the question from the newest record that holds it. */
export function lookUpByIds<A extends ApiName>(
  api: Pick<Api<A>, "ids" | "withIds" | "covered" | "faultFor">,
  records: readonly AnswerRecord<A>[],
  question: QuestionOf<A>,
  kinds: readonly FreshnessKind[],
  usable: Usable,
): Found<QuestionOf<A>> {
  const parts: FoundPart<QuestionOf<A>>[] = [];
  let missing: QuestionOf<A> | null = question;
  for (const record of records) {
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

/** The question and what answers it, narrowed together by their API. */
export type FoundOf<Q extends Question> = Found<Q>;
