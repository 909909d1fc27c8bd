import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Gateway } from "./gateway-port.js";

/**
 * /healthz: the process is up. /readyz: 200 when the gateway can serve, else 503, at once, from what is known. Its body says for each
 * account and service what works, and whether Redis does, unless that is told only to those who may read accounts (`named` false).
 */
export function serveHealth(app: FastifyInstance, gateway: Pick<Gateway, "readiness">, { named }: { named: boolean }): void {
  app.get("/healthz", (_, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }));
  app.get("/readyz", (_, reply) => {
    const readiness = gateway.readiness();
    return reply
      .code(readiness.ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send(named ? readiness : { ready: readiness.ready });
  });
}

/**
 * Logs what the gateway cannot reach, one plain sentence each, as soon as the first look-ups have ended: it serves all the same, because
 * the platform may come back.
 */
export async function warnOfUnreachable({ lookedUp, readiness }: Pick<Gateway, "lookedUp" | "readiness">, log: Logger): Promise<void> {
  await lookedUp;
  for (const { id, services } of readiness().accounts) {
    for (const sentence of new Set(Object.values(services))) if (sentence !== "ok") log.warn(`Account ${id}: ${sentence}`);
  }
}
