import {
  type ASTNode,
  type ASTVisitFn,
  type ASTVisitor,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type ParseOptions,
  parse,
  specifiedRules,
  TypeInfo,
  ValidationContext,
  type ValidationRule,
  visit,
} from "graphql";
import { LRUCache } from "lru-cache";

/** All documents that are kept, in characters. A parsed one takes about thirty times the memory of its text. */
const mostCharacters = 1_000_000;
/** Longer documents are left to Apollo Server: an invalid one would be parsed twice. */
const longestRead = 100_000;
/** Hashes of documents that were asked for once. */
const mostSeen = 10_000;

/**
 * Keeps valid documents, parsed, for Apollo Server. It parses and validates the others itself and reports their errors. Its own store would
 * measure each document by its text as JSON, and its validation asks each rule for each kind of node. A document is kept when it is asked for the
 * second time: many are never asked for again, and to keep one for nothing costs as much as to parse it.
 */
export class ValidDocuments {
  readonly #seen = new LRUCache<string, true>({ max: mostSeen });
  /** What was read last. Apollo Server asks for it right after that. */
  #latest: { hash: string; document: DocumentNode } | undefined;
  readonly #byHash = new LRUCache<string, DocumentNode>({
    maxSize: mostCharacters,
    sizeCalculation: (document) => document.loc?.source.body.length || 1,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly rules: readonly ValidationRule[],
    private readonly parseOptions: ParseOptions,
  ) {}

  /** Reads a document that is not kept. */
  read(hash: string, source: string): void {
    if (source.length > longestRead || this.#byHash.has(hash)) return;
    try {
      const document = parse(source, this.parseOptions);
      demandValid(this.schema, document, [...specifiedRules, ...this.rules]);
      this.#latest = { hash, document };
      if (this.#seen.has(hash)) this.#byHash.set(hash, document);
      else this.#seen.set(hash, true);
    } catch {
      // Apollo Server meets the same error and reports it: an error of GraphQL, or a stack overflow in a deeply nested document.
    }
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    const hash = hashIn(key);
    const latest = this.#latest?.hash === hash ? this.#latest.document : undefined;
    this.#latest = undefined;
    return latest ?? this.#byHash.get(hash);
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.#byHash.set(hashIn(key), document);
  }

  async delete(key: string): Promise<boolean> {
    return this.#byHash.delete(hashIn(key));
  }
}

/** Apollo Server writes the schema's hash before the document's. */
const hashIn = (key: string): string => key.slice(key.lastIndexOf(":") + 1);

/** As graphql's validate visits an executable document: all nodes but names. */
const visitedKeys = {
  [Kind.DOCUMENT]: ["definitions"],
  [Kind.OPERATION_DEFINITION]: ["variableDefinitions", "directives", "selectionSet"],
  [Kind.VARIABLE_DEFINITION]: ["variable", "type", "defaultValue", "directives"],
  [Kind.VARIABLE]: [],
  [Kind.SELECTION_SET]: ["selections"],
  [Kind.FIELD]: ["arguments", "directives", "selectionSet"],
  [Kind.ARGUMENT]: ["value"],
  [Kind.FRAGMENT_SPREAD]: ["directives"],
  [Kind.INLINE_FRAGMENT]: ["typeCondition", "directives", "selectionSet"],
  [Kind.FRAGMENT_DEFINITION]: ["variableDefinitions", "typeCondition", "directives", "selectionSet"],
  [Kind.INT]: [],
  [Kind.FLOAT]: [],
  [Kind.STRING]: [],
  [Kind.BOOLEAN]: [],
  [Kind.NULL]: [],
  [Kind.ENUM]: [],
  [Kind.LIST]: ["values"],
  [Kind.OBJECT]: ["fields"],
  [Kind.OBJECT_FIELD]: ["value"],
  [Kind.DIRECTIVE]: ["arguments"],
  [Kind.NAMED_TYPE]: [],
  [Kind.LIST_TYPE]: ["type"],
  [Kind.NON_NULL_TYPE]: ["type"],
} as const;
type VisitedKind = keyof typeof visitedKeys;
const visitedKinds = Object.keys(visitedKeys) as VisitedKind[];

/** What one rule does at a kind of node. */
interface Step {
  rule: number;
  run: ASTVisitFn<ASTNode>;
}

type Usages = ReturnType<ValidationContext["getVariableUsages"]>;

/** Is told of each node as the document is visited. graphql's own context visits each definition once more to find its variables. */
class VisitedContext extends ValidationContext {
  readonly #usages = new Map<ASTNode, Usages>();
  #open: Usages[number][] = [];
  #inDefinition = false;

  enter(node: ASTNode, types: TypeInfo): void {
    if (node.kind === Kind.VARIABLE_DEFINITION) this.#inDefinition = true;
    if (node.kind !== Kind.VARIABLE || this.#inDefinition) return;
    const type = types.getInputType();
    this.#open.push({ node, type, defaultValue: types.getDefaultValue(), parentType: types.getParentInputType() });
  }

  leave(node: ASTNode): void {
    if (node.kind === Kind.VARIABLE_DEFINITION) this.#inDefinition = false;
    if (node.kind !== Kind.OPERATION_DEFINITION && node.kind !== Kind.FRAGMENT_DEFINITION) return;
    this.#usages.set(node, this.#open);
    this.#open = [];
  }

  /** Of a definition that was visited already, or of a fragment that comes later in the document. */
  override getVariableUsages(node: Parameters<ValidationContext["getVariableUsages"]>[0]): Usages {
    return this.#usages.get(node) ?? super.getVariableUsages(node);
  }
}

/**
 * Throws the first error that a rule reports. Rules are merged by what they visit. graphql's validate asks each rule for each of the 43 kinds
 * of nodes, for every document. That takes longer than the rules themselves.
 */
export function demandValid(schema: GraphQLSchema, document: DocumentNode, rules: readonly ValidationRule[]): void {
  const types = new TypeInfo(schema);
  const context = new VisitedContext(schema, document, types, (error) => {
    throw error;
  });
  const enters = new Map<string, Step[]>();
  const leaves = new Map<string, Step[]>();
  const put = (steps: Map<string, Step[]>, kind: string, rule: number, visitor: ASTVisitor, run: unknown): void => {
    if (typeof run !== "function") return;
    const step = { rule, run: run.bind(visitor) as Step["run"] };
    const known = steps.get(kind);
    if (known) known.push(step);
    else steps.set(kind, [step]);
  };
  for (const [rule, make] of rules.entries()) {
    const visitor = make(context);
    for (const [kind, at] of Object.entries(visitor) as [string, { enter?: unknown; leave?: unknown } | ASTVisitFn<ASTNode>][]) {
      if (kind === "enter") for (const each of visitedKinds) put(enters, each, rule, visitor, at);
      else if (kind === "leave") for (const each of visitedKinds) put(leaves, each, rule, visitor, at);
      else if (typeof at === "function") put(enters, kind, rule, visitor, at);
      else {
        put(enters, kind, rule, visitor, at.enter);
        put(leaves, kind, rule, visitor, at.leave);
      }
    }
  }
  /** For each rule, the node whose children it skips; null for none. */
  const skipped: (ASTNode | null)[] = rules.map(() => null);
  visit(
    document,
    {
      enter(node, ...where) {
        types.enter(node);
        context.enter(node, types);
        for (const { rule, run } of enters.get(node.kind) ?? []) {
          if (skipped[rule] === null && run(node, ...where) === false) skipped[rule] = node;
        }
      },
      leave(node, ...where) {
        context.leave(node);
        for (const { rule, run } of leaves.get(node.kind) ?? []) if (skipped[rule] === null) run(node, ...where);
        for (let rule = 0; rule < skipped.length; rule++) if (skipped[rule] === node) skipped[rule] = null;
        types.leave(node);
      },
    },
    visitedKeys as unknown as Parameters<typeof visit>[2],
  );
}
