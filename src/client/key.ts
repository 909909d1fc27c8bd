/**
 * The key of an entity, as Apollo Client writes it; undefined where a field of it was not selected. A contact centre that was selected
 * with its `id` alone is the account of that id.
 */
export function keyOf(fields: readonly string[], object: Readonly<Record<string, unknown>>): string | undefined {
  const values = fields.map((field) => object[field] ?? (isOfAccount(fields) ? object.id : undefined));
  if (!values.every((value) => typeof value === "string" && value !== "")) return undefined;
  return JSON.stringify(Object.fromEntries(fields.map((field, index) => [field, values[index]])));
}

/** Whether the entity is the account itself: where it is found says which it is, also where it was selected without its key. */
export const isOfAccount = (fields: readonly string[]): boolean => !fields.includes("id");
