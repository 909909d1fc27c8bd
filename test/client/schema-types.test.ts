import { readFileSync } from "node:fs";
import { InMemoryCache, type TypePolicies } from "@apollo/client";
import { cacheExchange } from "@urql/exchange-graphcache";
import { buildSchema } from "graphql";
import { expect, it } from "vitest";
import { clientSchema, clientSchemaFile } from "../../scripts/client-schema.js";
import { clientTypes, generatedFile } from "../../scripts/client-types.js";
import { keys, possibleTypes, typePolicies } from "../../src/client/index.js";

it("what clients must know of the schema is generated from it", () => {
  expect(readFileSync(generatedFile, "utf8"), "src/client/schema-types.ts is out of date: npm run codegen").toBe(clientTypes());
});

it("the schema for tools of clients is generated from it, and has no directive that only a router knows", () => {
  const text = readFileSync(clientSchemaFile, "utf8");
  expect(text, "schema/client.graphql is out of date: npm run schema").toBe(clientSchema());
  const schema = buildSchema(text); // It refuses directives that are not defined.
  expect(Object.keys(schema.getSubscriptionType()!.getFields())).toEqual(["contactCenter"]);
});

it("the exports have the types that the clients take", () => {
  const policies: TypePolicies = typePolicies;
  expect(new InMemoryCache({ typePolicies: policies, possibleTypes })).toBeInstanceOf(InMemoryCache);
  expect(cacheExchange({ keys })).toBeTypeOf("function");
});

it("says of every object type of the schema, besides its roots, how it is kept", () => {
  const sdl = readFileSync(new URL("../../schema/subgraph.graphql", import.meta.url), "utf8");
  const types = [...sdl.matchAll(/^type (\w+)/gm)].map(([, name]) => name).filter((name) => name !== "Query" && name !== "Subscription");
  expect(Object.keys(typePolicies).sort()).toEqual([...types].sort());
  expect(Object.keys(keys).sort()).toEqual([...types].sort());
});
