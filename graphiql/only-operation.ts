import type { Fetcher } from "@graphiql/toolkit";
import { parse } from "graphql";

/**
 * Names no operation where the document has but one: right after a change of tabs GraphiQL still sends the name of the operation in the
 * tab before.
 */
export const namingNoOnlyOperation =
  (fetcher: Fetcher): Fetcher =>
  (params, options) =>
    fetcher(hasOneOperation(params.query) ? { ...params, operationName: null } : params, options);

function hasOneOperation(source: string): boolean {
  try {
    return parse(source).definitions.filter(({ kind }) => kind === "OperationDefinition").length === 1;
  } catch {
    return false; // The server says what is wrong with it.
  }
}
