import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { type ErrorCode, GatewayError } from "../errors.js";
import type { Observer } from "../telemetry/observer.js";
import { AuthRefusal } from "./auth-refusal.js";
import { internalError } from "./masking.js";
import { tooLarge } from "./operation-limits.js";
import { beginTrace } from "./traced-requests.js";

/** Answers an unknown path with 404, a known one with another method with 405 and the methods that it takes. */
export function refuseUnknown(pages: FastifyInstance): void {
  pages.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    const taken = (["GET", "POST"] as const).filter((method) => pages.hasRoute({ method, url: path }));
    if (taken.length === 0) return answer(reply, 404, "NOT_FOUND", `There is nothing at ${path}.`);
    reply.header("allow", taken.join(", "));
    return answer(reply, 405, "METHOD_NOT_ALLOWED", `${path} takes ${taken.join(" and ")}, not ${request.method}.`);
  });
}

/**
 * Answers requests that do not get as far as GraphQL in the form of a GraphQL answer: an unknown caller is 401, one that may not have
 * what its headers ask for 403, one that has used up its share of calls 429, a body over the limit 413 QUERY_TOO_LARGE; what cannot be
 * read has Fastify's status and BAD_REQUEST, a bug is logged and masked. A connection with a body that nobody will read is closed.
 */
export function refuse(app: FastifyInstance, maxBodyBytes: number, log: Logger, observer?: Pick<Observer, "refused">): void {
  app.setErrorHandler((error: FastifyError | GatewayError, request, reply) => {
    // By which a line of the log is found again.
    const trace = beginTrace(request, reply);
    const names = { requestId: request.id, ...(trace && { traceId: trace.traceId }) };
    const refused = (code: string, reason: string) => {
      observer?.refused(error instanceof GatewayError || error instanceof AuthRefusal ? error.code : "BAD_REQUEST");
      log.info({ ...names, path: request.routeOptions.url, code, reason }, "Request refused");
    };
    if (error instanceof AuthRefusal) {
      refused(error.code, error.reason);
      reply.header("www-authenticate", error.challenge);
      return answerWith(reply, 401, error);
    }
    if (error instanceof GatewayError) {
      refused(error.code, error.message);
      const { retryAfterMs } = error.extensions;
      if (retryAfterMs !== undefined) reply.header("retry-after", Math.ceil(retryAfterMs / 1000));
      return answerWith(reply, statusOf[error.code] ?? 400, error);
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      observer?.refused("INTERNAL_SERVER_ERROR");
      log.error({ ...names, err: error, path: request.routeOptions.url }, "A request failed unexpectedly");
      return answerWith(reply, 500, internalError);
    }
    refused(error.code, error.message);
    if (error.code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
      return answer(reply, status, "BAD_REQUEST", `The header content-type must be application/json, but is ${typeOf(request)}.`);
    }
    if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") {
      return answerWith(reply, status, tooLarge("MAX_BODY_BYTES", `${maxBodyBytes} bytes`, `body has ${bytesOf(request, maxBodyBytes)}`));
    }
    return answer(reply, status, "BAD_REQUEST", error.message);
  });
}

const typeOf = ({ headers }: FastifyRequest): string => (headers["content-type"] ? JSON.stringify(headers["content-type"]) : "missing");

/** What a body announces; one that is compressed or in chunks has not been read to its end. */
function bytesOf({ headers }: FastifyRequest, limit: number): string {
  const announced = Number(headers["content-length"]);
  return announced > limit ? String(announced) : `more than ${limit}`;
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  CALLER_BUDGET_EXHAUSTED: 429,
  UPSTREAM_UNAVAILABLE: 503,
};

const answerWith = (reply: FastifyReply, status: number, { message, extensions }: GatewayError) => send(reply, status, message, extensions);

/** Codes of what is wrong with a request as HTTP alone. */
type HttpCode = "NOT_FOUND" | "METHOD_NOT_ALLOWED" | "BAD_REQUEST";

const answer = (reply: FastifyReply, status: number, code: HttpCode, message: string) => send(reply, status, message, { code });

function send(reply: FastifyReply, status: number, message: string, extensions: { code: ErrorCode | HttpCode }): FastifyReply {
  if (hasUnreadBody(reply.request)) reply.header("connection", "close");
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .send({ errors: [{ message, extensions }] });
}

/** Whether there is more of a body to come than anybody will read. */
const hasUnreadBody = ({ raw, headers }: FastifyRequest): boolean =>
  !raw.complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0);
