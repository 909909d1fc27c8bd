/**
 * What normalised caches of clients must know: `typePolicies` for Apollo Client, `keys` for urql's Graphcache, `possibleTypes` for both,
 * `getDataID` for Relay.
 */
export { type ClientTypePolicy, typePolicies } from "./apollo.js";
export { getDataID } from "./relay.js";
export { possibleTypes } from "./schema-types.js";
export { keys } from "./urql.js";
