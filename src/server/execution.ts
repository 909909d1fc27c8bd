import type { IncomingHttpHeaders } from "node:http";
import { ApolloServer, type ApolloServerOptionsWithGateway, HeaderMap, type HTTPGraphQLRequest } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import type { GatewayContext } from "../graphql/context.js";
import { Answer } from "./answers.js";
import type { Caller, Explain, Gateway, GatewayRequest, Report } from "./gateway-port.js";
import { masked } from "./masking.js";
import {
  answerValues,
  caller,
  ended,
  explain,
  type Limits,
  type Outcome,
  operationPlugin,
  request,
  type ServedContext,
} from "./operation.js";
import { listRule, rootRule, sizeRule } from "./operation-limits.js";
import { type Trust, type TrustOptions, trustedDocumentsPlugin } from "./trusted-documents.js";

export type ApolloOptions = Limits & TrustOptions & Pick<Config, "introspection">;

/** Apollo Server as the gateway runs it: nothing leaves for Apollo, nothing of a bug reaches a client. Stopping it waits for `drain`. */
export const apolloServer = (
  gateway: Pick<Gateway, "schema" | "execute">,
  options: ApolloOptions,
  trust: Trust,
  log: Logger,
  drain: () => Promise<void>,
) =>
  new ApolloServer<ServedContext>({
    gateway: executedBy(gateway),
    logger: log,
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    csrfPrevention: false, // graphql-endpoint.ts decides, before an answer is looked up.
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stringifyResult: (value) => JSON.stringify(value),
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: options.maxQueryTokens },
    validationRules: [sizeRule(options), listRule(options.maxListItems), rootRule],
    formatError: masked(log, options),
    plugins: [
      trustedDocumentsPlugin(trust),
      operationPlugin(options),
      { serverWillStart: async () => ({ drainServer: drain }) },
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });

/** What Apollo Server calls a gateway is where an executor of one's own is put in place of graphql-js. */
const executedBy = ({
  schema,
  execute,
}: Pick<Gateway, "schema" | "execute">): ApolloServerOptionsWithGateway<ServedContext>["gateway"] => ({
  load: async () => ({
    executor: async ({ document, operationName, request, context }) => {
      const served = context as ServedContext & GatewayContext;
      const variables = request.variables ?? {};
      return execute({ document, operationName, variables, context: served, values: served[answerValues] ?? 0 });
    },
  }),
  onSchemaLoadOrUpdate(tell) {
    tell({ apiSchema: schema, coreSupergraphSdl: "" });
    return () => undefined;
  },
  stop: async () => undefined,
});

/** The turns of the event loop: in each it looks at the network once, and hands over all that came. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;
  #end: Promise<void> | undefined;

  /**
   * Resolves when an execution may begin; undefined: now. One begins in each turn, first come, first served. Where many requests came together,
   * each look at the network finds clients that have gone meanwhile, before anything is executed for them, and answers what is kept.
   */
  next(): Promise<void> | undefined {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
    setImmediate(this.#pass);
    return undefined;
  }

  /**
   * Resolves when all that came in this turn was read. What is answered then leaves one right after the other: a client with many connections
   * is woken once for all of them, and to wake a process takes longer than to send it an answer.
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
export async function execute(apollo: ApolloServer<ServedContext>, asked: Execution, now: () => number): Promise<Executed> {
  let outcome: Outcome | undefined;
  const {
    status = 200,
    headers,
    body,
  } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { ...asked.http, headers: headersOf(asked.http.headers) },
    context: async () =>
      Object.assign(asked.served.context, {
        [request]: asked.served,
        [explain]: asked.explain,
        [caller]: asked.caller,
        [ended]: (known: Outcome) => {
          outcome = known;
        },
      }),
  });
  if (body.kind !== "complete") throw new Error("Apollo Server gave an answer in parts, which the gateway never asks for.");
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

function headersOf(given: IncomingHttpHeaders): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers.set(name, typeof value === "string" ? value : value.join(", "));
  }
  return headers;
}

/** Of a request that Apollo Server refused before it became an operation. */
const codesIn = (text: string): unknown[] =>
  ((JSON.parse(text) as { errors?: { extensions?: { code?: unknown } }[] }).errors ?? []).map(({ extensions }) => extensions?.code);
