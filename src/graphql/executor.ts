import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FieldNode,
  type FragmentSpreadNode,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  getOperationAST,
  getVariableValues,
  type InlineFragmentNode,
  isInputObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type NamedTypeNode,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { type CompiledQuery, compileQuery, isCompiledQuery } from "graphql-jit";
import { LRUCache } from "lru-cache";
import { demandWaiting, type GatewayContext } from "./context.js";

/** A valid operation, as it is to be executed. */
export interface Execution {
  document: DocumentNode;
  operationName: string | null;
  variables: Readonly<Record<string, unknown>>;
  context: GatewayContext;
  /** How many values the answer can have, at most. */
  values: number;
}

export type Execute = (execution: Execution) => Promise<ExecutionResult>;

/** A document is compiled when it is executed for this time: compiling costs what some ten executions save. */
const compiledAtUse = 3;
/** An answer that can have so many values is worth compiling for at once. */
const largeAnswer = 20_000;
const mostCompiled = 500;

/** One form of an operation: how often it was executed, until it is compiled; null: it cannot be. */
interface Known {
  uses: number;
  compiled: CompiledQuery | null | undefined;
}

/**
 * Executes operations of the schema. One that is executed again and again, or for a large answer, is compiled by graphql-jit; every other
 * is executed by graphql-js. Both give the same answers, but errors may stand in another order. What graphql-jit refuses, and variables
 * that do not fit, are left to graphql-js and its messages. What @skip and @include leave out is taken out before an operation is
 * compiled, because graphql-jit judges a fragment that is spread twice by its first directive.
 */
export function executorOf(schema: GraphQLSchema): Execute {
  const known = new LRUCache<DocumentNode, Map<string, Known>>({ max: mostCompiled });

  const compiledFor = ({ document, operationName, variables, values }: Execution): CompiledQuery | null => {
    const forms = known.get(document) ?? new Map<string, Known>();
    known.set(document, forms);
    const conditions = conditionsOf(schema, document, operationName, variables);
    const name = JSON.stringify([operationName, conditions]);
    const form = forms.get(name) ?? { uses: 0, compiled: undefined };
    forms.set(name, form);
    form.uses++;
    if (form.compiled === undefined && (form.uses >= compiledAtUse || values >= largeAnswer)) {
      const losesValues = hasDefaultOfOwnScalar(schema, document, operationName) || hasVariableInScalar(schema, document);
      const isRefused = isIntrospective(document) || losesValues || !conditions;
      form.compiled = isRefused ? null : compiled(included(document, conditions), operationName);
    }
    return form.compiled ?? null;
  };

  const compiled = (document: DocumentNode, operationName: string | null): CompiledQuery | null => {
    const query = compileQuery(schema, document, operationName ?? undefined, {
      disablingCapturingStackErrors: true,
      // Figures were checked when they arrived; ids, names and flags are what they are.
      disableLeafSerialization: true,
    });
    return isCompiledQuery(query) ? query : null;
  };

  const run = ({ document, operationName, variables, context }: Execution, query: CompiledQuery | null) => {
    const byGraphqlJs = () => execute({ schema, document, operationName, variableValues: variables, contextValue: context });
    if (!query) return byGraphqlJs();
    const result = query.query(undefined, context, variables);
    // Without data nothing was executed: the variables were refused.
    return !(result instanceof Promise) && result.data === undefined ? byGraphqlJs() : result;
  };

  return async (execution) => {
    demandWaiting(execution.context.signal);
    if (execution.values < largeAnswer) return run(execution, compiledFor(execution));
    // Other requests have their turn between the long steps of a large one.
    await turnOf(execution);
    const query = compiledFor(execution);
    await turnOf(execution);
    const result = await run(execution, query);
    await turnOf(execution);
    return result;
  };
}

/** Resolves after everything that waits for the event loop now. Rejects when nobody waits for the answer any more. */
async function turnOf({ context }: Execution): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  demandWaiting(context.signal);
}

/** Variables that @skip and @include read, by document. */
const conditional = new WeakMap<DocumentNode, readonly string[]>();

function conditionalVariables(document: DocumentNode): readonly string[] {
  const before = conditional.get(document);
  if (before) return before;
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== "skip" && name.value !== "include") return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  conditional.set(document, [...names]);
  return [...names];
}

/** The values of those variables; null when the variables do not fit the operation. */
function conditionsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
  variables: Execution["variables"],
): Readonly<Record<string, unknown>> | null {
  const names = conditionalVariables(document);
  if (names.length === 0) return {};
  const operation = getOperationAST(document, operationName);
  const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
  return coerced ? Object.fromEntries(names.map((name) => [name, coerced[name]])) : null;
}

/** The document without what @skip and @include leave out under these conditions, and without these directives. */
function included(document: DocumentNode, conditions: Readonly<Record<string, unknown>>): DocumentNode {
  const judged = (node: FieldNode | FragmentSpreadNode | InlineFragmentNode) => {
    if (!node.directives?.length) return undefined;
    if (getDirectiveValues(GraphQLSkipDirective, node, conditions)?.if === true) return null;
    if (getDirectiveValues(GraphQLIncludeDirective, node, conditions)?.if === false) return null;
    return { ...node, directives: node.directives.filter(({ name }) => name.value !== "skip" && name.value !== "include") };
  };
  return visit(document, { Field: judged, FragmentSpread: judged, InlineFragment: judged });
}

/** Whether a variable has a default that holds a value of our own scalars: graphql-jit writes defaults as JSON, and a date as a text. */
function hasDefaultOfOwnScalar(schema: GraphQLSchema, document: DocumentNode, operationName: string | null): boolean {
  const isOwn = (type: GraphQLNamedType | undefined): boolean =>
    isInputObjectType(type)
      ? Object.values(type.getFields()).some((field) => isOwn(getNamedType(field.type)))
      : isScalarType(type) && !isSpecifiedScalarType(type);
  return (getOperationAST(document, operationName)?.variableDefinitions ?? []).some(
    ({ type, defaultValue }) => defaultValue !== undefined && isOwn(getNamedType(typeFromAST(schema, type as NamedTypeNode))),
  );
}

/** Whether a variable stands inside a value of a scalar, as in a reference that is written in the document: graphql-jit leaves it out. */
function hasVariableInScalar(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  visit(
    document,
    visitWithTypeInfo(types, {
      Variable() {
        found ||= !types.getInputType();
      },
    }),
  );
  return found;
}

/** Whether the schema itself is asked for: its answers are large, rare and the same. */
const isIntrospective = ({ definitions }: DocumentNode): boolean =>
  definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.selectionSet.selections.some(
        (selection) => selection.kind === Kind.FIELD && ["__schema", "__type"].includes(selection.name.value),
      ),
  );
