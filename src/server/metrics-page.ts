import Fastify, { type FastifyInstance } from "fastify";
import { GatewayError } from "../errors.js";
import type { GatewayMetrics } from "../telemetry/metrics.js";
import type { Presented } from "./auth.js";
import type { Caller } from "./gateway-port.js";
import { urlOf } from "./url-of.js";

export interface MetricsPageOptions {
  metrics: Pick<GatewayMetrics, "text" | "contentType">;
  authenticate: (presented: Presented) => Promise<Caller>;
  /** A server of its own for them; undefined: they are a page of `app`. */
  address: { host: string; port: number } | undefined;
}

export interface MetricsPage {
  /** Base URL of the server of its own; null where there is none. */
  url: string | null;
  close(): Promise<void>;
}

/**
 * /metrics: to callers with the right metrics, or on an address of its own to whoever can reach that. Rejects with the system's error when
 * the address cannot be had.
 */
export async function serveMetrics(app: FastifyInstance, { metrics, authenticate, address }: MetricsPageOptions): Promise<MetricsPage> {
  const page = async () => metrics.text();
  if (address === undefined) {
    app.get("/metrics", async (request, reply) => {
      const caller = await authenticate(request.headers);
      if (!caller.metrics) throw new GatewayError("FORBIDDEN", "You may not read /metrics: your key or token lacks the right metrics.");
      reply.type(metrics.contentType).header("cache-control", "no-store").header("x-content-type-options", "nosniff");
      return page();
    });
    return { url: null, close: async () => undefined };
  }
  const own = Fastify({ forceCloseConnections: true });
  own.get("/metrics", async (_, reply) => {
    reply.type(metrics.contentType).header("cache-control", "no-store");
    return page();
  });
  await own.listen({ ...address });
  return { url: urlOf(own.server.address(), address.host), close: () => own.close() };
}
