import { badInput } from "../../errors.js";
import { type Ids, idSet } from "../../upstream/question.js";
import { checkedIds, isEntityId, type ListArgument } from "../bounds.js";
import type { SelectedField, Selection } from "../selection.js";

/** What the fields below a segments object add to its one question. */
export interface SegmentParts {
  everyMinutes: number | null;
  skills: Ids | null;
}

const everyMinutesOf = ({ everyMinutes }: SelectedField["args"]) => Number(everyMinutes);
const skillIdsOf = ({ skillIds }: SelectedField["args"]) => skillIds as ListArgument;

const isOffered = (everyMinutes: number, lastMinutes: number): boolean => everyMinutes >= 5 && lastMinutes % everyMinutes === 0;

/** Throws BAD_USER_INPUT for a length of intervals that the platform does not offer for the window. */
export function demandEveryMinutes(everyMinutes: number, lastMinutes: number): void {
  if (!isOffered(everyMinutes, lastMinutes))
    throw badInput("everyMinutes", `at least 5 and a divisor of lastMinutes (${lastMinutes})`, everyMinutes);
}

/** The skills that `bySkill` names, or all. Throws BAD_USER_INPUT. */
export const namedSkills = (skillIds: ListArgument): Ids => checkedIds("skillIds", skillIds) ?? "all";

/**
 * Null when nothing selected needs an answer. A part with an argument out of bounds asks nothing here: its own field reports it.
 * Throws BAD_USER_INPUT for two values of everyMinutes, because one answer has one.
 */
export function segmentParts(selection: Selection, lastMinutes: number): SegmentParts | null {
  const intervals = selection.all("intervals").filter(({ args }) => isOffered(everyMinutesOf(args), lastMinutes));
  const values = [...new Set(intervals.map(({ args }) => everyMinutesOf(args)))];
  if (values.length > 1)
    throw badInput("everyMinutes", "one value in each object (ask for the other under an alias of the object)", values);
  const bySkill = [...selection.all("bySkill"), ...intervals.flatMap((interval) => interval.selection.all("bySkill"))].filter(asksRows);
  const own = selection.fields.some(({ name }) => !["__typename", "intervals", "bySkill"].includes(name));
  if (!own && intervals.length === 0 && bySkill.length === 0) return null;
  const skills = bySkill.map(({ args }) => namedSkills(skillIdsOf(args)));
  return {
    everyMinutes: values[0] ?? null,
    skills: skills.length === 0 ? null : skills.includes("all") ? "all" : idSet(skills.flat()),
  };
}

const asksRows = ({ args }: SelectedField): boolean => {
  const skillIds = skillIdsOf(args);
  return !skillIds || (skillIds.length > 0 && skillIds.every(isEntityId));
};
