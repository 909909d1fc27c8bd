import { type DocumentNode, type FragmentDefinitionNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from "graphql";
import { GatewayError } from "../errors.js";

export interface OperationSize {
  /** Levels of fields; fragments add none. */
  depth: number;
  /** Fields with fragments spread, each alias counted. */
  fields: number;
}

/** The size of a validated operation: its fragments exist and do not lead back to themselves. Each is measured once. */
export function sizeOf(operation: OperationDefinitionNode, document: DocumentNode): OperationSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, OperationSize>();

  const ofFragment = (name: string): OperationSize => {
    const known = measured.get(name) ?? ofSelections(fragments.get(name)?.selectionSet);
    measured.set(name, known);
    return known;
  };
  const ofSelections = (set: SelectionSetNode | undefined): OperationSize => {
    const size = { depth: 0, fields: 0 };
    for (const selection of set?.selections ?? []) {
      const own = selection.kind === Kind.FIELD ? 1 : 0;
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? ofFragment(selection.name.value) : ofSelections(selection.selectionSet);
      size.depth = Math.max(size.depth, own + inner.depth);
      size.fields += own + inner.fields;
    }
    return size;
  };
  return ofSelections(operation.selectionSet);
}

/** Throws QUERY_TOO_LARGE for an operation beyond a limit, naming limit and value. */
export function demandSize({ depth, fields }: OperationSize, limits: { maxQueryDepth: number; maxQueryFields: number }): void {
  if (depth > limits.maxQueryDepth) throw tooLarge("MAX_QUERY_DEPTH", `${limits.maxQueryDepth} levels of fields`, `operation has ${depth}`);
  if (fields > limits.maxQueryFields) {
    throw tooLarge("MAX_QUERY_FIELDS", `${limits.maxQueryFields} fields, fragments spread and aliases apart`, `operation has ${fields}`);
  }
}

/** QUERY_TOO_LARGE in the one wording of every limit. */
export const tooLarge = (setting: string, limit: string, value: string): GatewayError =>
  new GatewayError("QUERY_TOO_LARGE", `${setting} allows ${limit}, but the ${value}.`);
