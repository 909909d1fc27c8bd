import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Gateway } from "./gateway-port.js";

/**
 * /healthz: the process is up. /readyz: 200 when the gateway can serve, else 503; the body says for each account and service what
 * works, but not where accounts are only named to who may read them (`named` false).
 */
export function serveHealth(app: FastifyInstance, gateway: Pick<Gateway, "readiness">, { named }: { named: boolean }): void {
  app.get("/healthz", (_, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }));
  app.get("/readyz", async (_, reply) => {
    const readiness = await gateway.readiness();
    return reply
      .code(readiness.ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send(named ? readiness : { ready: readiness.ready });
  });
}

/** Logs what the gateway cannot reach, one plain sentence each: it serves all the same, because the platform may come back. */
export async function warnOfUnreachable({ readiness }: Pick<Gateway, "readiness">, log: Logger): Promise<void> {
  for (const { id, services } of (await readiness()).accounts) {
    for (const sentence of new Set(Object.values(services))) if (sentence !== "ok") log.warn(`Account ${id}: ${sentence}`);
  }
}
