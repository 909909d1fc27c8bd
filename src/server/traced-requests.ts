import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RequestTrace, Tracer } from "../telemetry/tracer.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Undefined where nothing is traced. */
    tracer: Tracer | undefined;
    /** Null until its span has begun. */
    trace: RequestTrace | null;
  }
}

/** Has the requests of the scope traced; without a tracer none is. There is no hook: a request that is answered at once has only one step. */
export function traceRequests(scope: FastifyInstance, tracer: Tracer | undefined): void {
  scope.decorateRequest("trace", null);
  scope.decorateRequest("tracer", { getter: () => tracer });
}

/**
 * Begins the span of a request that is not answered at once; null where nothing is traced. It ends when the answer was sent or its client has
 * gone. `startedAt`: monotonic ms of this process; left out: now.
 */
export function beginTrace(request: FastifyRequest, reply: FastifyReply, startedAt?: number): RequestTrace | null {
  const { tracer, method, headers, id: requestId } = request;
  if (!tracer || request.trace) return request.trace ?? null;
  const begun = tracer.request({ method, headers, requestId, ...(startedAt !== undefined && { startedAt }) });
  request.trace = begun;
  reply.raw.once("close", () => begun.ended(reply.statusCode));
  return begun;
}
