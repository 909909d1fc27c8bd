import type { Fetcher } from "@graphiql/toolkit";
import { type DocumentNode, parse } from "graphql";

/**
 * Sends the document that is asked for with its own operation: right after a change of tabs GraphiQL still gives the name and the parsed
 * document of the tab before, and would send a subscription as a query. A document with several operations keeps the name that was given,
 * and a subscription without a name gets none.
 */
export const namingOnlyOperation =
  (fetcher: Fetcher): Fetcher =>
  (params, options) => {
    const document = parsed(params.query);
    if (!document) return fetcher(params, options); // The server says what is wrong with it.
    const [name, ...others] = document.definitions.flatMap((definition) =>
      definition.kind === "OperationDefinition" ? [definition.name?.value ?? null] : [],
    );
    const named = name === undefined || others.length > 0 ? params : { ...params, operationName: name };
    return fetcher(named, { ...options, documentAST: document });
  };

function parsed(source: string): DocumentNode | null {
  try {
    return parse(source);
  } catch {
    return null;
  }
}
