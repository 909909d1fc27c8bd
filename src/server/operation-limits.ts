import {
  __Schema,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  type InlineFragmentNode,
  isCompositeType,
  isListType,
  isUnionType,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  type Source,
  TokenKind,
  TypeMetaFieldDef,
  type ValidationRule,
  valueFromASTUntyped,
} from "graphql";
import type { Config } from "../config.js";
import { GatewayError } from "../errors.js";
import { coercedVariables } from "../graphql/selection.js";

/** What an operation and its answer may have: see docs/operations.md. */
export type Limits = Pick<
  Config,
  "maxQueryDepth" | "maxQueryFields" | "maxQueryTokens" | "maxBodyBytes" | "maxListItems" | "maxAnswerValues"
>;

export interface OperationSize {
  /** Levels of fields; fragments add none. */
  depth: number;
  /** Fields with fragments spread, each alias counted; at most `Number.MAX_SAFE_INTEGER`. */
  fields: number;
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
function oversize({ depth, fields }: OperationSize, limits: Pick<Limits, "maxQueryDepth" | "maxQueryFields">): GatewayError | null {
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
  (limits: Pick<Limits, "maxQueryDepth" | "maxQueryFields">): ValidationRule =>
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

/** As the schema's @listSize has it. */
interface ListSize {
  assumedSize?: number;
  sizedFields?: readonly string[];
}

/** How long a list is taken to be that no directive speaks of: those of introspection, but for the one of all types. */
const unspokenSize = 5;
const allTypes: GraphQLField<unknown, unknown> | undefined = __Schema.getFields().types;
/** A response key counts once for each part of this length: it is repeated in every row, and in the path of every error below it. */
const keyPart = 100;

/** A number, or a function of the variables. */
type Count = number | ((variables: Variables) => number);
type Variables = Readonly<Record<string, unknown>>;

const product = (some: Count, other: Count): Count => {
  if (typeof some === "number" && typeof other === "number") return some * other;
  return (variables) => filledIn(some, variables) * filledIn(other, variables);
};

const filledIn = (count: Count, variables: Variables): number => (typeof count === "number" ? count : count(variables));

/** Where an operation carries its count: a WeakMap would keep both until the next full collection. */
const counted = Symbol("counted");
type CarryingOperation = OperationDefinitionNode & { [counted]?: { schema: GraphQLSchema; count: Count } };

/**
 * How many values an answer can have: each field in each row, fragments spread, lists by `first`, by the ids asked for, else as
 * long as the schema assumes. An estimate, taken before anything runs, of what `first` and aliases multiply to. An operation is looked
 * through once; for each request its variables are filled in.
 */
export function answerSize(schema: GraphQLSchema, document: DocumentNode, operation: CarryingOperation, given: Variables): number {
  if (operation[counted]?.schema !== schema) operation[counted] = { schema, count: countOf(schema, document, operation) };
  const { count } = operation[counted];
  if (typeof count === "number") return count;
  const coerced = coercedVariables(schema, operation, given);
  return coerced ? count(coerced) : 0;
}

function countOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Count {
  const root = schema.getRootType(operation.operation);
  if (!root) return 0;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const measured = new Map<string, Count>();

  /** `page`: how many rows the fields have that share the page of the field above. */
  const ofSelections = (set: SelectionSetNode, type: GraphQLCompositeType, page: Page): Count => {
    let known = 0;
    const open: Exclude<Count, number>[] = [];
    for (const selection of set.selections) {
      const count = selection.kind === Kind.FIELD ? ofField(selection, type, page) : ofFragment(selection, type, page);
      if (typeof count === "number") known += count;
      else open.push(count);
    }
    return open.length === 0 ? known : (variables) => open.reduce((sum, count) => sum + count(variables), known);
  };

  const ofFragment = (selection: InlineFragmentNode | FragmentSpreadNode, type: GraphQLCompositeType, page: Page): Count => {
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    if (!fragment) return 0;
    const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
    const on = isCompositeType(condition) ? condition : type;
    if (selection.kind === Kind.INLINE_FRAGMENT || typeof page.rows === "function") return ofSelections(fragment.selectionSet, on, page);
    const key = `${selection.name.value} ${page.rows}`;
    const known = measured.get(key) ?? ofSelections(fragment.selectionSet, on, page);
    measured.set(key, known);
    return known;
  };

  const ofField = (node: FieldNode, parent: GraphQLCompositeType, page: Page): Count => {
    const parts = Math.ceil((node.alias ?? node.name).value.length / keyPart);
    if (!node.selectionSet) return parts;
    const field = fieldOf(parent, node.name.value);
    const type = field && getNamedType(field.type);
    if (!field || !isCompositeType(type)) return parts;
    const own = (field.extensions.directives as { listSize?: ListSize } | undefined)?.listSize ?? {};
    const inner = {
      rows: rowsAsked(node, own.assumedSize ?? (field === allTypes ? Object.keys(schema.getTypeMap()).length : unspokenSize)),
      fields: own.sizedFields ?? [],
    };
    const below = product(rowsOf(field, page, inner), ofSelections(node.selectionSet, type, inner));
    return typeof below === "number" ? parts * (1 + below) : (variables) => parts * (1 + below(variables));
  };
  return ofSelections(operation.selectionSet, root, { rows: 1, fields: [] });
}

const metaFields: Readonly<Record<string, GraphQLField<unknown, unknown>>> = {
  [SchemaMetaFieldDef.name]: SchemaMetaFieldDef,
  [TypeMetaFieldDef.name]: TypeMetaFieldDef,
};

const fieldOf = (parent: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isUnionType(parent) ? undefined : (metaFields[name] ?? parent.getFields()[name]);

interface Page {
  rows: Count;
  fields: readonly string[];
}

function rowsOf(field: GraphQLField<unknown, unknown>, outer: Page, inner: Page): Count {
  if (!isListType(getNullableType(field.type))) return 1;
  return outer.fields.includes(field.name) ? outer.rows : inner.rows;
}

/** Rows that the arguments ask for; `unasked` if they do not say. */
function rowsAsked({ arguments: given = [] }: FieldNode, unasked: number): Count {
  if (given.length === 0) return unasked;
  const asking = ["first", "ids", "representations"].flatMap((name) => given.find((each) => each.name.value === name) ?? []);
  const rows = (variables: Variables): number => {
    for (const { name, value } of asking) {
      const asked = valueFromASTUntyped(value, variables);
      if (name.value === "first" && typeof asked === "number") return Math.max(0, asked);
      if (name.value !== "first" && asked !== undefined && asked !== null) return Array.isArray(asked) ? asked.length : unasked;
    }
    return unasked;
  };
  return asking.some(({ value }) => value.kind !== Kind.INT) ? rows : rows({});
}

/** Throws QUERY_TOO_LARGE for an operation whose answer could have more values than the limit. */
export function demandAnswerSize(values: number, limit: number): void {
  if (values <= limit) return;
  const most = Math.min(values, Number.MAX_SAFE_INTEGER);
  throw tooLarge("MAX_ANSWER_VALUES", `${limit} values, each field counted in each row of its lists`, `answer could have ${most}`);
}

const tooLong = (limit: number, length: number): GatewayError =>
  tooLarge("MAX_LIST_ITEMS", `${limit} items in a list`, `list has ${length}`);

/** Validation that reports each list written in a document that is longer than the limit. */
export const listRule =
  (limit: number): ValidationRule =>
  (context) => ({
    ListValue(node) {
      if (node.values.length <= limit) return;
      const refusal = tooLong(limit, node.values.length);
      context.reportError(new GraphQLError(refusal.message, { nodes: node, originalError: refusal }));
    },
  });

/** Throws QUERY_TOO_LARGE when a list at any depth of the variables is longer than the limit. */
export function demandListSizes(variables: Readonly<Record<string, unknown>>, limit: number): void {
  const waiting: object[] = [variables];
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    if (Array.isArray(value) && value.length > limit) throw tooLong(limit, value.length);
    for (const inner of Object.values(value)) if (typeof inner === "object" && inner !== null) waiting.push(inner);
  }
}

/** How many tokens a text has, as graphql's maxTokens counts them; the count ends where the text stops being GraphQL, or behind `most`. */
export function tokensOf(source: Source, most: number): number {
  const lexer = new Lexer(source);
  let count = 0;
  try {
    while (count <= most && lexer.advance().kind !== TokenKind.EOF) count += 1;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
  }
  return count;
}

/** The error if the document does not have the operation that is asked for. `name`: null if none was named. */
export const noOperation = (name: string | null): GraphQLError =>
  new GraphQLError(
    name === null ? "The request must name one of the operations of its document." : `The document has no operation "${name}".`,
    {
      extensions: { code: "OPERATION_RESOLUTION_FAILURE" },
    },
  );
