import { isOfAccount, keyOf } from "./key.js";
import { entityKeys, valueTypes } from "./schema-types.js";

type KeyGenerator = (data: object) => string | null;

/** Tells the values of this page from those of another, whose cache it may have read from a store. */
const page = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
const known = new WeakMap<object, string>();
let count = 0;

/** A contact centre without its key belongs to the field that holds it. */
const entityKey =
  (fields: readonly string[]): KeyGenerator =>
  (data) =>
    keyOf(fields, { ...data }) ?? (isOfAccount(fields) ? null : valueKey(data));

/**
 * `keys` of urql's Graphcache.
 *
 * An entity is identified by account and id, because ids repeat between accounts. One that was selected without either is a
 * value, and so is every object that is no entity: a new answer takes its place as a whole, so that it never has figures of two ages.
 * Do not give another field the name `id` or `accountId` by an alias: Graphcache shows keys the names of the query, not of the schema.
 */
export const keys: Record<string, KeyGenerator> = {
  ...Object.fromEntries(Object.entries(entityKeys).map(([type, fields]) => [type, entityKey(fields)])),
  ...Object.fromEntries(Object.keys(valueTypes).map((type) => [type, valueKey])),
};

/** One for each object of an answer: another answer has other objects, also where the figures are the same. */
function valueKey(data: object): string {
  const key = known.get(data) ?? `${page}.${++count}`;
  known.set(data, key);
  return key;
}
