/** Which program asks, by its own word. */
export interface ClientProgram {
  name: string;
  version?: string;
}

/** The headers of Apollo Client, and of those that follow GraphQL's own name. */
const prefixes = ["apollographql-client", "graphql-client"] as const;
/** A longer value, or one with other characters, is left out: it is written to the log as it came. */
const plain = /^[\w .,:;@/+()~-]{1,64}$/;

/** What the headers of a request say of the client, or the first message of a socket under their names; undefined when they name none. */
export function clientOf(headers: Readonly<Record<string, unknown>>): ClientProgram | undefined {
  const [prefix] = prefixes.filter((each) => headers[`${each}-name`] !== undefined);
  if (prefix === undefined) return undefined;
  const name = String(headers[`${prefix}-name`]);
  const version = String(headers[`${prefix}-version`] ?? "");
  if (!plain.test(name)) return undefined;
  return plain.test(version) ? { name, version } : { name };
}
