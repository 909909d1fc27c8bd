import type { ApolloServerPlugin, BaseContext, GraphQLRequestContext } from "@apollo/server";
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

/** Under which the context carries its request: Apollo copies the context, so a map by identity would lose it. */
export const request = Symbol("gateway request");
export const explain = Symbol("explain");
export const caller = Symbol("caller");
export const ended = Symbol("ended");
export const answerValues = Symbol("answer values");

export interface ServedContext extends BaseContext {
  [request]: GatewayRequest;
  [explain]: Explain | null;
  [caller]: Caller;
  /** Called once, when the answer of the operation is complete. */
  [ended]: (outcome: Outcome) => void;
  /** How many values the answer can have, once the operation is known. */
  [answerValues]?: number;
}

/** What is known of an operation when it has ended. */
export interface Outcome {
  /** Name of the operation; null when it has none, or none was found. */
  operation: string | null;
  /** The codes of the errors in its answer. */
  errors: readonly unknown[];
  report: Report;
}

type Served = GraphQLRequestContext<ServedContext>;
export type Limits = Pick<
  Config,
  "maxQueryDepth" | "maxQueryFields" | "maxQueryTokens" | "maxBodyBytes" | "maxListItems" | "maxAnswerValues"
>;

/** The life of one operation: measured and prepared before it is executed; reported and dated when it ends. */
export const operationPlugin = (limits: Limits): ApolloServerPlugin<ServedContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation(served) {
        if (!served.operation) return;
        if (served.operation.operation === "subscription") throw notOverHttp();
        const variables = served.request.variables ?? {};
        demandListSizes(variables, limits.maxListItems);
        const values = answerSize(served.schema, served.document, served.operation, variables);
        demandAnswerSize(values, limits.maxAnswerValues);
        served.contextValue[answerValues] = values;
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
        const report = served.contextValue[request].report();
        const errors = codesOf(served);
        complete(served, report, errors);
        served.contextValue[ended]({ operation: served.operationName ?? null, errors, report });
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

/** GraphQL over HTTP: a refusal without data is 4xx in the newer media type, and 200 for clients of application/json. */
function refusalStatus(code: string, accept: string | undefined): number {
  if (code === "INTERNAL_SERVER_ERROR") return 500;
  return accept?.includes("application/graphql-response+json") ? 400 : 200;
}
