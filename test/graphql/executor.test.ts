import fc from "fast-check";
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  parse,
  validate,
} from "graphql";
import { describe, expect, onTestFinished, test } from "vitest";
import type { GatewayContext } from "../../src/graphql/context.js";
import { executorOf } from "../../src/graphql/executor.js";
import { behaviour } from "../../src/graphql/fields.js";
import { buildGatewaySchema } from "../../src/graphql/schema.js";
import { Selection } from "../../src/graphql/selection.js";
import { validOperation } from "../fuzz/valid-operation.js";
import { schema } from "./executed.js";
import { byHand, noon, unavailable } from "./platform-by-hand.js";

const known = { ids: ["12", "13", "100", "1", "2", "10", "5", "-1", "c-1"], now: noon };

/** Errors in an order of their own: those of promises come when they come. */
const told = ({ data, errors = [] }: ExecutionResult) => ({
  data: JSON.parse(JSON.stringify(data ?? null)),
  errors: errors
    .map(({ message, path, locations, extensions }: GraphQLError) => JSON.stringify([path, message, locations, extensions]))
    .sort(),
});

type Variables = Record<string, unknown>;

/** The schema for graphql-js, which does not tell resolvers what is selected below their field, as our executor does. */
const { schema: plainSchema } = await buildGatewaySchema(behaviour);
for (const type of Object.values(plainSchema.getTypeMap()).filter(isObjectType)) {
  for (const field of Object.values(type.getFields())) {
    const { resolve } = field;
    if (!resolve) continue;
    field.resolve = (source, args, context, info: GraphQLResolveInfo) => {
      const { fragments, variableValues: variables, fieldNodes, returnType } = info;
      const sets = fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const selection = Selection.of({ schema: plainSchema, fragments, variables }, getNamedType(returnType), sets);
      return resolve(source, args, context, { ...info, selection } as GraphQLResolveInfo);
    };
  }
}

async function byBoth(query: string | DocumentNode, variables: Variables, context: () => GatewayContext) {
  const document = typeof query === "string" ? parse(query) : query;
  const execution = { document, operationName: null, variables, values: Number.POSITIVE_INFINITY };
  const own = await executorOf(schema)({ ...execution, context: context() });
  const plain = await execute({ schema: plainSchema, document, variableValues: variables, contextValue: context() });
  return { own: told(own), plain: told(plain) };
}

describe("an operation", () => {
  test.each([
    ["nothing fails", {}],
    ["an API fails", { failing: { "key-metrics": unavailable("KEY_METRICS") } }],
    ["the caller may not read conversations", { rights: { conversations: false } }],
  ])(
    "is answered as graphql-js answers it, where %s",
    async (_, conditions) => {
      let answered = 0;
      await fc.assert(
        fc.asyncProperty(validOperation(schema, known), async ({ query, variables }) => {
          fc.pre(validate(schema, parse(query)).length === 0);
          const { own, plain } = await byBoth(query, variables, () => byHand(conditions));
          expect(own).toEqual(plain);
          if (plain.errors.length === 0) answered++;
        }),
        { numRuns: 80, seed: 7, endOnFailure: true },
      );
      expect(answered).toBeGreaterThan(0);
    },
    60_000,
  );

  const leftOut = Symbol("left out");
  const change = fc.tuple(fc.nat(), fc.constantFrom<unknown>(leftOut, null, 12, 2 ** 31, 1.5, "12", true, [], ["13", null], [12], {}));
  /** One of the variables is another. */
  const changed = (variables: Variables, [at, to]: readonly [number, unknown]): Variables => {
    const names = Object.keys(variables);
    const name = names[at % names.length]!;
    const { [name]: _, ...others } = variables;
    return to === leftOut ? others : { ...others, [name]: to };
  };

  test("that is executed again and again is answered as graphql-js answers it, with whatever variables", async () => {
    const ended = { answered: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(validOperation(schema, known), fc.array(change, { minLength: 8, maxLength: 8 }), async (operation, changes) => {
        const { query, variables } = operation;
        const document = parse(query);
        fc.pre(query.length < 3_000 && Object.keys(variables).length > 0 && validate(schema, document).length === 0);
        for (const given of [variables, ...changes.map((each) => changed(variables, each))]) {
          const { own, plain } = await byBoth(document, given, byHand);
          expect(own).toEqual(plain);
          ended[plain.data === null ? "refused" : "answered"]++;
        }
      }),
      { numRuns: 50, seed: 3, endOnFailure: true },
    );
    expect(Math.min(ended.answered, ended.refused)).toBeGreaterThan(50);
  }, 60_000);

  test.each(["minutes", "constructor", "toString", "__proto__"])(
    "takes an argument's default where its variable $%s is left out, and refuses null, also when it is executed again",
    async (name) => {
      const document = parse(
        `query ($${name}: Int, $of: AgentUserType) { contactCenter { agentSegments(lastMinutes: $${name}, userType: $of) { window { from } } } }`,
      );
      const answers = [];
      for (const given of [
        { minutes: 5, of: "HUMAN" },
        { minutes: 5 },
        {},
        { of: "HUMAN" },
        { minutes: null, of: "HUMAN" },
        { minutes: 1440 },
      ]) {
        const variables = JSON.parse(JSON.stringify(given).replace("minutes", name));
        const { own, plain } = await byBoth(document, variables, byHand);
        expect(own).toEqual(plain);
        answers.push(own.errors.length > 0 ? "refused" : own.data.contactCenter.agentSegments.window.from);
      }
      const [five, , sixty] = answers;
      expect(answers).toEqual([five, five, sixty, sixty, "refused", expect.any(String)]);
      expect(new Set(answers).size).toBe(4);
    },
  );

  const byId = "query ($id: ID!) { contactCenter { agent(id: $id) { id name } } }";

  test.each([
    ["left out", {}],
    ["null", { id: null }],
    ["of another type", { id: {} }],
  ])("has its variables refused in graphql-js's words: %s", async (_, variables) => {
    const { own, plain } = await byBoth(byId, variables, byHand);
    expect(own).toEqual(plain);
    expect(own.errors).toHaveLength(1);
  });

  test("has one entity or null for each of a router's references, at its place, whichever are refused", async () => {
    const query = "query ($all: [_Any!]!) { _entities(representations: $all) { __typename ... on Agent { id name } ... on Skill { id } } }";
    const all = [
      { __typename: "Agent", accountId: "nowhere", id: "12" },
      { __typename: "Agent", accountId: "a1", id: "12" },
      { __typename: "Skill", accountId: "a1", id: "no id" },
      { __typename: "Visitor", id: "1" },
      { __typename: "Skill", accountId: "a1", id: "13" },
    ];
    const { own, plain } = await byBoth(query, { all }, byHand);
    expect(own).toEqual(plain);
    expect(own.data._entities.map((entity: { id: string } | null) => entity?.id ?? null)).toEqual([null, "12", null, null, "13"]);
    expect(own.errors).toHaveLength(3);
  });

  test.each<[string, string, Variables]>([
    ["its id is", `query ($v: String!) { _entities(representations: [{ __typename: "Agent", accountId: "a1", id: $v }])`, { v: "12" }],
    ["its account is", `query ($v: ID!) { _entities(representations: [{ __typename: "Agent", accountId: $v, id: "12" }])`, { v: "a1" }],
    [
      "an account that may not be read is",
      `query ($v: ID!) { _entities(representations: [{ __typename: "Agent", accountId: $v, id: "12" }])`,
      { v: "a2" },
    ],
    [
      "it is, in a list,",
      `query ($v: _Any!) { _entities(representations: [$v])`,
      { v: { __typename: "Agent", accountId: "a1", id: "12" } },
    ],
  ])("reads a router's reference of which %s a variable", async (_, query, variables) => {
    const { own, plain } = await byBoth(`${query} { ... on Agent { accountId id name } } }`, variables, byHand);
    expect(own).toEqual(plain);
    const agent = { accountId: "a1", id: "12", name: "Agent 12" };
    expect(own.data._entities).toEqual([variables.v === "a2" ? null : agent]);
  });

  const days = (window: string) => `contactCenter { keyMetrics(between: ${window}) { closedConversations window { from to } } }`;
  const [from, to] = [7_200_000, 3_600_000].map((ago) => new Date(Math.floor((noon - ago) / 60_000) * 60_000).toISOString());

  test.each<[string, string, Variables]>([
    ["as the default of a variable", `query ($w: MetricWindowInput = { from: "${from}", to: "${to}" }) { ${days("$w")} }`, {}],
    [
      "as a default that is not used",
      `query ($w: MetricWindowInput = { from: "${to}", to: "${to}" }) { ${days("$w")} }`,
      { w: { from, to } },
    ],
    ["as a variable", `query ($w: MetricWindowInput) { ${days("$w")} }`, { w: { from, to } }],
    ["with a variable in it", `query ($from: DateTime!) { ${days(`{ from: $from, to: "${to}" }`)} }`, { from }],
    ["as a default in it", `query ($from: DateTime! = "${from}") { ${days(`{ from: $from, to: "${to}" }`)} }`, {}],
    ["in the document", `{ ${days(`{ from: "${from}", to: "${to}" }`)} }`, {}],
  ])("reads a window that stands %s", async (_, query, variables) => {
    const { own, plain } = await byBoth(query, variables, byHand);
    expect(own).toEqual(plain);
    expect(own.errors).toEqual([]);
    expect(own.data.contactCenter.keyMetrics.window).toEqual({ from, to });
  });

  test.each([
    [
      "of which the schema itself is asked",
      `{ __schema { queryType { name } types { kind name } } __type(name: "Agent") { fields { name args { name defaultValue } } } }`,
    ],
    ["with an alias __proto__", "{ __proto__: contactCenter { __proto__: accountId constructor: accountId __typename } }"],
    [
      "with fields that @include leaves out",
      "{ contactCenter { accountId @include(if: false) id @skip(if: true) ... @include(if: false) { id } } }",
    ],
  ])("is answered as graphql-js answers it, %s", async (_, query) => {
    const { own, plain } = await byBoth(query, {}, byHand);
    expect(own).toEqual(plain);
    expect(own.errors).toEqual([]);
  });

  test("reads figures of many objects as of few, also where an alias is __proto__", async () => {
    const ids = Array.from({ length: 400 }, (_, index) => String(index + 1));
    const query =
      "query ($ids: [ID!]!) { contactCenter { skills(ids: $ids) { nodes { __proto__: id x: accountId name current { asOf agentLoad } } } } }";
    const { own, plain } = await byBoth(query, { ids }, byHand);
    expect(JSON.stringify(own)).toBe(JSON.stringify(plain));
  });

  const refusing = "query ($c: Boolean = true)";
  test.each([
    ["of a field", `${refusing} { contactCenter { accountId agent(id: "12") { id @include(if: $c) } } }`],
    ["of a field in a list", `${refusing} { contactCenter { skills(ids: ["1", "2"]) { nodes { id @skip(if: $c) name } } } }`],
    ["of a root field", `${refusing} { contactCenter @include(if: $c) { accountId } }`],
    [
      "of a fragment",
      `${refusing} { contactCenter { accountId agent(id: "12") { ...Named @include(if: $c) } } } fragment Named on Agent { name }`,
    ],
    ["below what is refused", `${refusing} { contactCenter(accountId: "nowhere") { agent(id: "12") { id @include(if: $c) } } }`],
    ["below what has no items", `${refusing} { contactCenter { skills(ids: []) { nodes { id @include(if: $c) } } } }`],
  ])("has a condition that is null against its default refused where it stands: that %s", async (_, query) => {
    const { own, plain } = await byBoth(query, { c: null }, byHand);
    expect(own).toEqual(plain);
  });

  test("fails alone when nobody waits for it, however deep its lists are", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", note);
    onTestFinished(() => void process.off("unhandledRejection", note));
    const nested = buildSchema("type Query { rows: [Row!]! } type Row { cells: [Cell!]! } type Cell { values: [Int!]! }");
    const cell = { values: [1, 2, 3] };
    const rows = Array.from({ length: 300 }, (_, at) => ({ at, cells: Array.from({ length: 600 }, () => cell) }));
    const [rowsField, cellsField] = [
      nested.getQueryType()!.getFields().rows!,
      (nested.getType("Row") as GraphQLObjectType).getFields().cells!,
    ];
    rowsField.resolve = () => rows;
    const document = parse("{ rows { cells { values } } }");
    for (const last of [0, 1, 50, 150, 299]) {
      const gone = new AbortController();
      cellsField.resolve = ({ at, cells }) => {
        if (at === last) gone.abort();
        return cells;
      };
      const context = { ...byHand(), signal: gone.signal } as GatewayContext;
      const execution = { document, operationName: null, variables: {}, context, values: Number.POSITIVE_INFINITY };
      await expect(executorOf(nested)(execution)).rejects.toThrow();
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(unhandled).toEqual([]);
  });

  test("takes @skip and @include from each request's variables", async () => {
    const run = executorOf(schema);
    const document = parse("query ($with: Boolean!) { contactCenter { accountId id @include(if: $with) } }");
    const answers = [];
    for (const given of [true, false, true])
      answers.push(await run({ document, operationName: null, variables: { with: given }, context: byHand(), values: 1 }));
    const whole = { accountId: "a1", id: "a1" };
    expect(answers.map(({ data }) => JSON.parse(JSON.stringify(data)))).toEqual(
      [whole, { accountId: "a1" }, whole].map((contactCenter) => ({ contactCenter })),
    );
  });

  test("is executed for each request anew", async () => {
    const run = executorOf(schema);
    const document = parse(byId);
    const answers = [];
    for (const id of ["12", "13", "12", "13", "12", "100"])
      answers.push(await run({ document, operationName: null, variables: { id }, context: byHand(), values: 1 }));
    expect(answers.map(({ data }) => (data as never as { contactCenter: { agent: { name: string } } }).contactCenter.agent.name)).toEqual(
      ["12", "13", "12", "13", "12", "100"].map((id) => `Agent ${id}`),
    );
  });
});
