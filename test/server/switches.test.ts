import { expect, it } from "vitest";
import { configFrom } from "../../src/config.js";
import { post, start } from "./fake-gateway.js";

const account = { LP_ACCOUNT_ID: "le1", LP_BEARER_TOKEN: "tok3n" };

it("helps to find one's way unless it runs in production, or is told otherwise", () => {
  const switches = (environment: Record<string, string>) => {
    const { introspection, graphiql, wallboard } = configFrom({ ...account, ...environment });
    return { introspection, graphiql, wallboard };
  };
  expect(switches({})).toEqual({ introspection: true, graphiql: true, wallboard: true });
  expect(switches({ INTROSPECTION: "false" })).toEqual({ introspection: false, graphiql: true, wallboard: true });
  expect(switches({ NODE_ENV: "production" })).toEqual({ introspection: false, graphiql: false, wallboard: false });
  const all = { NODE_ENV: "production", GRAPHIQL: "true", WALLBOARD: "true", INTROSPECTION: "true" };
  expect(switches(all)).toEqual({ introspection: true, graphiql: true, wallboard: true });
});

it("answers introspection when it is on", async () => {
  const { body } = await post(await start(), "{ __schema { queryType { name } } }");
  expect(body.data).toEqual({ __schema: { queryType: { name: "Query" } } });
});

it("refuses introspection when it is off, and suggests no name of the schema", async () => {
  const app = await start({ config: { introspection: false } });
  for (const query of ["{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }', "{ helo }"]) {
    const { body } = await post(app, query);
    expect(body.errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
    expect(body).not.toHaveProperty("data");
    expect(JSON.stringify(body)).not.toMatch(/hello/);
  }
  expect((await post(app, "{ __typename }")).body.data).toEqual({ __typename: "Query" });
});

it.each(["/", "/graphiql", "/graphiql/"])("has nothing at %s when GraphiQL is off", async (path) => {
  const app = await start({ config: { graphiql: false } });
  expect((await fetch(app.url + path, { redirect: "manual" })).status).toBe(404);
});
