import type { Ids } from "../../../../src/upstream/question.js";

/** Ids of a table of events: `both` stands for the ids that a call and a question name both, the others for those that one names alone. */
interface Representatives<T> {
  both: T;
  call: T;
  question: T;
}

/**
 * The ids of a call and of a question, by the few ids of a table. What an answer holds depends on which ids both name and which
 * only one does, never on how many there are: so a table of three ids decides for any number.
 */
export function represented<T>(
  call: Ids,
  question: Ids,
  { both, call: alone, question: foreign }: Representatives<T>,
): ["all" | T[], "all" | T[]] {
  if (call === "all" || question === "all") return [call === "all" ? "all" : [both], question === "all" ? "all" : [both]];
  const inCall = new Set(call);
  const inQuestion = new Set(question);
  const shared = call.some((id) => inQuestion.has(id)) ? [both] : [];
  return [
    [...shared, ...(call.some((id) => !inQuestion.has(id)) ? [alone] : [])],
    [...shared, ...(question.some((id) => !inCall.has(id)) ? [foreign] : [])],
  ];
}
