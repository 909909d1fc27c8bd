import { type Ids, idSet, maxIdsLength } from "../question.js";

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
