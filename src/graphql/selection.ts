import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLLeafType,
  type GraphQLNamedType,
  type GraphQLNullableType,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLSkipDirective,
  GraphQLString,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type TypeNode,
  type VariableDefinitionNode,
  visit,
} from "graphql";

/** What a selection is read against: one operation with its variables, coerced. */
interface OperationFrame {
  schema: GraphQLSchema;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  variables: Readonly<Record<string, unknown>>;
}

/** How the values of a type become part of an answer. */
export interface ValueType {
  /** Without non-null. */
  type: GraphQLNullableType & GraphQLOutputType;
  isNonNull: boolean;
  /** Of a list: its items. */
  items: ValueType | null;
  isLeaf: boolean;
  /** Null if values go into the answer unchanged. Figures were checked when they arrived; ids, names and flags need no change. */
  serialize: ((value: unknown) => unknown) | null;
}

const valueTypes = new WeakMap<GraphQLOutputType, ValueType>();

function valueTypeOf(outer: GraphQLOutputType): ValueType {
  const known = valueTypes.get(outer);
  if (known) return known;
  const type = getNullableType(outer);
  const found = {
    type,
    isNonNull: type !== outer,
    items: isListType(type) ? valueTypeOf(type.ofType) : null,
    isLeaf: isLeafType(type),
    serialize: isLeafType(type) && !isWrittenAsIs(type) ? (value: unknown) => type.serialize(value) : null,
  };
  valueTypes.set(outer, found);
  return found;
}

const isWrittenAsIs = (type: GraphQLLeafType): boolean => isSpecifiedScalarType(type) || type.extensions.unchanged === true;

/** One field that will be executed, under one response key. */
export interface SelectedField {
  key: string;
  /** Its nodes in the document, the first of which has its arguments. */
  nodes: readonly FieldNode[];
  name: string;
  /** Type and name, for example Agent.segments. */
  label: string;
  definition: GraphQLField<unknown, unknown>;
  value: ValueType;
  /** Whether its value is a plain property that goes into the answer unchanged. */
  isFigure: boolean;
  /** Coerced, defaults filled in. */
  args: Readonly<Record<string, unknown>>;
  /** What is selected below it; empty for a scalar. */
  selection: Selection;
  /** Why its arguments are refused, such as a variable that is null although the argument may not be null. */
  refusal: GraphQLError | null;
}

/** A field of a document, before variables are filled in. */
interface ShapedField {
  key: string;
  label: string;
  nodes: readonly FieldNode[];
  definition: GraphQLField<unknown, unknown>;
  value: ValueType;
  isFigure: boolean;
  below: Shape;
  /** The field as it is for all variables; null if they change it. */
  constant: SelectedField | null;
  /** Its arguments that are one variable each, with the name of the variable; null if a variable is only a part of an argument. */
  open: readonly (readonly [argument: string, variable: string])[] | null;
  /** Its other arguments, coerced; null before the first use. */
  fixed: Readonly<Record<string, unknown>> | null;
}

/**
 * What a document selects on one object: fragments spread, @skip and @include obeyed, fields of one response key merged. It is read once for
 * all requests with the document, under the same values of @skip and @include. Its frame has only the variables of these directives.
 */
class Shape {
  #fields: readonly ShapedField[] | undefined;
  /** Why nothing of it can be selected: a variable of @skip or @include is null, which their argument may not be. */
  #refusal: GraphQLError | undefined;
  #constant: Selection | null | undefined;
  #narrower: Map<GraphQLNamedType, Shape> | undefined;
  #hasPrototypeKey: boolean | undefined;
  #uses = 0;
  #begin: ((source: unknown) => Record<string, unknown> | null) | undefined;

  constructor(
    private readonly frame: OperationFrame,
    readonly type: GraphQLNamedType,
    private readonly sets: readonly SelectionSetNode[],
  ) {}

  /** Empty if they are refused; `begun` throws the refusal. */
  get fields(): readonly ShapedField[] {
    this.#fields ??= this.#read();
    return this.#fields;
  }

  #read(): readonly ShapedField[] {
    try {
      return [...this.#nodesByKey()].flatMap(([key, nodes]) => this.#shaped(key, nodes));
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      this.#refusal = error;
      return [];
    }
  }

  /** The selection for all variables; null where variables change it. */
  get constant(): Selection | null {
    if (this.#constant === undefined) {
      this.#constant = this.fields.every(({ constant }) => constant) && !isAbstractType(this.type) ? new Selection(this, {}) : null;
    }
    return this.#constant;
  }

  on(type: GraphQLNamedType): Shape {
    if (type === this.type) return this;
    this.#narrower ??= new Map();
    const known = this.#narrower.get(type) ?? new Shape(this.frame, type, this.sets);
    this.#narrower.set(type, known);
    return known;
  }

  /**
   * A new object of an answer with the figures of this one, and null under every other key; null if a value is no figure. After 100 uses a
   * generated function reads it: plain property reads take a fifth of the time of a loop over the fields. Throws the error of a selection that
   * is refused.
   */
  begun(source: unknown): Record<string, unknown> | null {
    if (this.#begin) return this.#begin(source);
    const { fields } = this;
    if (this.#refusal) throw this.#refusal;
    this.#uses++;
    if (this.#uses >= compiledAtUse) this.#begin = literalOf(fields);
    return null;
  }

  /** An empty object in which every key is its own, even `__proto__`. */
  emptyObject(): Record<string, unknown> {
    this.#hasPrototypeKey ??= this.fields.some(({ key }) => key === "__proto__");
    return this.#hasPrototypeKey ? Object.create(null) : {};
  }

  #nodesByKey(): Map<string, FieldNode[]> {
    const byKey = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    const collect = (nodes: readonly SelectionNode[]): void => {
      for (const node of nodes) {
        if (!this.#included(node)) continue;
        if (node.kind === Kind.FIELD) {
          const key = node.alias?.value ?? node.name.value;
          const known = byKey.get(key);
          if (known) known.push(node);
          else byKey.set(key, [node]);
        } else if (node.kind === Kind.INLINE_FRAGMENT) {
          if (this.#applies(node.typeCondition?.name.value)) collect(node.selectionSet.selections);
        } else if (!visited.has(node.name.value)) {
          visited.add(node.name.value);
          const fragment = this.frame.fragments[node.name.value];
          if (fragment && this.#applies(fragment.typeCondition.name.value)) collect(fragment.selectionSet.selections);
        }
      }
    };
    for (const { selections } of this.sets) collect(selections);
    return byKey;
  }

  #included(node: SelectionNode): boolean {
    if (!node.directives?.length) return true;
    const { variables } = this.frame;
    if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
  }

  #applies(condition: string | undefined): boolean {
    if (condition === undefined || condition === this.type.name) return true;
    const wider = this.frame.schema.getType(condition);
    return isAbstractType(wider) && isObjectType(this.type) && this.frame.schema.isSubType(wider, this.type);
  }

  #shaped(key: string, nodes: readonly FieldNode[]): ShapedField[] {
    const node = nodes[0]!;
    const definition = this.#definitionOf(node.name.value);
    if (!definition) return [];
    const { type, args } = definition;
    const below = node.selectionSet
      ? new Shape(
          this.frame,
          getNamedType(type),
          nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
        )
      : nothingBelow;
    const value = valueTypeOf(type);
    const isFigure = value.isLeaf && !value.serialize && !definition.resolve;
    const label = `${this.type.name}.${definition.name}`;
    const varying = node.arguments?.filter((argument) => hasVariable(argument.value)) ?? [];
    const open = varying.flatMap((argument) =>
      argument.value.kind === Kind.VARIABLE ? [[argument.name.value, argument.value.name.value] as const] : [],
    );
    const field: ShapedField = {
      key,
      label,
      nodes,
      definition,
      value,
      isFigure,
      below,
      constant: null,
      open: open.length === varying.length ? open : null,
      fixed: null,
    };
    const selection = below.constant;
    if (selection !== null && (args.length === 0 || varying.length === 0)) field.constant = filledIn(field, selection, {});
    return [field];
  }

  #definitionOf(name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (this.type === this.frame.schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return "getFields" in this.type ? (this.type.getFields()[name] as GraphQLField<unknown, unknown> | undefined) : undefined;
  }
}

/** A function is generated for a shape at this use. */
const compiledAtUse = 100;

/**
 * A function that reads the figures of an object into an object literal. Keys and names are names of GraphQL: letters, digits, underscores.
 */
function literalOf(fields: readonly ShapedField[]): (source: unknown) => Record<string, unknown> | null {
  const figures = fields.filter(({ isFigure }) => isFigure);
  const readOf = (field: ShapedField) => (field.isFigure ? `figure${figures.indexOf(field)}` : "null");
  const reads = figures.map((field) => `const ${readOf(field)} = source.${field.definition.name};`);
  const checks = figures.map((field) => `isFigure(${readOf(field)}, ${field.value.isNonNull})`);
  // Without brackets, __proto__ would set the prototype.
  const entries = fields.map((field) => `${field.key === "__proto__" ? `["__proto__"]` : field.key}: ${readOf(field)}`);
  const code = `${reads.join("\n")}\nreturn ${["true", ...checks].join(" && ")} ? { ${entries.join(", ")} } : null;`;
  // A getter that throws is no figure: the field reports that, at its path.
  return new Function("isFigure", `return (source) => { try {\n${code}\n} catch { return null; } };`)(isFigure);
}

/** Whether a leaf may stand in the answer as it is. */
export const isFigure = (value: unknown, isNonNull: boolean): boolean =>
  typeof value === "number" || typeof value === "string" || typeof value === "boolean" || (value === null && !isNonNull);

const noArguments: Readonly<Record<string, unknown>> = {};

/** The field with its arguments under these variables. */
function filledIn(field: ShapedField, selection: Selection, variables: OperationFrame["variables"]): SelectedField {
  const { key, label, nodes, definition, value, isFigure } = field;
  let args = noArguments;
  let refusal: GraphQLError | null = null;
  try {
    if (definition.args.length > 0) args = filledInQuickly(field, variables) ?? getArgumentValues(definition, nodes[0]!, variables);
    field.fixed ??= without(args, field.open);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    refusal = error;
  }
  return { key, nodes, name: definition.name, label, definition, value, isFigure, args, selection, refusal };
}

/** Returns null if a variable has no value. graphql-js then decides whether the default is used or the argument is refused. */
function filledInQuickly({ open, fixed }: ShapedField, variables: OperationFrame["variables"]): Record<string, unknown> | null {
  if (open === null || fixed === null) return null;
  const args: Record<string, unknown> = { ...fixed };
  for (const [argument, variable] of open) {
    const value = Object.hasOwn(variables, variable) ? variables[variable] : null;
    if (value === null) return null;
    args[argument] = value;
  }
  return args;
}

const without = (args: Readonly<Record<string, unknown>>, open: ShapedField["open"]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(args).filter(([name]) => !open?.some(([argument]) => argument === name)));

function hasVariable(value: object): boolean {
  if (Object.hasOwn(value, "kind") && (value as { kind: Kind }).kind === Kind.VARIABLE) return true;
  const { values = [], fields = [] } = value as { values?: readonly object[]; fields?: readonly { value: object }[] };
  return values.some(hasVariable) || fields.some((field) => hasVariable(field.value));
}

/** What execution will select on one object, under one request's variables. Outline, resolvers and executor read operations only through it. */
export class Selection {
  #every: readonly SelectedField[] | undefined;
  #fields: readonly SelectedField[] | undefined;
  #others: readonly SelectedField[] | undefined;

  constructor(
    private readonly shape: Shape,
    private readonly variables: OperationFrame["variables"],
  ) {}

  static of(frame: OperationFrame, type: GraphQLNamedType, sets: readonly SelectionSetNode[]): Selection {
    return new Selection(new Shape(frame, type, sets), frame.variables);
  }

  get type(): GraphQLNamedType {
    return this.shape.type;
  }

  /** The selection on one possible type of an interface or union. */
  on(type: GraphQLNamedType): Selection {
    return type === this.type ? this : selected(this.shape.on(type), this.variables);
  }

  /** In the order of execution; aliases are fields of their own. */
  get every(): readonly SelectedField[] {
    this.#every ??= this.shape.fields.map(
      (field) => field.constant ?? filledIn(field, selected(field.below, this.variables), this.variables),
    );
    return this.#every;
  }

  /** A new object of the answer: see Shape. */
  begun(source: unknown): Record<string, unknown> | null {
    return this.shape.begun(source);
  }

  emptyObject(): Record<string, unknown> {
    return this.shape.emptyObject();
  }

  /** Those that are no figures. */
  get others(): readonly SelectedField[] {
    this.#others ??= this.every.filter(({ isFigure }) => !isFigure);
    return this.#others;
  }

  /** Without those whose arguments execution will refuse: such a field reports that itself, at its path. */
  get fields(): readonly SelectedField[] {
    this.#fields ??= this.every.some(({ refusal }) => refusal) ? this.every.filter(({ refusal }) => !refusal) : this.every;
    return this.#fields;
  }

  /** Every field at the end of a path of field names, under any alias. */
  all(name: string, ...rest: string[]): readonly SelectedField[] {
    const here = this.fields.filter((field) => field.name === name);
    const [next, ...further] = rest;
    return next === undefined ? here : here.flatMap(({ selection }) => selection.all(next, ...further));
  }

  /** False when nothing but __typename is selected: such an object needs no answer. */
  get wantsData(): boolean {
    return this.fields.some(({ name }) => name !== TypeNameMetaFieldDef.name);
  }
}

/** Of a field without a selection. */
const nothingBelow = new Shape({ schema: new GraphQLSchema({}), fragments: {}, variables: {} }, GraphQLString, []);

const selected = (shape: Shape, variables: OperationFrame["variables"]): Selection => shape.constant ?? new Selection(shape, variables);

// ---------------------------------------------------------------- operations

/** An operation of a document as a request selects it. */
export interface SelectedOperation {
  operation: OperationDefinitionNode;
  fragments: OperationFrame["fragments"];
  variables: OperationFrame["variables"];
  root: Selection;
}

/** What is asked for: an operation of a document with the variables that a client gave. */
export interface AskedOperation {
  document: DocumentNode;
  operationName: string | null | undefined;
  variables: Readonly<Record<string, unknown>>;
}

/** The shapes of a document, by operation and the values of @skip and @include. */
interface ReadDocument {
  fragments: OperationFrame["fragments"];
  /** Names of the variables that @skip and @include read. */
  conditions: readonly string[];
  shapes: Map<string, Shape>;
}

/** Further combinations of values of @skip and @include are not kept. */
const mostShapes = 50;

/** Where a document carries its reading. A WeakMap would keep both until the next full collection, also for a document that is used once. */
const reading = Symbol("reading");
type CarryingDocument = DocumentNode & { [reading]?: { schema: GraphQLSchema; read: ReadDocument } };

let latest:
  | { schema: GraphQLSchema; operation: OperationDefinitionNode; given: object; coerced: OperationFrame["variables"] | undefined }
  | undefined;

/** Undefined if they are refused. The last result is kept, because limits and outline coerce the same variables one after the other. */
export function coercedVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: AskedOperation["variables"],
): OperationFrame["variables"] | undefined {
  if (latest?.operation !== operation || latest.given !== given || latest.schema !== schema) {
    const definitions = operation.variableDefinitions ?? [];
    const coerced = unchanged(definitions, given) ?? getVariableValues(schema, definitions, given).coerced;
    latest = { schema, operation, given, coerced };
  }
  return latest.coerced;
}

/** Returns the variables if coercion would change none of them: a list of string ids, for example. Null: graphql-js must coerce them. */
function unchanged(definitions: readonly VariableDefinitionNode[], given: AskedOperation["variables"]): OperationFrame["variables"] | null {
  const coerced: Record<string, unknown> = {};
  for (const { variable, type, defaultValue } of definitions) {
    const name = variable.name.value;
    const isGiven = Object.hasOwn(given, name);
    if (isGiven ? name === "__proto__" || !isUnchanged(given[name], type) : defaultValue || type.kind === Kind.NON_NULL_TYPE) return null;
    if (isGiven) coerced[name] = given[name];
  }
  return coerced;
}

function isUnchanged(value: unknown, type: TypeNode): boolean {
  if (type.kind === Kind.NON_NULL_TYPE) return value !== null && isUnchanged(value, type.type);
  if (value === null) return true;
  if (type.kind === Kind.LIST_TYPE) return Array.isArray(value) && value.every((item) => isUnchanged(item, type.type));
  return hasTypeOf.get(type.name.value)?.(value) ?? false;
}

const isText = (value: unknown): boolean => typeof value === "string";
/** Values of the scalars of the specification. An ID may also be given as a number, which becomes a string. */
const hasTypeOf: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ["ID", isText],
  ["String", isText],
  ["Boolean", (value: unknown) => typeof value === "boolean"],
  ["Int", (value: unknown) => typeof value === "number" && (value | 0) === value],
]);

/** Null when there is no such operation, the schema has no root for it, or its variables are refused. */
export function selectedOperation(
  schema: GraphQLSchema,
  { document, operationName, variables: given }: AskedOperation,
): SelectedOperation | null {
  const operation = getOperationAST(document, operationName);
  const type = operation && schema.getRootType(operation.operation);
  const variables = operation && coercedVariables(schema, operation, given);
  if (!operation || !type || !variables) return null;
  const { fragments, conditions, shapes } = readDocument(schema, document);
  const name = operation.name?.value ?? "";
  const form = conditions.length === 0 ? name : JSON.stringify([name, ...conditions.map((condition) => variables[condition])]);
  let shape = shapes.get(form);
  if (!shape) {
    const values = Object.fromEntries(conditions.map((condition) => [condition, variables[condition]]));
    shape = new Shape({ schema, fragments, variables: values }, type, [operation.selectionSet]);
    if (shapes.size < mostShapes) shapes.set(form, shape);
  }
  return { operation, fragments, variables, root: selected(shape, variables) };
}

function readDocument(schema: GraphQLSchema, document: CarryingDocument): ReadDocument {
  const known = document[reading];
  if (known?.schema === schema) return known.read;
  const read = { fragments: fragmentsOf(document), conditions: conditionsOf(document), shapes: new Map<string, Shape>() };
  document[reading] = { schema, read };
  return read;
}

function conditionsOf(document: DocumentNode): string[] {
  // No directive is written without this sign.
  if (document.loc?.source.body.includes("@") === false) return [];
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

/** The fragments of a document by name. */
export const fragmentsOf = (document: DocumentNode): Record<string, FragmentDefinitionNode> =>
  Object.fromEntries(document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])));
