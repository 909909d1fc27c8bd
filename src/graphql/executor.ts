import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  locatedError,
} from "graphql";
import { GatewayError } from "../errors.js";
import { type AbandonedSignal, demandWaiting, type GatewayContext } from "./context.js";
import { isFigure, type SelectedField, type SelectedOperation, type Selection, selectedOperation, type ValueType } from "./selection.js";

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

/** An answer that can have so many values lets other requests run while it is made. */
const largeAnswer = 20_000;
/** A large answer lets others run after this time, ms. */
const sliceMs = 20;
/** A large answer looks at the clock once in so many fields. */
const fieldsOfLook = 500;

/**
 * Executes operations of the schema as graphql-js does, from selections that are read once for a document and not once for each object.
 * What cannot be executed, such as variables that do not fit, is left to graphql-js and its messages.
 */
export function executorOf(schema: GraphQLSchema): Execute {
  return async ({ document, operationName, variables, context, values }) => {
    demandWaiting(context.signal);
    const selected = context.planned.operation ?? selectedOperation(schema, { document, operationName, variables });
    if (!selected) return execute({ schema, document, operationName, variableValues: variables, contextValue: context });
    const slices = values < largeAnswer ? null : new TimeSlices(context.signal);
    await slices?.next();
    const result = await new Run(schema, selected, context, slices).result();
    await slices?.next();
    return result;
  };
}

/** The time that one large request takes before it lets others run. */
class TimeSlices {
  #next: Promise<void> | null = null;
  #fields = 0;
  #endsAt = 0;

  constructor(private readonly signal: AbandonedSignal | undefined) {}

  /** Whether this request has used up its time and must wait for `next`. `fields`: how many were executed since the last look. */
  isOver(fields: number): boolean {
    this.#fields += fields;
    if (this.#next) return true;
    if (this.#fields < fieldsOfLook) return false;
    this.#fields = 0;
    return performance.now() > this.#endsAt;
  }

  /** Resolves after everything that waits for the event loop now. Rejects when nobody waits for the answer any more. */
  next(): Promise<void> {
    this.#next ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.#next = null;
      this.#endsAt = performance.now() + sliceMs;
      demandWaiting(this.signal);
    });
    return this.#next;
  }
}

/** Where a value stands in the answer. */
interface Path {
  prev: Path | undefined;
  key: string | number;
  typename: string | undefined;
}

/** What a resolver is told about its field. Each part is computed when it is read. */
export class FieldInfo {
  readonly rootValue = undefined;

  constructor(
    readonly schema: GraphQLSchema,
    private readonly selected: SelectedOperation,
    private readonly field: SelectedField,
    readonly parentType: GraphQLObjectType,
    private readonly prev: Path | undefined,
  ) {}

  get fieldName() {
    return this.field.name;
  }
  get fieldNodes() {
    return this.field.nodes;
  }
  get returnType() {
    return this.field.definition.type;
  }
  get selection() {
    return this.field.selection;
  }
  get path() {
    return { prev: this.prev, key: this.field.key, typename: this.parentType.name };
  }
  get operation() {
    return this.selected.operation;
  }
  get fragments() {
    return this.selected.fragments;
  }
  get variableValues() {
    return this.selected.variables;
  }
}

type MaybePromise<T> = T | Promise<T>;

/** One execution of an operation. */
class Run {
  readonly #errors: GraphQLError[] = [];

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly operation: SelectedOperation,
    private readonly context: GatewayContext,
    private readonly slices: TimeSlices | null,
  ) {}

  async result(): Promise<ExecutionResult> {
    let data: Record<string, unknown> | null = null;
    try {
      data = await this.#object(this.operation.root, undefined, undefined);
    } catch (error) {
      this.#errors.push(error as GraphQLError);
    }
    return this.#errors.length === 0 ? { data } : { errors: this.#errors, data };
  }

  #object(selection: Selection, source: unknown, path: Path | undefined): MaybePromise<Record<string, unknown>> {
    const begun = selection.begun(source);
    const fields = begun ? selection.others : selection.every;
    const result = begun ?? selection.emptyObject();
    let waiting: Promise<void>[] | undefined;
    try {
      for (const field of fields) {
        const value = this.#field(field, selection, source, path);
        result[field.key] = value;
        if (value instanceof Promise) {
          waiting ??= [];
          waiting.push(
            value.then((known) => {
              result[field.key] = known;
            }),
          );
        }
      }
    } catch (error) {
      // Other fields that still wait may fail too. They are awaited so that Node reports no unhandled rejection.
      if (!waiting) throw error;
      return Promise.allSettled(waiting).then(() => Promise.reject(error));
    }
    return waiting ? Promise.all(waiting).then(() => result) : result;
  }

  #field(field: SelectedField, selection: Selection, source: unknown, outer: Path | undefined): unknown {
    const { value: valueType } = field;
    try {
      const value = this.#resolved(field, selection, source, outer);
      if (field.isFigure && isFigure(value, valueType.isNonNull)) return value;
      if (valueType.isLeaf && !(value instanceof Promise)) return leafValue(value, valueType, field, selection);
      const path = { prev: outer, key: field.key, typename: selection.type.name };
      return this.#nullable(value, valueType, field, selection, path);
    } catch (error) {
      return this.#failed(error, valueType, field, { prev: outer, key: field.key, typename: selection.type.name });
    }
  }

  #resolved(field: SelectedField, selection: Selection, source: unknown, prev: Path | undefined): unknown {
    const { definition, name, args, refusal } = field;
    if (refusal) throw refusal;
    const { resolve } = definition;
    if (!resolve) {
      const value = (source as Readonly<Record<string, unknown>> | undefined)?.[name];
      if (typeof value !== "function") return value;
      return value.call(source, args, this.context, this.#info(field, selection, prev));
    }
    return resolve(source, args, this.context, this.#info(field, selection, prev));
  }

  #info(field: SelectedField, { type }: Selection, prev: Path | undefined): GraphQLResolveInfo {
    return new FieldInfo(this.schema, this.operation, field, type as GraphQLObjectType, prev) as unknown as GraphQLResolveInfo;
  }

  /** The value of the field or of an item of its list; null with an error where it may be null and fails. */
  #nullable(value: unknown, valueType: ValueType, field: SelectedField, selection: Selection, path: Path): unknown {
    try {
      const completed =
        value instanceof Promise
          ? value.then((known) => this.#completed(known, valueType, field, selection, path))
          : this.#completed(value, valueType, field, selection, path);
      if (!(completed instanceof Promise)) return completed;
      return completed.then(undefined, (error) => this.#failed(error, valueType, field, path));
    } catch (error) {
      return this.#failed(error, valueType, field, path);
    }
  }

  #failed(failure: unknown, { isNonNull }: ValueType, { nodes }: SelectedField, path: Path): null {
    const error = located(failure, nodes, path);
    if (isNonNull) throw error;
    this.#errors.push(error);
    return null;
  }

  #completed(value: unknown, valueType: ValueType, field: SelectedField, selection: Selection, path: Path): unknown {
    if (value === null || value === undefined || valueType.isLeaf) return leafValue(value, valueType, field, selection);
    if (value instanceof Error) throw value;
    if (valueType.items) return this.#list(value, valueType.items, field, selection, path);
    const { type } = valueType;
    if (isObjectType(type)) return this.#object(field.selection.on(type), value, path);
    return this.#possible(value, field, selection, path);
  }

  /** An object of one of the types of a union or an interface. */
  #possible(value: unknown, field: SelectedField, selection: Selection, path: Path): unknown {
    const type = getNamedType(field.definition.type);
    if (!isAbstractType(type) || !type.resolveType) throw new Error(`${type.name} does not say which of its types a value has.`);
    const info = this.#info(field, selection, path.prev);
    const found = type.resolveType(value, this.context, info, type);
    const complete = (name: string | undefined) => {
      const possible = name === undefined ? undefined : this.schema.getType(name);
      if (!isObjectType(possible) || !this.schema.isSubType(type, possible))
        throw new GraphQLError(`${type.name} has no type ${String(name)}.`, { nodes: [...field.nodes] });
      return this.#object(field.selection.on(possible), value, path);
    };
    return found instanceof Promise ? found.then(complete) : complete(found as string | undefined);
  }

  #list(value: unknown, items: ValueType, field: SelectedField, selection: Selection, path: Path): MaybePromise<unknown[]> {
    if (typeof value !== "object" || value === null || !(Symbol.iterator in value))
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${selection.type.name}.${field.name}".`);
    const source = Array.isArray(value) ? value : [...(value as Iterable<unknown>)];
    const result: unknown[] = [];
    let isWaiting = false;
    // Items that still wait may fail too. They are awaited so that Node reports no unhandled rejection.
    const failed = (error: unknown) => Promise.allSettled(result).then(() => Promise.reject(error));
    const goOn = (): MaybePromise<unknown[]> => {
      try {
        while (result.length < source.length) {
          if (this.slices?.isOver(field.selection.every.length)) return this.slices.next().then(goOn, failed);
          const index = result.length;
          const item = this.#nullable(source[index], items, field, selection, { prev: path, key: index, typename: undefined });
          if (item instanceof Promise) {
            isWaiting = true;
            // It may fail while this list waits for its next time slice.
            if (this.slices) item.catch(() => undefined);
          }
          result.push(item);
        }
      } catch (error) {
        if (!isWaiting) throw error;
        return failed(error);
      }
      return isWaiting ? Promise.all(result) : result;
    };
    return goOn();
  }
}

/** Throws for null where it may not be, and for an error in the place of a value. */
function leafValue(value: unknown, { isNonNull, serialize }: ValueType, { name }: SelectedField, { type }: Selection): unknown {
  if (value === null || value === undefined) {
    if (isNonNull) throw new Error(`Cannot return null for non-nullable field ${type.name}.${name}.`);
    return null;
  }
  if (value instanceof Error) throw value;
  return serialize ? serialize(value) : value;
}

/** Locates an error. A GatewayError has no stack and gets none here: an answer may have thousands. */
function located(failure: unknown, nodes: readonly FieldNode[], path: Path): GraphQLError {
  const { stackTraceLimit } = Error;
  if (failure instanceof GatewayError) Error.stackTraceLimit = 0;
  const error = locatedError(failure, nodes, keysOf(path));
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: Path | undefined = path; at; at = at.prev) keys.push(at.key);
  return keys.reverse();
}
