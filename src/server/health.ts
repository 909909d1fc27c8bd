import type { FastifyInstance } from "fastify";
import type { Gateway } from "./gateway-port.js";

/** /healthz: the process is up. /readyz: 200 when the gateway can serve, else 503; the body says for each account and service what works. */
export function serveHealth(app: FastifyInstance, gateway: Pick<Gateway, "readiness">): void {
  app.get("/healthz", (_, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }));
  app.get("/readyz", async (_, reply) => {
    const readiness = await gateway.readiness();
    return reply
      .code(readiness.ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send(readiness);
  });
}
