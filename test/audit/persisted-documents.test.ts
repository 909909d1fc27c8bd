import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { MetricCatalogDocument } from "../generated/graphql.js";
import { type Line, startLine } from "../support/line.js";

const file = "test/generated/persisted-documents.json";
/** Subscriptions come over sockets: test/live holds them. */
const documents = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>).filter(
  ([, text]) => !/^subscription\b/m.test(text),
);

let line: Line;
beforeAll(async () => {
  line = await startLine({}, { TRUSTED_DOCUMENTS: "enforce", TRUSTED_DOCUMENTS_FILE: file });
});
afterAll(() => line.stop());

const send = async (body: object) => {
  const response = await fetch(`${line.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { data?: object; errors?: { extensions: { code: string } }[] };
};

it("executes what a generated frontend sends, the hash that its document bears", async () => {
  const documentId = (MetricCatalogDocument as unknown as { __meta__: { hash: string } }).__meta__.hash;
  const { data, errors } = await send({ documentId });
  expect(errors).toBeUndefined();
  expect(data).toHaveProperty("metricCatalog");
});

it.each(documents)("executes %s of the generated file by hash and by text, and not with one field more", async (documentId, query) => {
  for (const body of [{ documentId }, { query }]) expect((await send(body)).errors).toBeUndefined();
  const more = query.replace("{", "{ more: __typename");
  expect((await send({ query: more })).errors).toMatchObject([{ extensions: { code: "DOCUMENT_NOT_TRUSTED" } }]);
});
