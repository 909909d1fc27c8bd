import { readFileSync } from "node:fs";
import { graphql, isInterfaceType, isObjectType } from "graphql";
import { expect, test } from "vitest";
import { catalogue } from "../../../src/catalogue/catalogue.js";
import type { MetricDefinition } from "../../../src/graphql/fields/query.js";
import { behaviour } from "../../../src/graphql/fields.js";
import { buildGatewaySchema } from "../../../src/graphql/schema.js";

const { schema } = await buildGatewaySchema(behaviour);

async function metricCatalog(argument = ""): Promise<MetricDefinition[]> {
  const { data, errors } = await graphql({
    schema,
    source: `{ metricCatalog${argument} { field api upstreamName formula unit description } }`,
  });
  expect(errors).toBeUndefined();
  return data?.metricCatalog as MetricDefinition[];
}

test("the catalogue holds every declared metric once", async () => {
  const fields = (await metricCatalog()).map(({ field }) => field);
  expect(fields).toHaveLength(catalogue.length);
  expect(new Set(fields).size).toBe(catalogue.length);
});

test("each entry's field exists in the schema and has the entry's description", async () => {
  for (const { field: path, description } of await metricCatalog()) {
    const [typeName, fieldName] = path.split(".") as [string, string];
    const type = schema.getType(typeName);
    expect(isObjectType(type) || isInterfaceType(type), path).toBe(true);
    if (isObjectType(type)) expect(type.getFields()[fieldName]?.description, path).toBe(description);
  }
});

test("each metric has a name at the platform or a formula of such, and none the platform advises against", async () => {
  const all = await metricCatalog();
  const own = new Map(all.flatMap(({ field, upstreamName, description }) => (upstreamName === null ? [] : [[field, description]])));
  for (const { field, upstreamName, formula } of all) {
    expect([field, upstreamName === null]).toEqual([field, formula !== null]);
    for (const part of formula?.split(/ [/-] /) ?? []) expect(own.get(`${field.split(".")[0]}.${part}`), field).toBeDefined();
  }
  expect(all.filter(({ formula }) => /consumerMessages|agentMessages/.test(formula ?? ""))).toEqual([]);
});

test("docs/metrics.md has each derived metric with its formula, and no other", async () => {
  const page = readFileSync("docs/metrics.md", "utf8");
  const rows = [...page.matchAll(/^\| `(\w+\.\w+)` \| `([^`]+)` \|$/gm)].map(([, field, formula]) => [field, formula]);
  const derived = (await metricCatalog()).flatMap(({ field, formula }) => (formula === null ? [] : [[field, formula]]));
  expect(rows).toEqual(derived);
});

test("an API picks its own metrics", async () => {
  const picked = await metricCatalog("(api: KEY_METRICS)");
  expect(new Set(picked.map(({ api }) => api))).toEqual(new Set(["KEY_METRICS"]));
  expect(picked).toContainEqual(
    expect.objectContaining({ field: "KeyMetrics.avgWaitTime", upstreamName: "avg_wait_time", unit: "MILLISECONDS" }),
  );
  expect(picked).toContainEqual(expect.objectContaining({ field: "CurrentMetrics.agentLoad", upstreamName: "agent_load", unit: "RATIO" }));
  expect(picked).toContainEqual(
    expect.objectContaining({
      field: "KeyMetrics.autoClosedShare",
      upstreamName: null,
      formula: "autoClosed / closedConversations",
      unit: "RATIO",
    }),
  );
  expect(picked).toHaveLength(31);
});

test("an explicit null picks all, like an argument left out", async () => {
  expect(await metricCatalog("(api: null)")).toHaveLength(catalogue.length);
});
