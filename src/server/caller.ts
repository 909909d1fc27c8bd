import type { FastifyInstance } from "fastify";
import { GatewayError } from "../errors.js";
import type { Presented } from "./auth.js";
import { explainHeader, explainOf } from "./explain.js";
import type { Caller } from "./gateway-port.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Known before the body is read; in the scope of /graphql alone. */
    caller: Caller;
  }
}

/** Lets a request pass when it is known who asks, and that they may have what its headers ask for. Throws UNAUTHENTICATED, FORBIDDEN. */
export function demandCaller(scope: FastifyInstance, authenticate: (presented: Presented) => Promise<Caller>): void {
  scope.decorateRequest("caller");
  scope.addHook("onRequest", async (request) => {
    request.caller = await authenticate(request.headers);
    const asked = explainOf(request.headers[explainHeader]);
    if (asked && !request.caller.explain) throw new GatewayError("FORBIDDEN", `You may not use the header ${explainHeader}.`);
  });
}
