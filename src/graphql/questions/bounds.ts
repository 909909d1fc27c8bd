import { badInput } from "../../errors.js";
import { idSet, maxIdsLength } from "../../upstream/question.js";

/** A list argument as a client may give it; null and undefined: not given. */
export type ListArgument = readonly string[] | null | undefined;

/** A whole number within bounds, both included. */
export function checkedNumber(argument: string, value: number, least: number, most: number): number {
  if (value < least || value > most) throw badInput(argument, `between ${least} and ${most}`, value);
  return value;
}

const entityId = /^-?\d{1,19}$/;
const conversationId = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether this can be the id of an agent, a skill or a group. */
export const isEntityId = (id: string): boolean => entityId.test(id);

export function checkedId(argument: string, id: string): string {
  if (!isEntityId(id)) throw badInput(argument, "an id of 1 to 19 digits, with or without a minus sign", id);
  return id;
}

export function checkedConversationId(argument: string, id: string): string {
  if (!conversationId.test(id)) throw badInput(argument, "an id of 1 to 64 letters, digits, hyphens or underscores", id);
  return id;
}

/** Sorted and without repeats; null when the list was not given. */
export function checkedIds(argument: string, ids: ListArgument): readonly string[] | null {
  return ids ? idSet(ids.map((id) => checkedId(argument, id))) : null;
}

/** Ids of a total or a filter: the platform needs them all in one URL, because totals cannot be added up. */
export function idsOfOneUrl(argument: string, ids: ListArgument): readonly string[] | null {
  const checked = checkedIds(argument, ids);
  if (checked && checked.join(",").length > maxIdsLength)
    throw badInput(argument, `a list of ids that fits one URL (${maxIdsLength} characters with commas)`, `${checked.length} ids`);
  return checked;
}

/** No control characters; no halves of surrogate pairs, which a URL cannot hold. */
const sourceText = /^[^,\p{Cc}\p{Cs}]{1,64}$/u;

/** Where a conversation came from; null when any will do. */
export function checkedSource(source: string | null | undefined): string | null {
  if (source === null || source === undefined) return null;
  if (!sourceText.test(source) || /^all$/i.test(source.trim()))
    throw badInput(
      "source",
      'a text of 1 to 64 characters without a comma, and not "all", with no control character and no half of a surrogate pair',
      source,
    );
  return source;
}

/** True when one of the lists is empty: it names nothing, and never means everything. */
export const namesNothing = (...lists: ListArgument[]): boolean => lists.some((list) => list?.length === 0);
