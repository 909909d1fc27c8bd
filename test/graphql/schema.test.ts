import { readdirSync, readFileSync } from "node:fs";
import { graphql, isEnumType, isInputObjectType, isInterfaceType, isObjectType, parse, printSchema, validate } from "graphql";
import { describe, expect, test } from "vitest";
import { behaviour, emittedSdl } from "../../src/graphql/fields.js";
import { buildGatewaySchema } from "../../src/graphql/schema.js";
import { declarations } from "./declarations.js";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const operations = readdirSync(new URL("../../schema/operations", import.meta.url));

/** The agreed face leaves out what only routers read: test/federation holds those directives to their rules. */
const withoutHints = (line: string) => line.replaceAll(/ @(tag|cost|listSize)\([^)]*\)/g, "");
const declared = (sdl: string) => [...new Set(declarations(sdl).map(withoutHints))];

describe("the emitted schema", () => {
  test("declares what the agreed face declares, and nothing else", async () => {
    const agreed = declarations(text("test/fixtures/face.graphql"));
    const emitted = declared(await emittedSdl()).filter((line) => !/^\w+$/.test(line));
    expect({
      missing: agreed.filter((line) => !emitted.includes(line)),
      added: emitted.filter((line) => !agreed.includes(line)),
    }).toEqual({ missing: [], added: [] });
    expect(agreed.length).toBeGreaterThan(300);
  });

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

  test("describes every type, field, argument and enum value", async () => {
    const { schema } = await buildGatewaySchema(behaviour);
    const bare = Object.values(schema.getTypeMap())
      .filter(({ name }) => !/^(_|link__|federation__)|^(Int|Float|String|Boolean|ID)$/.test(name))
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
      .filter(({ path, description }) => !description && !/^(Query( _|$)|Subscription$)/.test(path))
      .map(({ path }) => path);
    expect(bare).toEqual([]);
  });

  test("deprecates what the platform advises against, with the reason", async () => {
    const { schema } = await buildGatewaySchema(behaviour);
    const source = `{ __type(name: "Interval") { fields(includeDeprecated: true) { name isDeprecated deprecationReason } } }`;
    const { data } = await graphql({ schema, source });
    const { fields } = data!.__type as { fields: { name: string; isDeprecated: boolean; deprecationReason: string | null }[] };
    const deprecated = fields.filter(({ isDeprecated }) => isDeprecated);
    expect(deprecated.map(({ name }) => name).sort()).toEqual(["agentMessages", "consumerMessages"]);
    for (const { deprecationReason } of deprecated) expect(deprecationReason).toMatch(/under review/);
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
