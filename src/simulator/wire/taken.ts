import type { z } from "zod";

/** What was given, as the schema takes it. Throws RangeError with one sentence for each part that it does not: where, what is allowed, what was given. */
export function taken<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  throw new RangeError(
    error.issues
      .map(({ path, message }) => `${path.join(".") || "The body"}: ${message}; given was ${shown(path.reduce(part, given))}.`)
      .join(" "),
  );
}

const part = (value: unknown, key: PropertyKey): unknown => (value as Record<PropertyKey, unknown> | undefined)?.[key];

const shown = (value: unknown): string => JSON.stringify(value) ?? "nothing";
