import fc from "fast-check";
import { buildSchema, GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule, parse, specifiedRules, validate } from "graphql";
import { describe, expect, test } from "vitest";
import { demandValid, ValidDocuments } from "../../src/server/valid-documents.js";
import { validOperation } from "../fuzz/valid-operation.js";
import { schema } from "../graphql/executed.js";
import { noon } from "../graphql/platform-by-hand.js";

const rules = [...specifiedRules, NoSchemaIntrospectionCustomRule];

/** The message of the error that is found first; null for a valid document. */
function refusal(source: string, over = schema): string | null {
  try {
    demandValid(over, parse(source), rules);
    return null;
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}

describe("a document", () => {
  test.each([
    "{ contactCenter { nothing } }",
    "{ contactCenter }",
    "{ contactCenter { accountId { id } } }",
    "{ contactCenter { agent { name } } }",
    "{ contactCenter { agent(id: {}) { name } } }",
    "{ contactCenter { agent(id: 1, id: 2) { name } } }",
    "{ contactCenter { agent(id: 1, nobody: 2) { name } } }",
    "{ contactCenter { a: agent(id: 1) { name } a: agent(id: 2) { name } } }",
    "{ contactCenter { ...Missing } }",
    "{ contactCenter { accountId } } fragment Unused on Agent { name }",
    "{ contactCenter { ... on Agent { name } } }",
    "{ contactCenter { ... on Nobody { name } } }",
    "fragment A on ContactCenter { ...B } fragment B on ContactCenter { ...A } { contactCenter { ...A } }",
    "query ($id: ID) { contactCenter { agent(id: $id) { name } } }",
    "query ($id: ID!) { contactCenter { accountId } }",
    "query ($id: ID!, $id: ID!) { contactCenter { agent(id: $id) { name } } }",
    "query ($id: Agent!) { contactCenter { agent(id: $id) { name } } }",
    "{ contactCenter { agent(id: $id) { name } } }",
    "{ contactCenter { accountId @nobody } }",
    "{ contactCenter { accountId @skip } }",
    "{ contactCenter { accountId @skip(if: true) @skip(if: true) } }",
    "query @include(if: true) { contactCenter { accountId } }",
    "{ contactCenter { keyMetrics(between: { from: 1, from: 2 }) { csat } } }",
    "query A { contactCenter { id } } query A { contactCenter { id } }",
    "{ contactCenter { id } } query A { contactCenter { id } }",
    "{ __schema { queryType { name } } }",
    "type Agent { id: ID! } { contactCenter { id } }",
  ])("that is not valid is refused for one of the reasons of graphql's validate: %s", (source) => {
    const messages = validate(schema, parse(source), rules).map(({ message }) => message);
    expect(messages).not.toEqual([]);
    expect(messages).toContain(refusal(source));
  });

  const used = "contactCenter { agent(id: $id) { name } }";
  const inFragment = "fragment F on ContactCenter { agent(id: $id) { name } }";
  const oneOf = buildSchema("input Choice @oneOf { a: Int b: Int } type Query { chosen(of: Choice): Int }");

  test.each<[valid: boolean, source: string, over?: GraphQLSchema]>([
    [true, `query A($id: ID!) { ${used} } query B { contactCenter { id } }`],
    [false, `query A($id: ID!) { ${used} } query B { ${used} }`],
    [false, `query A($id: ID!) { ${used} } query B($id: ID!) { contactCenter { id } }`],
    [true, `query A($id: ID!) { contactCenter { ...F } } ${inFragment}`],
    [true, `${inFragment} query A($id: ID!) { contactCenter { ...F } }`],
    [false, `${inFragment} query A($id: ID) { contactCenter { ...F } }`],
    [false, `query A($id: ID!) { contactCenter { ...F } } ${inFragment} query B { contactCenter { ...F } }`],
    [true, "query ($minutes: Int) { contactCenter { keyMetrics(lastMinutes: $minutes) { csat } } }"],
    [true, "query ($minutes: Int = 5) { contactCenter { agentSegments(lastMinutes: $minutes) { asOf } } }"],
    [true, "query ($a: Int!) { chosen(of: { a: $a }) }", oneOf],
    [false, "query ($a: Int) { chosen(of: { a: $a }) }", oneOf],
  ])("is judged by the variables of each of its operations: %s, %s", (valid, source, over = schema) => {
    const messages = validate(over, parse(source), rules).map(({ message }) => message);
    expect(messages.length === 0).toBe(valid);
    expect([null, ...messages]).toContain(refusal(source, over));
    expect(refusal(source, over) === null).toBe(valid);
  });

  const known = { ids: ["12", "-1", "c-1"], now: noon };
  const damaged = fc
    .tuple(validOperation(schema, known), fc.nat(), fc.constantFrom("", "x", "id", "$v", "{ id }", "@skip", "...F"))
    .map(([{ query }, at, put]) => {
      const words = query.split(/(?<=[\s{}()])/);
      words[at % words.length] = put;
      return words.join(" ");
    });

  test("of any kind is valid here when graphql's validate finds nothing, whether it is damaged or not", () => {
    const found = { valid: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.oneof(
          validOperation(schema, known).map(({ query }) => query),
          damaged,
        ),
        (source) => {
          try {
            parse(source);
          } catch {
            return;
          }
          const messages = validate(schema, parse(source), rules).map(({ message }) => message);
          const reason = refusal(source);
          if (messages.length === 0) expect(reason).toBeNull();
          else expect(messages).toContain(reason);
          found[messages.length === 0 ? "valid" : "refused"]++;
        },
      ),
      { numRuns: 300, seed: 11, endOnFailure: true },
    );
    expect(found.valid).toBeGreaterThan(20);
    expect(found.refused).toBeGreaterThan(20);
  });

  test("is given out right after it was read, and kept when it is asked for the second time", async () => {
    const documents = new ValidDocuments(schema, [], {});
    const source = "{ contactCenter { id } }";
    documents.read("aa", source);
    const first = await documents.get("schema:aa");
    expect(first?.kind).toBe("Document");
    expect(await documents.get("schema:aa")).toBeUndefined();
    documents.read("aa", source);
    documents.read("bb", "{ contactCenter { accountId } }");
    const kept = await documents.get("schema:aa");
    expect(kept?.kind).toBe("Document");
    documents.read("aa", source);
    expect(await documents.get("schema:aa")).toBe(kept);
  });

  test("is not given out for another hash, nor when it is not valid", async () => {
    const documents = new ValidDocuments(schema, [], {});
    for (const [hash, source] of [
      ["bb", "{ contactCenter { nothing } }"],
      ["cc", "{ not GraphQL"],
    ] as const) {
      documents.read("aa", "{ contactCenter { id } }");
      documents.read(hash, source);
      expect(await documents.get(`schema:${hash}`)).toBeUndefined();
    }
  });
});
