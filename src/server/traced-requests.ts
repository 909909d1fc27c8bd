import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RequestTrace, Tracer } from "../telemetry/tracer.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Null unless requests are traced. */
    trace: RequestTrace | null;
  }
}

/** Gives each request in the scope its span, which ends when the answer was sent or its client has gone; without a tracer none. */
export function traceRequests(scope: FastifyInstance, tracer: Tracer | undefined): void {
  scope.decorateRequest("trace", null);
  if (!tracer) return;
  scope.addHook("onRequest", (request, _, done) => {
    request.trace = tracer.request({ method: request.method, headers: request.headers, requestId: request.id });
    done();
  });
  scope.addHook("onResponse", (request, reply, done) => {
    request.trace?.ended(reply.statusCode);
    done();
  });
}

/** By which a line of the log is found again. */
export const namesOf = ({ id, trace }: FastifyRequest): { requestId: string; traceId?: string } =>
  trace ? { requestId: id, traceId: trace.traceId } : { requestId: id };
