import type { IncomingHttpHeaders } from "node:http";
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from "@apollo/server";
import { Answer } from "./answer.js";
import type { Caller, Explain, GatewayRequest, Report } from "./gateway-port.js";
import { caller, ended, explain, type Outcome, request, type ServedContext } from "./operation.js";

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
