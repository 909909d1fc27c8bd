import { readdirSync, readFileSync } from "node:fs";
import {
  graphql,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  printSchema,
  validate,
} from "graphql";
import { describe, expect, test } from "vitest";
import { behaviour, emittedSdl } from "../../src/graphql/fields.js";
import { outputFields } from "../../src/graphql/hints.js";
import { buildGatewaySchema } from "../../src/graphql/schema.js";
import { declarations } from "./declarations.js";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const operations = readdirSync(new URL("../../schema/operations", import.meta.url));

/** Without what only routers read: test/federation holds those directives to their rules. */
const withoutHints = (line: string) => line.replaceAll(/ @(tag|cost|listSize)\([^)]*\)/g, "");
const declared = (sdl: string) => [...new Set(declarations(sdl).map(withoutHints))];

describe("the emitted schema", () => {
  test("is what schema/subgraph.graphql holds", async () => {
    expect(text("schema/subgraph.graphql"), "schema/subgraph.graphql is out of date: npm run schema").toBe(await emittedSdl());
  });

  test("is the same each time it is built", async () => {
    expect(await emittedSdl()).toBe(await emittedSdl());
  });
});

describe("the executable schema", () => {
  test("adds only what federation needs to the emitted one", async () => {
    const { schema, sdl } = await buildGatewaySchema(behaviour);
    const emitted = declared(sdl).filter((line) => !/ @(key|shareable)|^\w+$/.test(line));
    const executable = declarations(printSchema(schema));
    expect(emitted.filter((line) => !executable.includes(line))).toEqual([]);
    expect(executable.filter((line) => !emitted.includes(line))).toEqual([
      "Query._entities argument representations: [_Any!]!",
      "Query._entities: [_Entity]!",
      "Query._service: _Service!",
      "_Service.sdl: String",
      "enum link__Purpose",
      "link__Purpose.EXECUTION",
      "link__Purpose.SECURITY",
      "scalar _Any",
      "scalar federation__ContextFieldValue",
      "scalar federation__FieldSet",
      "scalar federation__Policy",
      "scalar federation__Scope",
      "scalar link__Import",
      "type _Service",
      "union _Entity = Agent",
      "union _Entity = AgentGroup",
      "union _Entity = ContactCenter",
      "union _Entity = Conversation",
      "union _Entity = Skill",
    ]);
  });

  test("describes itself and every type, field, argument and enum value, those of federation too", async () => {
    const { schema } = await buildGatewaySchema(behaviour);
    const lines = (schema.description ?? "").split("\n").filter((line) => line !== "");
    expect(lines.length).toBeLessThanOrEqual(10);
    for (const word of ["Units", "Null", "Windows", "Age", "Time zone"]) expect(schema.description).toContain(`${word}`);
    const bare = Object.values(schema.getTypeMap())
      .filter((type) => !isIntrospectionType(type))
      .flatMap((type) => {
        const outputs = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
        const values = isEnumType(type) ? type.getValues() : [];
        const inputs = isInputObjectType(type) ? Object.values(type.getFields()) : [];
        const owned = (owner: string, parts: readonly { name: string; description?: string | null | undefined }[]) =>
          parts.map(({ name, description }) => ({ path: `${owner} ${name}`, description }));
        return [
          { path: type.name, description: type.description },
          ...owned(type.name, [...outputs, ...values, ...inputs]),
          ...outputs.flatMap(({ name, args }) => owned(`${type.name} ${name}`, args)),
        ];
      })
      .filter(({ description }) => !description)
      .map(({ path }) => path);
    expect(bare).toEqual([]);
  });

  test("says by what each of its scalars is specified", async () => {
    const { schema } = await buildGatewaySchema(behaviour);
    const own = Object.values(schema.getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type));
    expect(own.map(({ name }) => name)).toEqual(expect.arrayContaining(["DateTime", "Milliseconds", "_Any"]));
    expect(own.filter((type) => !("specifiedByURL" in type && type.specifiedByURL?.startsWith("https://")))).toEqual([]);
  });

  test("deprecates nothing without naming its successor, which exists", async () => {
    const { schema } = await buildGatewaySchema(behaviour);
    const deprecated = [...outputFields(schema)].flatMap(([coordinate, { deprecationReason }]) =>
      deprecationReason ? [[coordinate, deprecationReason] as const] : [],
    );
    expect(deprecated.map(([coordinate]) => coordinate)).toEqual(["Skill.agentSegments"]);
    for (const [coordinate, reason] of deprecated) {
      const successor = /^Use (\w+)/.exec(reason)?.[1] ?? "";
      const type = schema.getType(coordinate.split(".")[0]!);
      expect(isObjectType(type) && type.getFields()[successor]?.deprecationReason).toBeUndefined();
      expect(isObjectType(type) && type.getFields()[successor]?.type).toBeTruthy();
    }
  });

  test("warns of what the platform advises against where it is described, because introspection hides what is deprecated", async () => {
    const { schema } = await buildGatewaySchema(behaviour);
    const { data } = await graphql({ schema, source: `{ __type(name: "Interval") { fields { name description } } }` });
    const { fields } = data!.__type as { fields: { name: string; description: string }[] };
    const warned = fields.filter(({ description }) => /advises against using it/.test(description));
    expect(warned.map(({ name }) => name).sort()).toEqual(["agentMessages", "consumerMessages"]);
  });
});

describe("the example operations", () => {
  test("are at least eight", () => {
    expect(operations.length).toBeGreaterThanOrEqual(8);
  });

  test.each(operations)("%s begins with a sentence that explains it, and is valid without variables", async (file) => {
    const source = text(`schema/operations/${file}`);
    expect(source).toMatch(/^# [A-Z][^:\n]+: [^\n]+(\n# [^\n]+)*\.\n(query|fragment) /);
    const { schema } = await buildGatewaySchema(behaviour);
    const document = parse(source);
    expect(validate(schema, document)).toEqual([]);
    const required = document.definitions
      .flatMap((node) => (node.kind === "OperationDefinition" ? (node.variableDefinitions ?? []) : []))
      .filter(({ type, defaultValue }) => type.kind === "NonNullType" && !defaultValue);
    expect(required).toEqual([]);
  });
});
