import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Gateway } from "./gateway-port.js";

export interface HealthOptions {
  gateway: Pick<Gateway, "readiness">;
  /** Whether the body says more than whether it is ready. */
  named: boolean;
  /** Whether the server is about to stop. */
  stopping: () => boolean;
}

/**
 * /healthz: the process is up. /readyz: 200 when the gateway can serve and is not about to stop, else 503, at once, from what is known. Its body
 * says for each account and service what works, and whether Redis does, unless that is told only to those who may read accounts (`named` false).
 */
export function serveHealth(app: FastifyInstance, { gateway, named, stopping }: HealthOptions): void {
  app.get("/healthz", (_, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }));
  app.get("/readyz", (_, reply) => {
    const known = gateway.readiness();
    const readiness = stopping() ? { ...known, ready: false, stopping: true } : known;
    return reply
      .code(readiness.ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send(named ? readiness : { ready: readiness.ready });
  });
}

/**
 * Logs what the gateway cannot reach, one plain sentence each, as soon as the first look-ups have ended: it serves all the same, because
 * the platform may come back. A server that stops ends its look-ups, which says nothing of the platform.
 */
export async function warnOfUnreachable(
  { lookedUp, readiness }: Pick<Gateway, "lookedUp" | "readiness">,
  log: Logger,
  stopping: () => boolean,
): Promise<void> {
  await lookedUp;
  if (stopping()) return;
  for (const { id, services } of readiness().accounts) {
    for (const sentence of new Set(Object.values(services))) if (sentence !== "ok") log.warn(`Account ${id}: ${sentence}`);
  }
}
