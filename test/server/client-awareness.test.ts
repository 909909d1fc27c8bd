import { expect, it } from "vitest";
import { logOf, post, start } from "./fake-gateway.js";

it.each([
  ["apollographql-client", { name: "wallboard", version: "1.4.0" }],
  ["graphql-client", { name: "wallboard@floor (2)", version: "2026-01-01" }],
])("the log says which client asked, by the headers %s-name and -version, also for a kept answer", async (prefix, client) => {
  const { lines, log } = logOf();
  const app = await start({ log });
  const headers = { [`${prefix}-name`]: client.name, [`${prefix}-version`]: client.version };
  for (let time = 0; time < 2; time++) await post(app, "{ hello }", headers);
  expect(lines.filter(({ msg }) => msg === "GraphQL request answered").map((line) => [line.source, line.client])).toEqual([
    ["executed", client],
    ["memo", client],
  ]);
});

it("the log takes no name that is long or strange, and none at all where there is none", async () => {
  const { lines, log } = logOf();
  const app = await start({ log });
  const names = ["n".repeat(65), "<script>", ""];
  for (const name of names) await post(app, "{ hello }", { "apollographql-client-name": name });
  await post(app, "{ hello }");
  await post(app, "{ hello }", { "apollographql-client-name": "board", "apollographql-client-version": "v".repeat(65) });
  const clients = lines.filter(({ msg }) => msg === "GraphQL request answered").map(({ client }) => client);
  expect(clients).toEqual([undefined, undefined, undefined, undefined, { name: "board" }]);
});
