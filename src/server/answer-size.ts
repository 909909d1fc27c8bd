import {
  __Schema,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getVariableValues,
  isCompositeType,
  isListType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from "graphql";
import { tooLarge } from "./operation-size.js";

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

/**
 * How many values an answer can have: each field in each row, fragments spread, lists by `first`, by the ids asked for, else as
 * long as the schema assumes. An estimate, taken before anything runs, of what `first` and aliases multiply to.
 */
export function answerSize(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): number {
  const root = schema.getRootType(operation.operation);
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  if (!root || !coerced) return 0;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const measured = new Map<string, number>();
  const typeCount = Object.keys(schema.getTypeMap()).length;

  /** `page`: how many rows the fields have that share the page of the field above. */
  const ofSelections = (set: SelectionSetNode, type: GraphQLCompositeType, page: Page): number =>
    set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + ofField(selection, type, page);
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (!fragment) return sum;
      const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
      const on = isCompositeType(condition) ? condition : type;
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + ofSelections(fragment.selectionSet, on, page);
      const key = `${selection.name.value} ${page.rows}`;
      const known = measured.get(key) ?? ofSelections(fragment.selectionSet, on, page);
      measured.set(key, known);
      return sum + known;
    }, 0);

  const ofField = (node: FieldNode, parent: GraphQLCompositeType, page: Page): number => {
    const parts = Math.ceil((node.alias ?? node.name).value.length / keyPart);
    const field = fieldOf(parent, node.name.value);
    const type = field && getNamedType(field.type);
    if (!field || !node.selectionSet || !isCompositeType(type)) return parts;
    const own = (field.extensions.directives as { listSize?: ListSize } | undefined)?.listSize ?? {};
    const inner = {
      rows: rowsAsked(node, coerced) ?? own.assumedSize ?? (field === allTypes ? typeCount : unspokenSize),
      fields: own.sizedFields ?? [],
    };
    return parts * (1 + rowsOf(field, page, inner) * ofSelections(node.selectionSet, type, inner));
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
  rows: number;
  fields: readonly string[];
}

function rowsOf(field: GraphQLField<unknown, unknown>, outer: Page, inner: Page): number {
  if (!isListType(getNullableType(field.type))) return 1;
  return outer.fields.includes(field.name) ? outer.rows : inner.rows;
}

/** The page asked for, or the number of things named; undefined when the arguments say neither. */
function rowsAsked(node: FieldNode, variables: Readonly<Record<string, unknown>>): number | undefined {
  const argument = (name: string): unknown => {
    const found = node.arguments?.find((each) => each.name.value === name);
    return found && valueFromASTUntyped(found.value, variables);
  };
  const first = argument("first");
  if (typeof first === "number") return Math.max(0, first);
  const named = argument("ids") ?? argument("representations");
  return Array.isArray(named) ? named.length : undefined;
}

/** Throws QUERY_TOO_LARGE for an operation whose answer could have more values than the limit. */
export function demandAnswerSize(values: number, limit: number): void {
  if (values <= limit) return;
  const most = Math.min(values, Number.MAX_SAFE_INTEGER);
  throw tooLarge("MAX_ANSWER_VALUES", `${limit} values, each field counted in each row of its lists`, `answer could have ${most}`);
}
