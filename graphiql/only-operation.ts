import type { Fetcher } from "@graphiql/toolkit";
import { parse } from "graphql";

/**
 * Names the operation where the document has but one: right after a change of tabs GraphiQL still sends the name of the operation in the
 * tab before. A subscription without a name gets none.
 */
export const namingOnlyOperation =
  (fetcher: Fetcher): Fetcher =>
  (params, options) => {
    const [name, ...others] = operationNames(params.query);
    return fetcher(name === undefined || others.length > 0 ? params : { ...params, operationName: name }, options);
  };

function operationNames(source: string): (string | null)[] {
  try {
    return parse(source).definitions.flatMap((definition) =>
      definition.kind === "OperationDefinition" ? [definition.name?.value ?? null] : [],
    );
  } catch {
    return []; // The server says what is wrong with it.
  }
}
