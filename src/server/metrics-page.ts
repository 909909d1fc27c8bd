import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { GatewayError } from "../errors.js";
import type { GatewayMetrics } from "../telemetry/metrics.js";
import type { Presented } from "./auth.js";
import type { BusinessMetrics } from "./business/business-metrics.js";
import type { Caller } from "./gateway-port.js";
import { urlOf } from "./url-of.js";

export interface MetricsPageOptions {
  metrics: Pick<GatewayMetrics, "text" | "contentType">;
  authenticate: (presented: Presented) => Promise<Caller>;
  /** Figures of accounts; undefined: none were chosen. */
  business: Pick<BusinessMetrics, "text" | "contentType"> | undefined;
  /** A server of its own for them; undefined: they are a page of `app`. */
  address: { host: string; port: number } | undefined;
}

export interface MetricsPage {
  /** Base URL of the server of its own; null where there is none. */
  url: string | null;
  close(): Promise<void>;
}

/**
 * /metrics, and /metrics/business where figures of accounts were chosen: to callers with the right metrics, who get the figures of those accounts
 * that they may read; or on an address of its own to whoever can reach that. Rejects with the system's error when the address cannot be had.
 */
export async function serveMetrics(app: FastifyInstance, options: MetricsPageOptions): Promise<MetricsPage> {
  const { metrics, business, authenticate, address } = options;
  const pages = (server: FastifyInstance, scraperOf: (request: FastifyRequest) => Promise<Pick<Caller, "accounts">>) => {
    const page = (path: string, contentType: string, text: (scraper: Pick<Caller, "accounts">) => Promise<string>) =>
      server.get(path, async (request, reply) => {
        const scraper = await scraperOf(request);
        reply.type(contentType).header("cache-control", "no-store").header("x-content-type-options", "nosniff");
        return text(scraper);
      });
    page("/metrics", metrics.contentType, () => metrics.text());
    if (business) page("/metrics/business", business.contentType, ({ accounts }) => business.text(accounts));
  };
  if (address === undefined) {
    pages(app, async ({ headers, url }) => {
      const caller = await authenticate(headers);
      if (!caller.metrics)
        throw new GatewayError("FORBIDDEN", `You may not read ${url.split("?")[0]}: your key or token lacks the right metrics.`);
      return caller;
    });
    return { url: null, close: async () => undefined };
  }
  const own = Fastify({ forceCloseConnections: true });
  pages(own, async () => ({ accounts: "*" }));
  await own.listen({ ...address });
  return { url: urlOf(own.server.address(), address.host), close: () => own.close() };
}
