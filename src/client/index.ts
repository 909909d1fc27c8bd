/** What normalised caches of clients must know: `typePolicies` for Apollo Client, `keys` for urql's Graphcache, `possibleTypes` for both. */
export { type ClientTypePolicy, typePolicies } from "./apollo.js";
export { possibleTypes } from "./schema-types.js";
export { keys } from "./urql.js";
