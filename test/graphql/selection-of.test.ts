import { type DocumentNode, execute, type GraphQLResolveInfo, parse } from "graphql";
import { expect, test } from "vitest";
import { fragmentsOf, Selection, selectionOf } from "../../src/graphql/selection.js";
import { schema } from "./executed.js";
import { byHand } from "./platform-by-hand.js";

/** The info objects with which Skill.keyMetrics was resolved. */
async function infosOf(document: DocumentNode, variableValues: Record<string, unknown> = {}): Promise<GraphQLResolveInfo[]> {
  const infos: GraphQLResolveInfo[] = [];
  const field = schema.getType("Skill");
  if (!field || !("getFields" in field)) throw new Error("No type Skill.");
  const keyMetrics = field.getFields().keyMetrics as { resolve: (...args: unknown[]) => unknown };
  const { resolve } = keyMetrics;
  keyMetrics.resolve = (...args) => {
    infos.push(args[3] as GraphQLResolveInfo);
    return resolve(...args);
  };
  await execute({ schema, document, variableValues, contextValue: byHand() });
  keyMetrics.resolve = resolve;
  return infos;
}

const source = "{ contactCenter { skills(ids: [1, 2]) { nodes { keyMetrics { csat ...Rest } } } } } fragment Rest on KeyMetrics { asOf }";

test("a resolver sees the selection that the outline sees", async () => {
  const [info] = await infosOf(parse(source));
  const document = parse(source);
  const operation = document.definitions.find((each) => each.kind === "OperationDefinition")!;
  const root = Selection.of({ schema, fragments: fragmentsOf(document), variables: {} }, schema.getQueryType()!, [operation.selectionSet]);
  const [seen] = root.all("contactCenter", "skills", "nodes", "keyMetrics");
  expect(selectionOf(info!).fields.map(({ name }) => name)).toEqual(seen!.selection.fields.map(({ name }) => name));
});

test("siblings of one request share a selection, two requests never do", async () => {
  const [first, second] = await infosOf(parse(source));
  const [other] = await infosOf(parse(source));
  expect(selectionOf(first!)).toBe(selectionOf(second!));
  expect(selectionOf(other!)).not.toBe(selectionOf(first!));
});

test("one document run twice is read anew each time, by the variables of the run", async () => {
  const document = parse(
    "query ($rest: Boolean!) { contactCenter { skills(ids: [1]) { nodes { keyMetrics { csat asOf @include(if: $rest) } } } } }",
  );
  const [whole] = await infosOf(document, { rest: true });
  const [part] = await infosOf(document, { rest: false });
  expect([whole, part].map((info) => selectionOf(info!).fields.map(({ name }) => name))).toEqual([["csat", "asOf"], ["csat"]]);
});
