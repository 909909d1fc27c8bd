/** Which program asks, by its own word. */
export interface ClientProgram {
  name: string;
  version?: string;
}

/** The headers of Apollo Client, and of those that follow GraphQL's own name. */
const names = ["apollographql-client-name", "graphql-client-name"] as const;
const versionBeside = {
  "apollographql-client-name": "apollographql-client-version",
  "graphql-client-name": "graphql-client-version",
} as const;
/** A longer value, or one with other characters, is left out: it is written to the log as it came. */
const plain = /^[\w .,:;@/+()~-]{1,64}$/;

/** What the headers of a request say of the client, or the first message of a socket under their names; undefined when they name none. */
export function clientOf(headers: Readonly<Record<string, unknown>>): ClientProgram | undefined {
  const named = names.find((each) => headers[each] !== undefined);
  if (named === undefined) return undefined;
  const name = String(headers[named]);
  const version = String(headers[versionBeside[named]] ?? "");
  if (!plain.test(name)) return undefined;
  return plain.test(version) ? { name, version } : { name };
}
