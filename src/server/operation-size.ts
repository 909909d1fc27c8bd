import { type DocumentNode, type FragmentDefinitionNode, GraphQLError, Kind, type SelectionSetNode, type ValidationRule } from "graphql";
import { GatewayError } from "../errors.js";

export interface OperationSize {
  /** Levels of fields; fragments add none. */
  depth: number;
  /** Fields with fragments spread, each alias counted; at most `Number.MAX_SAFE_INTEGER`. */
  fields: number;
}

export interface SizeLimits {
  maxQueryDepth: number;
  maxQueryFields: number;
}

const nothing: OperationSize = { depth: 0, fields: 0 };

/** The size of the largest operation of a parsed document, valid or not: a fragment is measured once, and is nothing where it is missing or within itself. */
export function sizeOf(document: DocumentNode): OperationSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, OperationSize>();

  const ofFragment = (name: string): OperationSize => {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, nothing);
    const size = ofSelections(fragments.get(name)?.selectionSet);
    measured.set(name, size);
    return size;
  };
  const ofSelections = (set: SelectionSetNode | undefined): OperationSize => {
    const size = { ...nothing };
    for (const selection of set?.selections ?? []) {
      const own = selection.kind === Kind.FIELD ? 1 : 0;
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? ofFragment(selection.name.value) : ofSelections(selection.selectionSet);
      size.depth = Math.max(size.depth, own + inner.depth);
      size.fields = Math.min(size.fields + own + inner.fields, Number.MAX_SAFE_INTEGER);
    }
    return size;
  };

  const largest = { ...nothing };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, fields } = ofSelections(definition.selectionSet);
    largest.depth = Math.max(largest.depth, depth);
    largest.fields = Math.max(largest.fields, fields);
  }
  return largest;
}

/** The refusal of an operation beyond a limit, QUERY_TOO_LARGE with limit and value; null within both. */
export function oversize({ depth, fields }: OperationSize, limits: SizeLimits): GatewayError | null {
  if (depth > limits.maxQueryDepth)
    return tooLarge("MAX_QUERY_DEPTH", `${limits.maxQueryDepth} levels of fields`, `operation has ${depth}`);
  if (fields > limits.maxQueryFields) {
    return tooLarge("MAX_QUERY_FIELDS", `${limits.maxQueryFields} fields, fragments spread and aliases apart`, `operation has ${fields}`);
  }
  return null;
}

/**
 * Validation that reports a document with an operation beyond a limit, and hides its definitions from every other rule: comparing the
 * fields of a large document with each other is itself the work that a limit is there to spare.
 */
export const sizeRule =
  (limits: SizeLimits): ValidationRule =>
  (context) => ({
    Document(document) {
      const refusal = oversize(sizeOf(document), limits);
      if (!refusal) return undefined;
      context.reportError(new GraphQLError(refusal.message, { originalError: refusal }));
      return { ...document, definitions: [] };
    },
  });

/** Validation that reports an operation of a kind for which the schema has no root type, which graphql only finds when it executes. */
export const rootRule: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (context.getSchema().getRootType(node.operation)) return;
    context.reportError(new GraphQLError(`The gateway has no ${node.operation}.`, { nodes: node }));
  },
});

/** QUERY_TOO_LARGE in the one wording of every limit. */
export const tooLarge = (setting: string, limit: string, value: string): GatewayError =>
  new GatewayError("QUERY_TOO_LARGE", `${setting} allows ${limit}, but the ${value}.`);
