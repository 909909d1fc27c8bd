import { type GraphQLResolveInfo, getNamedType } from "graphql";
import { Selection } from "./selection.js";

type Info = Pick<GraphQLResolveInfo, "fieldNodes" | "fragments" | "schema" | "variableValues" | "returnType">;

/** By the variables of one execution, then by the nodes of one field: siblings in a list share both. */
const known = new WeakMap<object, WeakMap<object, Selection>>();

/** What is selected below the field that is being resolved; read once for all siblings of one request. */
export function selectionOf(info: Info): Selection {
  const ofRequest = known.get(info.variableValues) ?? new WeakMap<object, Selection>();
  known.set(info.variableValues, ofRequest);
  const selection = ofRequest.get(info.fieldNodes) ?? new Selection(frameOf(info), getNamedType(info.returnType), setsOf(info));
  ofRequest.set(info.fieldNodes, selection);
  return selection;
}

const frameOf = ({ schema, fragments, variableValues }: Info) => ({ schema, fragments, variables: variableValues });
const setsOf = ({ fieldNodes }: Info) => fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
