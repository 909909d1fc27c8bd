import { keyOf } from "./key.js";
import { entityKeys } from "./schema-types.js";

/**
 * `getDataID` of Relay's Environment. Relay identifies a record by `id` alone, and ids repeat between accounts and between types.
 *
 * An entity is identified by type, account and id. One that was selected without its account gets no id of its own: it belongs to the record
 * that holds it, as every other object does. Do not give another field the name `id` or `accountId` by an alias.
 */
export function getDataID(object: Readonly<Record<string, unknown>>, type: string): string | undefined {
  const fields = (entityKeys as Readonly<Record<string, readonly string[]>>)[type];
  const key = fields && keyOf(fields, object);
  return key && `${type}:${key}`;
}
