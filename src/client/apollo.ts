import { joinedConnection, joinedMeasured, joinedPlace, type Place, type Stored } from "./joined.js";
import { isOfAccount, keyOf } from "./key.js";
import { entityKeys, valueTypes } from "./schema-types.js";

/** What is used here of Apollo Client's own type, which this package does not need. */
export interface ClientTypePolicy {
  /** False: never normalised. A function: not normalised where it gives undefined. */
  keyFields:
    | false
    | ((object: Stored, context: { readonly typename?: string | undefined; readonly storeObject?: Stored }) => string | undefined);
  merge?: (existing: Stored | undefined, incoming: Stored, options: { storage: Place }) => Stored;
}

const valuePolicies: Readonly<Record<(typeof valueTypes)[keyof typeof valueTypes], ClientTypePolicy>> = {
  measured: { keyFields: false, merge: joinedMeasured },
  connection: { keyFields: false, merge: joinedConnection },
  part: { keyFields: false },
};

/**
 * `typePolicies` of Apollo Client's InMemoryCache.
 *
 * An entity is identified by account and id, because ids repeat between accounts. One that was selected without either is not normalised:
 * it belongs to the object that holds it. A metric object is a value. What two queries select of it is joined when both say that it is of
 * the same moment (`asOf`), else the object that came last takes the place of the other. Select `asOf` with every metric object.
 */
export const typePolicies: Record<string, ClientTypePolicy> = {
  ...Object.fromEntries(Object.entries(entityKeys).map(([type, fields]) => [type, entityPolicy(type, fields)])),
  ...Object.fromEntries(Object.entries(valueTypes).map(([type, kind]) => [type, valuePolicies[kind]])),
};

/** Reads `storeObject`, whose fields have the names of the schema, whatever aliases the query has. */
function entityPolicy(type: string, fields: readonly string[]): ClientTypePolicy {
  return {
    keyFields(object, { storeObject = object }) {
      const key = keyOf(fields, storeObject);
      return key && `${type}:${key}`;
    },
    ...(isOfAccount(fields) && { merge: joinedPlace }),
  };
}
