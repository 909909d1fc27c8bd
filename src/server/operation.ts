import type { ApolloServerPlugin, BaseContext, GraphQLRequestContext } from "@apollo/server";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import { badInput, errorCodes, GatewayError } from "../errors.js";
import type { Caller, Explain, GatewayRequest, Report } from "./gateway-port.js";
import { answerSize, demandAnswerSize, demandListSizes } from "./operation-limits.js";

export const explainHeader = "x-gateway-explain";

/** What the header asks for; null when absent. Throws BAD_USER_INPUT for any other value. */
export function explainOf(value: string | string[] | undefined): Explain | null {
  if (value === undefined || value === "calls" || value === "plan") return value ?? null;
  throw badInput(`Header ${explainHeader}`, "calls or plan", value);
}

/** Header value: how long an answer may be kept. Answers with errors never; one without metrics has no age to promise, so it is asked again. */
export function cacheControl(
  { maxAgeMs }: Pick<Report, "maxAgeMs">,
  { failed, forEverybody }: { failed: boolean; forEverybody: boolean },
): string {
  if (failed) return "no-store";
  return `${forEverybody ? "public" : "private"}, max-age=${Math.max(0, Math.floor((maxAgeMs ?? 0) / 1000))}`;
}

/** Request headers that an answer of /graphql depends on. In small letters where @fastify/compress would otherwise add its own. */
export const vary = "Authorization, x-api-key, x-router-secret, Accept, accept-encoding, x-gateway-explain";

/** Under which the context carries its request: Apollo copies the context, so a map by identity would lose it. */
export const request = Symbol("gateway request");
export const explain = Symbol("explain");
export const caller = Symbol("caller");
export const forEverybody = Symbol("for everybody");

export interface ServedContext extends BaseContext {
  [request]: GatewayRequest;
  [explain]: Explain | null;
  [caller]: Caller;
  /** True when whoever asks gets the same answer, so that a cache may share it. */
  [forEverybody]: boolean;
}

type Served = GraphQLRequestContext<ServedContext>;
export type Limits = Pick<
  Config,
  "maxQueryDepth" | "maxQueryFields" | "maxQueryTokens" | "maxBodyBytes" | "maxListItems" | "maxAnswerValues"
>;

/** The life of one operation: measured and prepared before it is executed; reported, dated and logged when it ends. `now` in ms. */
export const operationPlugin = (limits: Limits, log: Logger, now: () => number): ApolloServerPlugin<ServedContext> => ({
  async requestDidStart() {
    const startedMs = now();
    return {
      async didResolveOperation(served) {
        if (!served.operation) return;
        if (served.operation.operation === "subscription") throw notOverHttp();
        const variables = served.request.variables ?? {};
        demandListSizes(variables, limits.maxListItems);
        demandAnswerSize(answerSize(served.schema, served.document, served.operation, variables), limits.maxAnswerValues);
        await served.contextValue[request].prepare({
          document: served.document,
          operationName: served.operationName,
          variables,
        });
      },
      async responseForOperation({ contextValue, response }) {
        if (contextValue[explain] !== "plan") return null;
        return { http: response.http, body: { kind: "single", singleResult: { data: null } } };
      },
      async willSendResponse(served) {
        finish(served);
        const { sent, freshness } = served.contextValue[request].report();
        log.info(
          {
            operation: served.operationName ?? null,
            caller: served.contextValue[caller].id,
            ms: Math.round(now() - startedMs),
            calls: sent,
            stale: freshness?.stale ?? false,
            errors: counted(codesOf(served)),
          },
          "GraphQL request answered",
        );
      },
    };
  },
});

const notOverHttp = (): GatewayError =>
  new GatewayError("BAD_USER_INPUT", "A subscription comes over a WebSocket to /graphql with the subprotocol graphql-transport-ws.");

function finish(served: Served): void {
  const { body, http } = served.response;
  if (body?.kind !== "single") return;
  const report = served.contextValue[request].report();
  const { freshness, upstream } = report;
  if (freshness || upstream) {
    body.singleResult.extensions = { ...body.singleResult.extensions, ...(freshness && { freshness }), ...(upstream && { upstream }) };
  }
  http.headers.set(
    "cache-control",
    cacheControl(report, {
      failed: codesOf(served).length > 0,
      forEverybody: served.contextValue[forEverybody],
    }),
  );
  const code = codesOf(served)[0];
  if (body.singleResult.data === undefined && isOfOperation(code))
    http.status = refusalStatus(code, served.request.http?.headers.get("accept"));
}

const codesOf = ({ response: { body } }: Pick<Served, "response">): unknown[] =>
  body?.kind === "single" ? (body.singleResult.errors ?? []).map(({ extensions }) => extensions?.code) : [];

/** Each code with how often it is there: a failed API has an error for every object that it left empty. */
function counted(codes: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[String(code)] = (counts[String(code)] ?? 0) + 1;
  return counts;
}

/** Codes of requests that came well formed over HTTP, and hold an operation that cannot be executed. */
const isOfOperation = (code: unknown): code is string =>
  typeof code === "string" && (Object.hasOwn(errorCodes, code) || /^GRAPHQL_|^OPERATION_RESOLUTION/.test(code));

/** GraphQL over HTTP: a refusal without data is 4xx in the newer media type, and 200 for clients of application/json. */
function refusalStatus(code: string, accept: string | undefined): number {
  if (code === "INTERNAL_SERVER_ERROR") return 500;
  return accept?.includes("application/graphql-response+json") ? 400 : 200;
}
