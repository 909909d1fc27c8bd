import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** What a selection is read against: one operation with its variables, coerced. */
export interface OperationFrame {
  schema: GraphQLSchema;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  variables: Readonly<Record<string, unknown>>;
}

/** One field that will be executed, under one response key. */
export interface SelectedField {
  /** Its nodes in the document, the first of which has its arguments. */
  nodes: readonly FieldNode[];
  name: string;
  /** Coerced, defaults filled in. */
  args: Readonly<Record<string, unknown>>;
  /** What is selected below it; empty for a scalar. */
  selection: Selection;
}

/**
 * What execution will select on one object: fragments spread, @skip and @include obeyed, fields of one response key merged.
 * Outline and resolvers both read selections only through it.
 */
export class Selection {
  #fields: readonly SelectedField[] | undefined;
  #empty: Selection | undefined;

  constructor(
    private readonly frame: OperationFrame,
    readonly type: GraphQLNamedType,
    private readonly sets: readonly SelectionSetNode[],
  ) {}

  /** The selection on one possible type of an interface or union. */
  on(type: GraphQLNamedType): Selection {
    return type === this.type ? this : new Selection(this.frame, type, this.sets);
  }

  /** The fields in the order of execution; aliases are fields of their own. */
  get fields(): readonly SelectedField[] {
    this.#fields ??= [...this.#nodesByKey().values()].flatMap((nodes) => this.#selected(nodes));
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
    return this.fields.some(({ name }) => name !== "__typename");
  }

  #nodesByKey(): Map<string, FieldNode[]> {
    const byKey = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    const collect = (nodes: readonly SelectionNode[]): void => {
      for (const node of nodes.filter((each) => this.#included(each))) {
        if (node.kind === Kind.FIELD) {
          const key = node.alias?.value ?? node.name.value;
          byKey.set(key, [...(byKey.get(key) ?? []), node]);
        } else if (node.kind === Kind.INLINE_FRAGMENT) {
          if (this.#applies(node.typeCondition?.name.value)) collect(node.selectionSet.selections);
        } else if (!visited.has(node.name.value)) {
          visited.add(node.name.value);
          const fragment = this.frame.fragments[node.name.value];
          if (fragment && this.#applies(fragment.typeCondition.name.value)) collect(fragment.selectionSet.selections);
        }
      }
    };
    collect(this.sets.flatMap(({ selections }) => selections));
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

  #selected(nodes: readonly FieldNode[]): SelectedField[] {
    const node = nodes[0]!;
    const definition = "getFields" in this.type ? this.type.getFields()[node.name.value] : undefined;
    if (!definition) return node.name.value === "__typename" ? [{ nodes, name: "__typename", args: {}, selection: this.#none }] : [];
    const { name, type } = definition;
    const args = "args" in definition && definition.args.length > 0 ? this.#argumentsOf(definition, node) : {};
    if (!args) return [];
    if (!node.selectionSet) return [{ nodes, name, args, selection: this.#none }];
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    return [{ nodes, name, args, selection: new Selection(this.frame, getNamedType(type), sets) }];
  }

  /** Null where execution will refuse them, such as a variable that is null against its default: the field reports that itself, at its path. */
  #argumentsOf(definition: GraphQLField<unknown, unknown>, node: FieldNode): Record<string, unknown> | null {
    try {
      return getArgumentValues(definition, node, this.frame.variables);
    } catch (error) {
      if (error instanceof GraphQLError) return null;
      throw error;
    }
  }

  get #none(): Selection {
    this.#empty ??= new Selection(this.frame, this.type, []);
    return this.#empty;
  }
}

/** The fragments of a document by name. */
export const fragmentsOf = (document: DocumentNode): Record<string, FragmentDefinitionNode> =>
  Object.fromEntries(document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])));

type Info = Pick<GraphQLResolveInfo, "fieldNodes" | "fragments" | "schema" | "variableValues" | "returnType">;

/** By the variables of one execution, then by the nodes of one field: siblings in a list share both, two executions neither. */
const known = new WeakMap<object, WeakMap<object, Selection>>();

/** What is selected below the field that is being resolved; read once for all siblings of one execution. */
export function selectionOf({ schema, fragments, variableValues, fieldNodes, returnType }: Info): Selection {
  const ofExecution = known.get(variableValues) ?? new WeakMap<object, Selection>();
  known.set(variableValues, ofExecution);
  const selection =
    ofExecution.get(fieldNodes) ??
    new Selection(
      { schema, fragments, variables: variableValues },
      getNamedType(returnType),
      fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    );
  ofExecution.set(fieldNodes, selection);
  return selection;
}
