import type { IncomingHttpHeaders } from "node:http";
import {
  ApolloServer,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
  type BaseContext,
  type GraphQLRequestContext,
  HeaderMap,
  type HTTPGraphQLRequest,
} from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { type ExecutionResult, NoSchemaIntrospectionCustomRule } from "graphql";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import { errorCodes, GatewayError } from "../errors.js";
import type { GatewayContext } from "../graphql/context.js";
import type { Execute } from "../graphql/executor.js";
import { coercedVariables } from "../graphql/selection.js";
import { Answer } from "./answers.js";
import type { Caller, Explain, Gateway, GatewayRequest, Report } from "./gateway-port.js";
import { masked } from "./masking.js";
import {
  answerSize,
  demandAnswerSize,
  demandListSizes,
  type Limits,
  listRule,
  noOperation,
  rootRule,
  sizeRule,
} from "./operation-limits.js";
import { type Trust, type TrustOptions, trustedDocumentsPlugin } from "./trusted-documents.js";
import { ValidDocuments } from "./valid-documents.js";

export type ApolloOptions = Limits & TrustOptions & Pick<Config, "introspection">;

/** The key under which the context carries its operation. Apollo Server copies the context, so a map by identity would lose it. */
const operation = Symbol("operation");

export interface ServedContext extends BaseContext {
  [operation]: ServedOperation;
}

/** What is known of the operation of a request, as it goes through Apollo Server. */
interface ServedOperation {
  readonly request: GatewayRequest;
  readonly explain: Explain | null;
  readonly caller: Caller;
  /** How many values the answer can have, once the operation is known. */
  values: number;
  /** Null before it begins. */
  execution: Promise<ExecutionResult> | null;
  /** Null before the answer is complete, and for a request that Apollo Server refused before it became an operation. */
  outcome: Outcome | null;
}

/** What is known of an operation when it has ended. */
interface Outcome {
  /** Name of the operation; null when it has none, or none was found. */
  operation: string | null;
  /** The codes of the errors in its answer. */
  errors: readonly unknown[];
  report: Report;
}

/** Apollo Server as the gateway runs it: nothing leaves for Apollo, nothing of a bug reaches a client. Stopping it waits for `drain`. */
export const apolloServer = (
  gateway: Pick<Gateway, "schema" | "execute">,
  options: ApolloOptions,
  trust: Trust,
  log: Logger,
  drain: () => Promise<void>,
) => {
  const validationRules = [sizeRule(options), listRule(options.maxListItems), rootRule];
  const parseOptions = { maxTokens: options.maxQueryTokens };
  const rules = options.introspection ? validationRules : [...validationRules, NoSchemaIntrospectionCustomRule];
  const documents = new ValidDocuments(gateway.schema, rules, parseOptions);
  return new ApolloServer<ServedContext>({
    gateway: executedBefore(gateway),
    logger: log,
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    csrfPrevention: false, // graphql-endpoint.ts decides, before an answer is looked up.
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stringifyResult: (value) => JSON.stringify(value),
    stopOnTerminationSignals: false,
    parseOptions,
    validationRules,
    documentStore: documents,
    formatError: masked(log, options),
    plugins: [
      ...(trust.mode === "off" ? [] : [trustedDocumentsPlugin<ServedContext>(trust, (context) => context[operation].caller)]),
      operationPlugin(options, documents, gateway.execute),
      { serverWillStart: async () => ({ drainServer: drain }) },
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
};

/** What Apollo Server calls a gateway is where an executor of one's own is put in place of graphql-js. Here it tells what came of `responseForOperation`. */
const executedBefore = ({ schema }: Pick<Gateway, "schema">): ApolloServerOptionsWithGateway<ServedContext>["gateway"] => ({
  load: async () => ({ executor: async ({ context }) => (context as ServedContext)[operation].execution! }),
  onSchemaLoadOrUpdate(tell) {
    tell({ apiSchema: schema, coreSupergraphSdl: "" });
    return () => undefined;
  },
  stop: async () => undefined,
});

type Served = GraphQLRequestContext<ServedContext>;

/** The life of one operation: measured and prepared before it is executed; reported and dated when it ends. */
const operationPlugin = (limits: Limits, documents: ValidDocuments, execute: Execute): ApolloServerPlugin<ServedContext> => ({
  async requestDidStart() {
    return {
      async didResolveSource({ queryHash, source }) {
        documents.read(queryHash, source);
      },
      async didResolveOperation(served) {
        if (!served.operation) throw noOperation(served.request.operationName ?? null);
        if (served.operation.operation === "subscription") throw notOverHttp();
        const variables = served.request.variables ?? {};
        demandListSizes(variables, limits.maxListItems);
        const values = answerSize(served.schema, served.document, served.operation, variables);
        demandAnswerSize(values, limits.maxAnswerValues);
        const current = served.contextValue[operation];
        current.values = values;
        await current.request.prepare({
          document: served.document,
          operationName: served.operationName,
          variables,
        });
      },
      /**
       * An answer without errors is made here. With errors Apollo Server words it, and asks its executor. That is not done for every answer,
       * because what it hands to an executor has a getter in an object literal: V8 makes a hidden class for each such object, in the old
       * generation, and keeps the whole request with it until the next full collection.
       */
      async responseForOperation({ contextValue, response: { http }, schema, document, operation: selected, operationName, request }) {
        const { variables = {} } = request;
        const current = contextValue[operation];
        const answer = (data: ExecutionResult["data"] = null) => ({ http, body: { kind: "single" as const, singleResult: { data } } });
        // If its variables are refused there is no plan: execution reports the error and asks nothing.
        if (current.explain === "plan" && coercedVariables(schema, selected, variables)) return answer();
        const context = contextValue as ServedContext & GatewayContext;
        current.execution = execute({ document, operationName, variables, context, values: current.values });
        // A failure is not lost: Apollo Server meets it when it asks its executor.
        const result = await current.execution.catch(() => null);
        return result === null || result.errors ? null : answer(result.data);
      },
      async willSendResponse(served) {
        const current = served.contextValue[operation];
        const report = current.request.report();
        const errors = codesOf(served);
        complete(served, report, errors);
        current.outcome = { operation: served.operationName ?? null, errors, report };
      },
    };
  },
});

const notOverHttp = (): GatewayError =>
  new GatewayError("BAD_USER_INPUT", "A subscription comes over a WebSocket to /graphql with the subprotocol graphql-transport-ws.");

function complete(served: Served, { freshness, upstream }: Report, [code]: readonly unknown[]): void {
  const { body, http } = served.response;
  if (body?.kind !== "single") return;
  if (freshness || upstream) {
    body.singleResult.extensions = { ...body.singleResult.extensions, ...(freshness && { freshness }), ...(upstream && { upstream }) };
  }
  if (body.singleResult.data === undefined && isOfOperation(code))
    http.status = refusalStatus(code, served.request.http?.headers.get("accept"));
}

const codesOf = ({ response: { body } }: Pick<Served, "response">): unknown[] =>
  body?.kind === "single" ? (body.singleResult.errors ?? []).map(({ extensions }) => extensions?.code) : [];

/** Codes of requests that came well formed over HTTP, and hold an operation that cannot be executed. */
const isOfOperation = (code: unknown): code is string =>
  typeof code === "string" && (Object.hasOwn(errorCodes, code) || /^GRAPHQL_|^OPERATION_RESOLUTION/.test(code));

/** Of an answer without data, by GraphQL over HTTP: 500 for our own failure; else 400 for clients that accept application/graphql-response+json, and 200 for others. */
function refusalStatus(code: string, accept: string | undefined): number {
  if (code === "INTERNAL_SERVER_ERROR") return 500;
  return accept?.includes("application/graphql-response+json") ? 400 : 200;
}

/** The turns of the event loop. In each turn Node reads the network once and hands over all that came. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;
  #end: Promise<void> | undefined;

  /**
   * Resolves when an execution may begin; undefined means now. One begins in each turn, in the order of arrival. Between two of them Node reads
   * the network, so that closed connections are noticed and kept answers are sent.
   */
  next(): Promise<void> | undefined {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
    setImmediate(this.#pass);
    return undefined;
  }

  /**
   * Resolves when everything that came in this turn was read. Answers then leave one right after the other. A client with many connections
   * is woken once for all of them. To wake a process takes longer than to send it an answer.
   */
  end(): Promise<void> {
    this.#end ??= new Promise((resolve) =>
      setImmediate(() => {
        this.#end = undefined;
        resolve();
      }),
    );
    return this.#end;
  }

  readonly #pass = (): void => {
    const first = this.#waiting.shift();
    if (first) setImmediate(this.#pass);
    else this.#isTaken = false;
    first?.();
  };
}

/** One request to be executed: what came over HTTP, and on whose behalf. */
export interface Execution {
  http: Pick<HTTPGraphQLRequest, "method" | "search" | "body"> & { headers: IncomingHttpHeaders };
  served: GatewayRequest;
  explain: Explain | null;
  caller: Caller;
}

export interface Executed {
  answer: Answer;
  /** What the answer was made from; null where there was no operation. */
  report: Report | null;
}

/** Executes a request through Apollo Server. Every failure is an answer. `now`: epoch ms. */
export async function execute(
  apollo: ApolloServer<ServedContext>,
  { http, served, explain, caller }: Execution,
  now: () => number,
): Promise<Executed> {
  const current: ServedOperation = { request: served, explain, caller, values: 0, execution: null, outcome: null };
  const {
    status = 200,
    headers,
    body,
  } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { ...http, headers: headersOf(http.headers) },
    context: async () => Object.assign(served.context, { [operation]: current }),
  });
  if (body.kind !== "complete") throw new Error("Apollo Server gave an answer in parts, which the gateway never asks for.");
  const { outcome } = current;
  const { maxAgeMs = null, freshness = null } = outcome?.report ?? {};
  const answer = new Answer(body.string, {
    status,
    headers: Object.fromEntries(headers),
    operation: outcome?.operation ?? null,
    errors: outcome?.errors ?? codesIn(body.string),
    stale: freshness?.stale ?? false,
    asOf: freshness === null ? null : Date.parse(freshness.oldestAsOf),
    freshUntil: maxAgeMs === null ? null : now() + maxAgeMs,
  });
  return { answer, report: outcome?.report ?? null };
}

/** Those that Apollo Server reads. */
function headersOf({ accept, "content-type": contentType }: IncomingHttpHeaders): HeaderMap {
  const headers = new HeaderMap();
  if (accept !== undefined) headers.set("accept", accept);
  if (contentType !== undefined) headers.set("content-type", contentType);
  return headers;
}

/** Of a request that Apollo Server refused before it became an operation. */
const codesIn = (text: string): unknown[] =>
  ((JSON.parse(text) as { errors?: { extensions?: { code?: unknown } }[] }).errors ?? []).map(({ extensions }) => extensions?.code);
