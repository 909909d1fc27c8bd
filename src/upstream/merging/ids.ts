import { type Ids, idSet, maxIdsLength } from "../question.js";

export const contains = (whole: Ids, part: Ids): boolean => whole === "all" || (part !== "all" && part.every((id) => whole.includes(id)));

export const equalIds = (a: Ids | null, b: Ids | null): boolean => String(a) === String(b) && (a === "all") === (b === "all");

export const union = (sets: readonly Ids[]): Ids => (sets.includes("all") ? "all" : idSet(sets.flat()));

export const fitsUrl = (ids: Ids): boolean => ids === "all" || ids.join(",").length <= maxIdsLength;
