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

export const fitsUrl = (ids: Ids): boolean => ids === "all" || ids.join(",").length <= maxIdsLength;
