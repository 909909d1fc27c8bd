import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Kind, parse, print, visit } from "graphql";

const pathOf = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
export const clientSchemaFile = pathOf("schema/client.graphql");

/** Directives of GraphQL itself. */
const known = ["deprecated", "specifiedBy", "oneOf"];

/** The schema as clients see it: without what only a router reads, which some tools of clients (Relay's compiler) cannot read. */
export function clientSchema(): string {
  const document = visit(parse(readFileSync(pathOf("schema/subgraph.graphql"), "utf8")), {
    [Kind.DIRECTIVE]: ({ name }) => (known.includes(name.value) ? undefined : null),
    [Kind.SCHEMA_EXTENSION]: () => null,
  });
  return `# Generated from schema/subgraph.graphql by \`npm run schema\`.\n\n${print(document)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(clientSchemaFile, clientSchema());
