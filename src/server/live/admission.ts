import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  print,
  specifiedRules,
  validate,
} from "graphql";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Config } from "../../config.js";
import { badInput, GatewayError } from "../../errors.js";
import { checkedEverySeconds } from "../../graphql/fields/subscription.js";
import { fragmentsOf, Selection } from "../../graphql/selection.js";
import { masked } from "../masking.js";
import { answerSize, demandAnswerSize, demandListSizes, type Limits, listRule, noOperation, sizeRule } from "../operation-limits.js";
import { documentId, type Trust, type TrustOptions } from "../trusted-documents.js";

export type AdmissionOptions = Limits & TrustOptions & Pick<Config, "introspection">;

/** What a client asks to subscribe to, unchecked. */
export interface AskedSubscription {
  query: string;
  operationName: string | null;
  variables: Readonly<Record<string, unknown>>;
  /** Extensions of the request; a trusted document may be named there. */
  extensions: Readonly<Record<string, unknown>>;
  /** The hash of a trusted document, where the request holds it outside its extensions. */
  documentId: unknown;
  isRouter: boolean;
}

/** A subscription that may be executed. */
export interface LiveOperation {
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Equal for operations that are the same but for white space and comments. */
  readonly text: string;
  readonly everySeconds: number;
  /** How many values a state can have, at most. */
  readonly values: number;
  /** Why the document may not be executed any more; null while it may. */
  refusal(): GatewayError | null;
}

/** Why a subscription does not begin, or has ended. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(readonly errors: readonly GraphQLFormattedError[]) {
    super(errors.map(({ message }) => message).join(" "));
  }
}

/** As it stands in a GraphQL result. */
export const formatted = ({ message, extensions }: GatewayError): GraphQLFormattedError => ({ message, extensions: { ...extensions } });

/** Documents that were parsed and validated are remembered: many viewers send the same one. */
const mostDocuments = 500;
/** Characters of all of them. */
const mostCharacters = 4_000_000;

interface ReadDocument {
  readonly document: DocumentNode;
  readonly text: string;
  readonly errors: readonly GraphQLError[];
}

/** Holds subscriptions to the limits of every operation: tokens, depth, fields, lists, possible values, trusted documents. Throws Refused. */
export function admission(
  schema: GraphQLSchema,
  options: AdmissionOptions,
  trust: Trust,
  log: Logger,
): (asked: AskedSubscription) => LiveOperation {
  const mask = masked(log, options);
  const rules = [
    ...specifiedRules,
    sizeRule(options),
    listRule(options.maxListItems),
    ...(options.introspection ? [] : [NoSchemaIntrospectionCustomRule]),
  ];
  const documents = new LRUCache<string, ReadDocument>({
    max: mostDocuments,
    maxSize: mostCharacters,
    sizeCalculation: ({ text }, query) => text.length + query.length + 1,
  });

  const read = (query: string): ReadDocument => {
    const known = documents.get(query);
    if (known) return known;
    const document = parsed(query, options.maxQueryTokens);
    const errors = validate(schema, document, rules).map((error) => coded(error, "GRAPHQL_VALIDATION_FAILED"));
    const found = { document, text: print(document), errors };
    documents.set(query, found);
    return found;
  };

  const admitted = ({ query, operationName, variables, extensions, documentId: id, isRouter }: AskedSubscription): LiveOperation => {
    const hash = documentId([id], extensions);
    const asked = { operationName, query: query === "" ? undefined : query, id: hash, isRouter };
    const judged = trust.judge(asked);
    if (judged instanceof GatewayError) throw judged;
    const refusal = () => {
      const now = trust.mode === "enforce" ? trust.judge(asked) : undefined;
      return now instanceof GatewayError ? now : null;
    };
    const { document, text, errors } = read(judged ?? query);
    if (errors.length > 0) throw new Refused(errors.map((each) => mask(each.toJSON(), each)));
    const operation = getOperationAST(document, operationName);
    if (!operation) throw noOperation(operationName);
    if (operation.operation !== "subscription") throw notHere(operation.operation);
    demandListSizes(variables, options.maxListItems);
    const values = answerSize(schema, document, operation, variables);
    demandAnswerSize(values, options.maxAnswerValues);
    const everySeconds = everySecondsOf(schema, document, operation, variables);
    return { document, operationName: operation.name?.value ?? null, variables, text, everySeconds, values, refusal };
  };

  return (asked) => {
    try {
      return admitted(asked);
    } catch (error) {
      if (error instanceof Refused) throw error;
      const known = error instanceof GraphQLError ? error : new GraphQLError("", { originalError: error as Error });
      throw new Refused([mask(known.toJSON(), known)]);
    }
  };
}

function parsed(query: string, maxTokens: number): DocumentNode {
  try {
    return parse(query, { maxTokens });
  } catch (error) {
    // A stack that ends before the document does is the parser's too.
    throw coded(error as Error, "GRAPHQL_PARSE_FAILED");
  }
}

/** The error with the code that Apollo Server gives to the same mistake over HTTP, unless it has one. */
function coded(error: Error, code: string): GraphQLError {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  const known: Partial<GraphQLError> = error instanceof GraphQLError ? error : {};
  const { nodes, source, positions, path, extensions } = known;
  return new GraphQLError(error.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    originalError: cause ?? null,
    extensions: { code, ...extensions },
  });
}

const notHere = (kind: string): GatewayError =>
  new GatewayError("BAD_USER_INPUT", `Only subscriptions come over a socket, but the operation is a ${kind}: send it over HTTP.`);

/** Of the one root field that a valid subscription has. Throws BAD_USER_INPUT. */
function everySecondsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): number {
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  if (errors) throw new GatewayError("BAD_USER_INPUT", errors.map(({ message }) => message).join(" "));
  const frame = { schema, fragments: fragmentsOf(document), variables: coerced };
  const [field] = Selection.of(frame, schema.getSubscriptionType()!, [operation.selectionSet]).fields;
  if (!field) throw badInput("The subscription", "a selection of contactCenter", null);
  return checkedEverySeconds(field.args.everySeconds as number);
}
