import type { ApolloServer } from "@apollo/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { GatewayError } from "../errors.js";
import { Abandonment } from "../graphql/context.js";
import type { Observer } from "../telemetry/observer.js";
import type { Tracer } from "../telemetry/tracer.js";
import { Answer, type AnswerFacts, type AnswerMemo, type Ended, keyOf, type Moment, UnderWay } from "./answers.js";
import type { Presented } from "./auth.js";
import { type Executed, execute, type ServedContext, Turns } from "./execution.js";
import type { Caller, Gateway, Report } from "./gateway-port.js";
import { CrossSiteRefusal, clientOf, explainHeader, explainOf, isPreflighted, negotiation } from "./request-headers.js";
import { beginTrace, traceRequests } from "./traced-requests.js";

export interface GraphqlEndpoint {
  gateway: Gateway;
  apollo: ApolloServer<ServedContext>;
  /** Who asks. Rejects with AuthRefusal, or UPSTREAM_UNAVAILABLE. */
  authenticate: (presented: Presented) => Promise<Caller>;
  memo: AnswerMemo;
  /** Whether everybody may read everything, so that a cache that callers share may keep answers. */
  open: boolean;
  /** Path of the page that somebody is shown who opens /graphql in a browser; left out: none. */
  page?: string;
  /** Whether the server is about to stop, so that it keeps no connection alive. */
  stopping: () => boolean;
  /** Told of each answer; left out: nobody counts them. */
  observer?: Pick<Observer, "answered">;
  /** Left out: requests are not traced. */
  tracer?: Tracer;
  log: Logger;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Known before the body is read; in the scope of /graphql alone. */
    caller: Caller;
  }
}

/** Its body as it came. */
type Request = FastifyRequest<Route>;
type Route = { Body: Buffer | undefined };

/** How a request got its answer: from kept bytes, from an equal request under way, by its own execution, or not, because its client left. */
type Source = "memo" | "shared" | "executed" | "abandoned";

/** What a client is answered that is not there any more. */
const abandoned: Executed = {
  answer: new Answer("", { status: 499, headers: {}, operation: null, errors: [], stale: false, asOf: null, freshUntil: null }),
  report: null,
};

/** What every answer of /graphql depends on, and what a browser may do with it. */
const headersOfAll = {
  vary: "Origin, Authorization, x-api-key, x-router-secret, Accept, accept-encoding, x-gateway-explain",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/**
 * The way of a request to /graphql, from top to bottom: the caller and its rights, before the body is read; the caller's budget; an answer
 * that is kept, or that an equal request under way will have; else execution through Apollo Server, whose answer is kept where it may be.
 * No hook of other paths runs here. What belongs to a connection and not to an answer is a hook of this scope, or a header beside `Cache-Control`.
 */
export function serveGraphql(scope: FastifyInstance, endpoint: GraphqlEndpoint): void {
  const { gateway, apollo, memo, open, stopping, observer, tracer, log } = endpoint;
  const { clock } = gateway;
  const moment = (): Moment => ({ now: clock.now(), monotonic: clock.monotonic() });
  const { mediaType, coding } = negotiation();
  const underWay = new UnderWay<Executed>();
  const turns = new Turns();
  gateway.onStored((record) => memo.stored(record, moment()));

  traceRequests(scope, tracer);
  scope.decorateRequest("caller");
  scope.addHook("onRequest", async (request, reply) => {
    reply.headers(headersOfAll);
    request.caller = await endpoint.authenticate(request.headers);
    const isExplained = explainOf(request.headers[explainHeader]) !== null;
    if (isExplained && !request.caller.explain)
      throw new GatewayError("FORBIDDEN", `You may not use the header ${explainHeader}: your key or token lacks the right explain.`);
  });

  // What an answer is kept by holds a digest of the body. It is parsed only for execution.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("application/json", { parseAs: "buffer" }, (_, bytes, done) => done(null, bytes));
  const parsed = jsonOf(scope);

  scope.route<Route>({
    method: ["GET", "POST"],
    url: "/graphql",
    exposeHeadRoute: false,
    compress: false,
    decompress: {},
    handler: async (request, reply) => {
      const begun = moment();
      const startedAt = tracer ? performance.now() : 0;
      if (!isPreflighted(request.headers)) {
        if (endpoint.page !== undefined && isNavigation(request)) return reply.redirect(endpoint.page);
        throw new CrossSiteRefusal();
      }
      const refusal = gateway.refusal(request.caller);
      if (refusal) throw refusal;
      const key = keyFor(request);
      const kept = key === null ? undefined : memo.get(key, begun);
      // Kept answers are sent together: see `Turns.end`.
      if (kept) await turns.end();
      const { answer, source, calls, timing } = kept
        ? { answer: kept, source: "memo" as const, calls: 0, timing: null }
        : await executed(request, reply, key, { ...begun, startedAt });
      const body = await answer.body(coding(request.headers["accept-encoding"]));
      const ended = moment();
      reply.code(answer.facts.status).headers(answer.facts.headers);
      reply.header("cache-control", cacheControl(answer.facts, open && request.caller.bearer === undefined, ended.now));
      if (body.coding !== "identity") reply.header("content-encoding", body.coding);
      if (timing !== null) reply.header("server-timing", timing);
      if (stopping()) reply.header("connection", "close");
      const { operation, stale, errors, asOf } = answer.facts;
      const tookMs = ended.monotonic - begun.monotonic;
      const client = clientOf(request.headers);
      const ageMs = asOf === null ? null : Math.max(0, ended.now - asOf);
      observer?.answered({ operation, source, errors, ms: tookMs, ageMs, client: client?.name });
      const { id: requestId, method, headers, trace, caller } = request;
      trace?.answered({ operation, source, calls, errors });
      const ms = Math.round(tookMs);
      // One literal: spreading parts into it takes as long as writing the line. A field that is undefined is left out of the line.
      const line = {
        requestId,
        traceId: trace ? trace.traceId : tracer?.answeredAtOnce({ method, headers, requestId, operation, source, startedAt }),
        operation,
        caller: caller.id,
        client,
        ms,
        calls,
        stale,
        errors: counted(errors),
        source,
      };
      log.info(line, "GraphQL request answered");
      return reply.send(body.bytes);
    },
  });

  /** What a request has in common with those that get the same answer; null where it gets one of its own. */
  function keyFor(request: Request): string | null {
    const { method, url, headers, body, caller } = request;
    const type = mediaType(headers.accept);
    if (headers[explainHeader] !== undefined || type === undefined) return null;
    return keyOf({ generation: memo.generation, method, url, body, mediaType: type, audience: gateway.audience(caller) });
  }

  async function executed(
    request: Request,
    reply: FastifyReply,
    key: string | null,
    begun: Moment & { startedAt: number },
  ): Promise<{ answer: Answer; source: Source; calls: number; timing: string | null }> {
    const gone = new Abandonment();
    reply.raw.once("close", () => reply.raw.writableFinished || gone.abort());
    const { caller, headers, method, url } = request;
    const explain = explainOf(headers[explainHeader]);
    const trace = tracer ? beginTrace(request, reply, begun.startedAt) : null;
    // Also for a request that waits for an equal one: its deadline, and what is fresh for it, count from its beginning.
    const served = gateway.request({ explain, caller, signal: gone, ...(trace && { trace: trace.context }) });
    const run = async (): Promise<Ended<Executed>> => {
      await turns.next();
      if (gone.aborted) return { result: abandoned, how: "callers" };
      const http = { method, search: searchOf(url), headers, body: method === "POST" ? await parsed(request) : undefined };
      const result = await execute(apollo, { http, served, explain, caller }, clock.now);
      const how = gone.aborted ? "callers" : howEnded(result.answer.facts);
      if (key !== null && how === "answered" && result.report) memo.keep(key, result.answer, result.report, begun, moment());
      return { result, how };
    };
    const mayTake = ({ report }: Executed) => report !== null && memo.isGoodFor(begun, report);
    const { result, shared } = key === null ? { ...(await run()), shared: false } : await underWay.answer(key, run, mayTake);
    const { answer, report } = result;
    const source = gone.aborted ? "abandoned" : shared ? "shared" : "executed";
    if (shared || !report) return { answer, source, calls: 0, timing: null };
    return { answer, source, calls: report.sent, timing: serverTiming(report.timing, clock.monotonic() - begun.monotonic) };
  }
}

/** The header Server-Timing of an answer that was executed: what it took to plan, to wait for the platform, and all the rest; ms. */
function serverTiming({ planMs, platformMs }: Report["timing"], tookMs: number): string {
  const execution = Math.max(0, tookMs - planMs - platformMs);
  return `plan;dur=${planMs.toFixed(1)}, platform;dur=${platformMs.toFixed(1)}, execution;dur=${execution.toFixed(1)}`;
}

/** Whether a browser opens the address as a page. */
const isNavigation = ({ method, headers }: Request): boolean => method === "GET" && headers.accept?.includes("text/html") === true;

/** With its question mark; empty without a query. */
const searchOf = (url: string): string => (url.includes("?") ? url.slice(url.indexOf("?")) : "");

/** The body of a request as Fastify reads JSON. Rejects with its errors. */
function jsonOf(scope: FastifyInstance): (request: Request) => Promise<unknown> {
  const parse = scope.getDefaultJsonParser("error", "error");
  return (request) =>
    new Promise((resolve, reject) => {
      if (request.body === undefined) return resolve(undefined);
      parse(request, request.body.toString(), (error, value) => (error ? reject(error) : resolve(value)));
    });
}

/** Errors that another caller would be spared. */
function howEnded({ status, errors }: AnswerFacts): Ended<unknown>["how"] {
  if (status === 200 && errors.length === 0) return "answered";
  return errors.includes("CALLER_BUDGET_EXHAUSTED") ? "callers" : "failed";
}

/** How long an answer may be kept. Answers with errors never; one without metrics has no age to promise, so it is asked again. */
export function cacheControl({ errors, freshUntil }: AnswerFacts, forEverybody: boolean, now: number): string {
  if (errors.length > 0) return "no-store";
  return `${forEverybody ? "public" : "private"}, max-age=${Math.max(0, Math.floor(((freshUntil ?? now) - now) / 1000))}`;
}

/** Each code with how often it is there: a failed API has an error for every object that it left empty. */
function counted(codes: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[String(code)] = (counts[String(code)] ?? 0) + 1;
  return counts;
}
