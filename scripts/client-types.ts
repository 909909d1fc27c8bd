import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildASTSchema, isInterfaceType, isObjectType, parse } from "graphql";

const pathOf = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
export const generatedFile = pathOf("src/client/schema-types.ts");

/** What caches of clients must know of the schema: entities with the fields of their keys, values, and who implements an interface. */
export function clientTypes(): string {
  const document = parse(readFileSync(pathOf("schema/subgraph.graphql"), "utf8"));
  const schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  const roots = [schema.getQueryType()?.name, schema.getSubscriptionType()?.name];
  const entities: Record<string, string[]> = {};
  const values: Record<string, string> = {};
  const possibleTypes: Record<string, string[]> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type)) possibleTypes[type.name] = schema.getPossibleTypes(type).map(({ name }) => name);
    if (!isObjectType(type) || roots.includes(type.name) || type.name.startsWith("__")) continue;
    const key = type.astNode?.directives?.find(({ name }) => name.value === "key")?.arguments?.find(({ name }) => name.value === "fields");
    const fields = type.getFields();
    if (key?.value.kind === "StringValue") entities[type.name] = key.value.value.split(" ");
    else if (type.getInterfaces().some(({ name }) => name === "Measured")) values[type.name] = "measured";
    else values[type.name] = fields.pageInfo ? "connection" : "part";
  }
  return `// Generated from schema/subgraph.graphql by \`npm run codegen\`.

/** Entities, with the fields that identify them. */
export const entityKeys = ${literal(entities)} as const;

/**
 * Types that have no identity. measured: a metric object, true of the moment \`asOf\`; connection: a page of a list; part: what belongs to
 * the object that holds it.
 */
export const valueTypes = ${literal(values)} as const;

/** The object types of each interface. */
export const possibleTypes: Record<string, string[]> = ${literal(possibleTypes)};
`;
}

const literal = (value: object) => JSON.stringify(value, null, 2);

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(generatedFile, clientTypes());
