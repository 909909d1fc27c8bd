type Json = Record<string, unknown>;

/** The level of an answer with an empty list for each section and each part of one that holds no entry. */
export const withEmptyLists = (level: Json): Json =>
  Object.fromEntries(Object.entries(level).map(([name, part]) => [name, listIfEmpty(part)]));

function listIfEmpty(part: unknown): unknown {
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).map(([name, inner]) => [name, listIfEmpty(inner)] as const);
  return entries.every(([, inner]) => Array.isArray(inner)) ? [] : Object.fromEntries(entries);
}
