import { parse } from "graphql";
import { expect, test } from "vitest";
import { fragmentsOf, Selection } from "../../src/graphql/selection.js";
import { schema } from "./executed.js";

function select(source: string, variables: Record<string, unknown> = {}): Selection {
  const document = parse(source);
  const operation = document.definitions.find((each) => each.kind === "OperationDefinition")!;
  return Selection.of({ schema, fragments: fragmentsOf(document), variables }, schema.getQueryType()!, [operation.selectionSet]);
}

const names = (selection: Selection) => selection.fields.map(({ name }) => name);

test("fragments are spread, named and inline, and only where their type applies", () => {
  const selection = select(`
    query { contactCenter { agentSegments { ...Totals ... on AgentSegments { asOf } ... on AgentSegmentMetrics { interactiveAgentSegments } } } }
    fragment Totals on Measured { stale ...More }
    fragment More on AgentSegments { totalAgentConversationSegments }
  `);
  expect(selection.all("contactCenter", "agentSegments").map((field) => names(field.selection))).toEqual([
    ["stale", "totalAgentConversationSegments", "asOf", "interactiveAgentSegments"],
  ]);
});

test("@skip and @include take fields away, by literal and by variable", () => {
  const source = `query ($yes: Boolean!, $no: Boolean!) { contactCenter {
    agent(id: 1) @skip(if: $yes) { id }
    skill(id: 1) @include(if: $no) { id }
    ... @include(if: false) { agentGroup(id: 1) { id } }
    accountId @skip(if: $no) @include(if: $yes)
  } }`;
  expect(names(select(source, { yes: true, no: false }).all("contactCenter")[0]!.selection)).toEqual(["accountId"]);
});

test("aliases are fields of their own, and fields under one alias are merged", () => {
  const source = `{ contactCenter {
    hour: keyMetrics(lastMinutes: 60) { csat } day: keyMetrics(lastMinutes: 1440) { csat } hour: keyMetrics(lastMinutes: 60) { asOf }
  } }`;
  const found = select(source).all("contactCenter", "keyMetrics");
  expect(found.map(({ args, selection }) => [args.lastMinutes, names(selection)])).toEqual([
    [60, ["csat", "asOf"]],
    [1440, ["csat"]],
  ]);
});

test("arguments come coerced, with variables and defaults filled in", () => {
  const source = `query ($minutes: Int!, $ids: [ID!]) { contactCenter { agentSegments(lastMinutes: $minutes, agentIds: $ids) { asOf } skillSegments { asOf } } }`;
  const { selection } = select(source, { minutes: 5, ids: ["1"] }).all("contactCenter")[0]!;
  expect(selection.fields.map(({ args }) => args)).toEqual([
    { lastMinutes: 5, agentIds: ["1"], userType: "ALL" },
    { lastMinutes: 60, userType: "ALL" },
  ]);
});

test("an object of which only __typename is selected wants no data", () => {
  const { selection } = select("{ contactCenter { current { __typename } keyMetrics { __typename csat } } }").all("contactCenter")[0]!;
  expect(selection.fields.map((field) => field.selection.wantsData)).toEqual([false, true]);
});

test("a union is read on one of its types at a time", () => {
  const source = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Agent { name } ... on Skill { id current { asOf } } } }`;
  const { selection } = select(source, { r: [] }).all("_entities")[0]!;
  expect(["Agent", "Skill", "AgentGroup"].map((type) => names(selection.on(schema.getType(type)!)))).toEqual([
    ["name"],
    ["id", "current"],
    [],
  ]);
});
