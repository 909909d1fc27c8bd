import { composeSchemaContract } from "@theguild/federation-composition";
import { buildSchema, type GraphQLSchema, getNamedType, isInterfaceType, isObjectType, parse } from "graphql";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/catalogue/catalogue.js";
import type { DeclaredField } from "../../src/graphql/field.js";
import { behaviour, emittedSdl, fields } from "../../src/graphql/fields.js";
import { assumedSizes, outputFields } from "../../src/graphql/hints.js";
import { buildGatewaySchema } from "../../src/graphql/schema.js";
import { declarations } from "../graphql/declarations.js";

const declared = Object.entries<DeclaredField>(fields);
const costs = Object.fromEntries(declared.flatMap(([name, { cost }]) => (cost === undefined ? [] : [[name, cost]])));
const sizes = {
  ...assumedSizes,
  ...Object.fromEntries(declared.flatMap(([name, { size }]) => (size === undefined ? [] : [[name, size]]))),
};
const sdl = await emittedSdl();
const lines = declarations(sdl);
const { schema } = await buildGatewaySchema(behaviour);
const coordinates = new Map(outputFields(schema));
const lineOf = (coordinate: string): string => lines.find((line) => line.startsWith(`${coordinate}: `)) ?? "";
const tags = ["agent-segments", "skill-segments", "key-metrics", "interval-metrics"];

describe("the federation link", () => {
  test("imports what the schema uses and nothing else", () => {
    const [, version, imports = ""] = /federation\/(v[\d.]+)", import: \[([^\]]*)\]/.exec(sdl) ?? [];
    expect(version).toBe("v2.9");
    const used = [...new Set(lines.flatMap((line) => [...line.matchAll(/@(\w+)/g)].map(([, name]) => name)))];
    expect(imports.match(/\w+/g)?.sort()).toEqual(used.filter((name) => name !== "deprecated").sort());
  });
});

describe("@tag", () => {
  test.each(catalogue.map((metric) => ({ coordinate: `${metric.group.type}.${metric.field}`, api: metric.group.api })))(
    "tells that $coordinate comes from $api",
    ({ coordinate, api }) => {
      expect(lineOf(coordinate)).toContain(`@tag(name: "${api.toLowerCase().replaceAll("_", "-")}")`);
    },
  );

  test("stands on enums that belong to one API, and not on the values that answers hold", () => {
    expect(sdl).toMatch(/enum KeyMetricSort @tag\(name: "key-metrics"\)/);
    expect(sdl).toMatch(/enum AgentSegmentSort @tag\(name: "agent-segments"\)/);
    expect(sdl).toMatch(/enum HandleTimeModel @tag\(name: "interval-metrics"\)/);
    expect(sdl).toMatch(/enum MetricsApi \{/);
  });

  test("stands on no entity, because entities belong to every API", () => {
    for (const line of lines.filter((each) => / @key/.test(each))) expect(line).not.toContain("@tag");
    expect(lineOf("Agent.id") + lineOf("ContactCenter.agents")).not.toContain("@tag");
  });

  test.each(tags)("lets a contract leave %s out, and nothing of the other APIs", (excluded) => {
    const contract = composeSchemaContract(
      [{ name: "metrics", url: "http://127.0.0.1/graphql", typeDefs: parse(sdl) }],
      { include: new Set(), exclude: new Set([excluded]) },
      true,
    );
    expect(contract.errors ?? []).toEqual([]);
    const left = buildSchema(contract.publicSdl!);
    const metricTypes = new Map(catalogue.map(({ group }) => [group.type, group.api.toLowerCase().replaceAll("_", "-")]));
    expect([...metricTypes].filter(([type]) => !left.getType(type)).map(([, tag]) => tag)).toEqual(
      [...metricTypes.values()].filter((tag) => tag === excluded),
    );
    expect(leadsNowhere(left)).toEqual([]);
  });
});

/** Types that a contract has emptied. */
const leadsNowhere = (left: GraphQLSchema): string[] =>
  Object.values(left.getTypeMap())
    .filter((type) => (isObjectType(type) || isInterfaceType(type)) && Object.keys(type.getFields()).length === 0)
    .map(({ name }) => name);

describe("@cost", () => {
  test.each(Object.entries(costs))("of %s is %i", (coordinate, weight) => {
    expect(lineOf(coordinate)).toContain(`@cost(weight: ${weight})`);
  });

  test("weighs most where each object of a list costs a call of its own", () => {
    const heaviest = Math.max(...Object.values(costs));
    const described = [...coordinates]
      .filter(([, { description }]) => /One platform call per/.test(description ?? ""))
      .map(([name]) => name);
    expect(described.sort()).toEqual(["Agent.current", "Agent.keyMetrics", "AgentGroup.segments"]);
    expect(described.map((name) => costs[name])).toEqual(described.map(() => heaviest));
    expect(Object.values(costs).filter((weight) => weight === heaviest)).toHaveLength(described.length);
  });

  test("stands on every field of an account that asks the platform by itself", () => {
    const free = ["id", "accountId", "agent", "skill", "agentGroup", "conversation"];
    const weighed = [...coordinates.keys()].filter((name) => name.startsWith("ContactCenter.") && costs[name] !== undefined);
    expect(weighed).toEqual([...coordinates.keys()].filter((name) => name.startsWith("ContactCenter.") && !free.includes(name.slice(14))));
  });
});

describe("@listSize", () => {
  const paged = [...coordinates].filter(([, field]) => field.args.some(({ name }) => name === "first"));
  test.each(paged.map(([coordinate, field]) => ({ coordinate, type: getNamedType(field.type).name })))(
    "sizes the page of $coordinate by first, or by the default",
    ({ coordinate, type }) => {
      const size = type === "IntervalConnection" ? 500 : 50;
      expect(lineOf(coordinate)).toContain(
        `@listSize(assumedSize: ${size}, slicingArguments: ["first"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)`,
      );
    },
  );

  test("stands on every list but those that a page already sizes", () => {
    const lists = [...coordinates].filter(
      ([name, { type }]) => String(type).startsWith("[") && !/Connection\.(nodes|edges)$|^Query\._|^_/.test(name),
    );
    expect(lists.map(([name]) => name).sort()).toEqual(Object.keys(sizes).sort());
    for (const [name] of lists) expect(lineOf(name)).toContain(`@listSize(assumedSize: ${sizes[name]})`);
  });

  test("names fields that exist", () => {
    expect(Object.keys({ ...costs, ...sizes }).filter((name) => !coordinates.has(name))).toEqual([]);
    expect(paged.length).toBeGreaterThan(8);
  });
});
