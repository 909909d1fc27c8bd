import type { IntervalMetricsQuestion, KeyMetricsQuestion, Question } from "../../upstream/question.js";
import type { Asker } from "../context.js";
import type { Selection } from "../selection.js";

/** The entities on which a field stands: one when a resolver asks, a whole list when the outline does. */
export interface Parent {
  account: string;
  /** Null: an answer will tell them. */
  ids: readonly string[] | null;
  /** How many entities it can be; null when nothing limits them. */
  atMost: number | null;
  /** The question that lists the entities, when it can bring figures of its entities along. */
  listed?: KeyMetricsQuestion | IntervalMetricsQuestion;
  /** True when the rows that name the entities bring their names along. */
  named?: true;
}

/** The questions of a field. None: nothing selected needs an answer. Null: an empty list was given, so the field means nothing. */
export type Asked<Q extends Question> = readonly Q[] | null;

/** Turns a field's arguments into its questions: the one description of what the field asks. Throws BAD_USER_INPUT. */
export type Asks<A, Q extends Question = Question> = (parent: Parent, args: A, selection: Selection, asker: Asker) => Asked<Q>;

/** The account itself, or one entity of it. */
export const one = (account: string, id: string = account): Parent => ({ account, ids: [id], atMost: 1 });
