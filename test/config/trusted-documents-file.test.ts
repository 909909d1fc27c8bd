import { expect, it } from "vitest";
import { ConfigError, configFrom } from "../../src/config.js";

const account = { LP_ACCOUNT_ID: "le1", LP_BEARER_TOKEN: "tok3n" };

function read(text: string) {
  const environment = { ...account, TRUSTED_DOCUMENTS: "enforce", TRUSTED_DOCUMENTS_FILE: "documents.json" };
  return configFrom(environment, undefined, () => text).trustedDocuments;
}

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

it("reads the map from hash to document that graphql-codegen writes, text for text", () => {
  const documents = { [`${"0a".repeat(32)}`]: 'query A {\n  b(c: "é\\n\\u2028: # x")\n}', "sha256:1": `{ ${"field ".repeat(2000)} }` };
  expect(read(JSON.stringify(documents, null, 2))).toEqual({ mode: "enforce", byHash: documents });
  expect(read(JSON.stringify(documents))).toEqual({ mode: "enforce", byHash: documents });
});

it("reads the manifest that Apollo's tool writes", () => {
  const operations = [
    { id: "0a".repeat(32), name: "A", type: "query", body: "query A { a __typename }" },
    { id: "0b".repeat(32), name: "B", type: "query", body: "query B {\n  b\n}" },
  ];
  const manifest = { format: "apollo-persisted-query-manifest", version: 1, operations };
  expect(read(JSON.stringify(manifest, null, 2)).byHash).toEqual(Object.fromEntries(operations.map(({ id, body }) => [id, body])));
});

it.each([
  ['{"format": "apollo-persisted-query-manifest", "version": 1}', "operations must be a list of operations, but is missing."],
  ['{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}', "version must be 1, but is"],
  [
    '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a", "body": ""}]}',
    "operations[0].body must be the text",
  ],
  [
    "[]",
    'TRUSTED_DOCUMENTS_FILE "documents.json": the file must be a map from hash to document, or an Apollo manifest, but is an empty list.',
  ],
  ['{"a": ""}', "the text of a document"],
  ['{"a": {"b": "c"}}', "the text of a document"],
  ['{"a": ', "must be YAML"],
])("refuses the file %s with a sentence", (text, said) => {
  const problems = problemsOf(() => read(text));
  expect(problems.length).toBeGreaterThan(0);
  expect(problems[0]).toContain(said);
});

it("refuses trust without a file, and a file without a word on what to do with it", () => {
  expect(problemsOf(() => configFrom({ ...account, TRUSTED_DOCUMENTS: "enforce" }))).toEqual([
    "TRUSTED_DOCUMENTS_FILE must be set when TRUSTED_DOCUMENTS is enforce, but is unset.",
  ]);
  expect(problemsOf(() => configFrom({ ...account, TRUSTED_DOCUMENTS_FILE: "documents.json" }))).toEqual([
    "TRUSTED_DOCUMENTS must be off, report or enforce when TRUSTED_DOCUMENTS_FILE is set, but is unset.",
  ]);
});
