import { type DocumentNode, getIntrospectionQuery, type OperationDefinitionNode, parse } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { behaviour } from "../../src/graphql/fields.js";
import { buildGatewaySchema } from "../../src/graphql/schema.js";
import { answerSize } from "../../src/server/operation-limits.js";
import { post, start } from "./fake-gateway.js";

describe("answerSize", () => {
  let schema: Awaited<ReturnType<typeof buildGatewaySchema>>["schema"];
  beforeAll(async () => {
    schema = (await buildGatewaySchema(behaviour)).schema;
  });
  const sizeOf = (query: string, variables = {}) => {
    const document: DocumentNode = parse(query);
    return answerSize(schema, document, document.definitions[0] as OperationDefinitionNode, variables);
  };

  it.each([
    ["each field once", "{ contactCenter { accountId current { asOf stale } } }", 5],
    ["rows by first", "{ contactCenter { agents(first: 7) { totalCount nodes { id name } } } }", 2 + 1 + 1 + 7 * 2],
    ["rows of edges", "{ contactCenter { agents(first: 7) { edges { cursor node { id } } } } }", 2 + 1 + 7 * 3],
    ["rows by ids", '{ contactCenter { skills(ids: ["1", "2", "3"]) { nodes { id } } } }', 2 + 1 + 3],
    ["rows of a page left out", "{ contactCenter { intervals { nodes { handleTime } } } }", 2 + 1 + 500],
    [
      "lists within lists",
      "{ contactCenter { skills(first: 4) { nodes { agents(first: 5) { nodes { id } } } } } }",
      2 + 1 + 4 * (1 + 1 + 5),
    ],
    [
      "a fragment each time it is spread",
      "{ contactCenter { ...A } b: contactCenter { ...A } } fragment A on ContactCenter { accountId }",
      4,
    ],
    [
      "a fragment of rows by where it is spread",
      "{ contactCenter { a: agents(first: 2) { ...A } b: agents(first: 9) { ...A } } } fragment A on AgentConnection { nodes { id } }",
      1 + 2 * 2 + 2 + 9,
    ],
    [
      "references",
      '{ _entities(representations: [{ __typename: "Agent" }, { __typename: "Agent" }]) { ... on Agent { id name } } }',
      1 + 2 * 2,
    ],
    ["long aliases for each part", `{ ${"a".repeat(250)}: contactCenter { accountId } }`, 3 * 2],
  ])("counts %s", (_, query, size) => {
    expect(sizeOf(query)).toBe(size);
  });

  it("counts the types of introspection by their number", () => {
    expect(sizeOf("{ __schema { types { a: name b: name } } }")).toBe(2 + 2 * Object.keys(schema.getTypeMap()).length);
  });

  it("lets the usual introspection be asked under the default limit", () => {
    expect(sizeOf(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))).toBeLessThan(500_000);
  });

  it("counts rows by variables and by their defaults", () => {
    const query = "query ($n: Int = 3, $ids: [ID!]) { contactCenter { agents(first: $n, ids: $ids) { nodes { id } } } }";
    expect(sizeOf(query)).toBe(2 + 1 + 3);
    expect(sizeOf(query, { n: 11 })).toBe(2 + 1 + 11);
    expect(sizeOf(query, { n: null, ids: ["1", "2"] })).toBe(2 + 1 + 2);
  });
});

describe("limits of what an operation multiplies to", () => {
  it("refuses an answer with more values than MAX_ANSWER_VALUES, before anything is asked", async () => {
    const app = await start({ config: { maxAnswerValues: 100, maxQueryFields: 100 } });
    const { body, status } = await post(
      app,
      `{ __schema { directives { ${Array.from({ length: 20 }, (_, n) => `a${n}: name`).join(" ")} } } }`,
    );
    expect(status).toBe(200);
    expect(body).toEqual({
      errors: [
        {
          message: "MAX_ANSWER_VALUES allows 100 values, each field counted in each row of its lists, but the answer could have 102.",
          extensions: { code: "QUERY_TOO_LARGE", retryable: false },
        },
      ],
    });
  });

  it.each([
    [
      "written in the document",
      `{ number(of: [${"1 ".repeat(101)}]) }`,
      {},
      "MAX_LIST_ITEMS allows 100 items in a list, but the list has 101.",
    ],
    [
      "deep in the variables",
      "query A($of: Int) { number(of: 1) }",
      { a: { b: [{ c: Array(101).fill(0) }] } },
      "MAX_LIST_ITEMS allows 100 items in a list, but the list has 101.",
    ],
  ])("refuses a list longer than MAX_LIST_ITEMS %s", async (_, query, variables, message) => {
    const app = await start({ config: { maxQueryTokens: 1000 } });
    const { body } = await post(app, query.replace("($of: Int)", ""), {}, { variables });
    expect(body.errors).toContainEqual(expect.objectContaining({ message, extensions: { code: "QUERY_TOO_LARGE", retryable: false } }));
    expect(body).not.toHaveProperty("data");
  });
});
