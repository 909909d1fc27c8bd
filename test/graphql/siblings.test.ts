import { type GraphQLObjectType, Kind, type OperationDefinitionNode, parse } from "graphql";
import { expect, test } from "vitest";
import type { GatewayContext } from "../../src/graphql/context.js";
import { Selection } from "../../src/graphql/selection.js";
import { Skill, siblings } from "../../src/graphql/types/entities.js";
import { schema } from "./executed.js";
import { byHand, unavailable } from "./platform-by-hand.js";

const field = (schema.getType("Skill") as GraphQLObjectType).getFields().current!;
const [{ selectionSet }] = parse("{ current { onlineAgents } }").definitions as [OperationDefinitionNode];
const [node] = selectionSet.selections;
if (node?.kind !== Kind.FIELD) throw new Error("The selection is not a field.");
const selection = Selection.of({ schema, fragments: {}, variables: {} }, schema.getType("CurrentMetrics")!, [node.selectionSet!]);
const info = { fieldNodes: [node], returnType: field.type, selection } as never;

/** The field of the skill, in a request with this context. */
const resolved = async (skill: Skill, context: GatewayContext) => field.resolve!(skill, { userType: "ALL" }, context, info);

test("siblings that two requests hold share no answer and no failure between them", async () => {
  const [first, second] = siblings(Skill, "a1", ["12", "13"]);
  const failing = byHand({ failing: { "key-metrics": unavailable("KEY_METRICS") } });
  const working = byHand();
  await expect(resolved(first!, failing)).rejects.toThrow();
  await expect(resolved(second!, failing)).rejects.toThrow();
  await expect(resolved(first!, working)).resolves.toBeDefined();
  await expect(resolved(second!, working)).resolves.toBeDefined();
  await expect(resolved(second!, byHand({ failing: { "key-metrics": unavailable("KEY_METRICS") } }))).rejects.toThrow();
});
