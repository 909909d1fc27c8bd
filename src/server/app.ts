import { setTimeout as pause } from "node:timers/promises";
import compress from "@fastify/compress";
import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";
import Fastify from "fastify";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import type { GatewayMetrics } from "../telemetry/metrics.js";
import type { Tracer } from "../telemetry/tracer.js";
import { AnswerMemo, memoShare } from "./answers.js";
import { Authentication, type AuthOptions } from "./auth.js";
import type { BusinessMetricsOptions } from "./business/business-metrics.js";
import { allowOrigins } from "./cors.js";
import { type ApolloOptions, apolloServer } from "./execution.js";
import type { Gateway } from "./gateway-port.js";
import { serveGraphql } from "./graphql-endpoint.js";
import { serveHealth } from "./health.js";
import { type Live, startLive } from "./live/live.js";
import { type LiveTime, systemTime } from "./live/time.js";
import { serveMetrics } from "./metrics-page.js";
import { documentsOfPage, servePage } from "./pages.js";
import { refuse, refuseUnknown } from "./refusals.js";
import { requestIdHeader, requestIdOf } from "./request-headers.js";
import { securityHeaders } from "./security-headers.js";
import { limitConnections, type SocketLimits, serverOptions, socketLimits } from "./sockets.js";
import { Trust } from "./trusted-documents.js";
import { urlOf } from "./url-of.js";
import { warmUp } from "./warm-up.js";

export interface AppOptions {
  gateway: Gateway;
  config: ApolloOptions &
    AuthOptions &
    Pick<
      Config,
      | "cacheMaxBytes"
      | "corsOrigins"
      | "drainMs"
      | "graphiql"
      | "host"
      | "maxConnections"
      | "metrics"
      | "port"
      | "requestDeadlineMs"
      | "simulated"
      | "subscriptions"
      | "wallboard"
    >;
  log: Logger;
  /** What the gateway counts of itself; left out: nothing. */
  metrics?: GatewayMetrics;
  /** Left out: nothing is traced. */
  tracer?: Tracer;
  /** By which subscriptions live; default real time. */
  liveTime?: LiveTime;
  /** Whether the code that a request runs through is compiled before the server listens; default false. */
  warm?: boolean;
  /** What a connection may take, where that is not the usual. */
  sockets?: Partial<SocketLimits>;
  /** Folder with the built GraphiQL. */
  graphiqlRoot: string;
  /** Folder with the built wallboard; left out: none is built. */
  wallboardRoot?: string;
}

/** A server that listens. */
export interface App {
  /** Base URL without a slash at its end. */
  url: string;
  /** Where metrics are served; null without them. */
  metricsUrl: string | null;
  /** Is not ready and drains for as long as the configuration says; then stops accepting, lets what runs finish for at most ten seconds, and closes the gateway. */
  stop(): Promise<void>;
  /** Takes what files that were read again say: keys, trusted documents, secrets of accounts. What was kept for others is forgotten. */
  renew(config: Pick<Config, "auth" | "trustedDocuments" | "accounts">): void;
  /** Sockets and subscriptions that are open now. */
  readonly live: Live["counts"];
}

/** What runs may wait for the platform for so long when the server stops; it then has the rest of the time to be answered. */
const finishWithinMs = 7_000;
const closeWithinMs = 10_000;

/** Starts HTTP around the gateway. Rejects with the system's error when the address cannot be had. */
export async function startApp({
  gateway,
  config,
  log,
  metrics,
  tracer,
  liveTime = systemTime,
  warm = false,
  sockets = {},
  graphiqlRoot,
  wallboardRoot,
}: AppOptions): Promise<App> {
  const limits = { ...socketLimits(config.requestDeadlineMs), ...sockets };
  const app = Fastify({ bodyLimit: config.maxBodyBytes, forceCloseConnections: "idle", genReqId: requestIdOf, ...serverOptions(limits) });
  const closeUnused = limitConnections(app.server, config.maxConnections, log);
  const trust = new Trust(config, log, config.wallboard ? documentsOfPage(wallboardRoot) : {});
  const apollo = apolloServer(gateway, config, trust, log, () => closed(app));
  const open = config.auth.kind === "none";
  // Answers that are still given while the server stops close their connections: kept alive, they would hold the server open.
  let isStopping = false;
  const stopping = () => isStopping;
  app.addHook("preClose", async () => {
    isStopping = true;
    closeUnused();
  });

  app.addHook("onRequest", (request, reply, done) => {
    reply.header(requestIdHeader, request.id);
    done();
  });
  if (config.simulated) app.addHook("onRequest", async (_, reply) => void reply.header("x-gateway-simulated", "true"));
  refuse(app, config.maxBodyBytes, log, metrics);
  await app.register(compress);
  await app.register(async (pages) => {
    await pages.register(helmet, securityHeaders);
    pages.addHook("onSend", async (_, reply) => void (stopping() && reply.header("connection", "close")));
    refuseUnknown(pages);
    if (config.graphiql) {
      pages.get("/", (_, reply) => reply.redirect("/graphiql/"));
      await servePage(pages, { name: "graphiql", title: "GraphiQL", root: graphiqlRoot });
    }
    if (config.wallboard) await servePage(pages, { name: "wallboard", title: "The wallboard", root: wallboardRoot });
    serveHealth(pages, { gateway, named: open, stopping });
  });

  const warn = (message: string, error: unknown) => log.warn({ err: error }, message);
  const authentication = new Authentication(config, { now: gateway.clock.now, warn });
  const authenticate = authentication.callerOf;
  const memo = new AnswerMemo(memoShare * config.cacheMaxBytes);
  const live = startLive(app.server, { gateway, config, authenticate, trust, time: liveTime, log, ...(metrics && { observer: metrics }) });
  app.addHook("preClose", () => live.stop());

  const business = await businessMetrics({ gateway, config, time: liveTime, log });
  app.addHook("preClose", async () => business?.stop());
  const scraped = metrics && (await serveMetrics(app, { metrics, business, authenticate, address: config.metrics?.address }));
  const state = () => (isStopping ? { ...gateway.state(), ready: false } : gateway.state());
  metrics?.watch({ gateway: state, live: () => ({ ...live.counts, ...live.totals }), responses: () => memo.state() });
  await apollo.start();
  await app.register(async (scope) => {
    await allowOrigins(scope, config.corsOrigins);
    live.register(scope);
    serveGraphql(scope, {
      gateway,
      apollo,
      authenticate,
      memo,
      open,
      stopping,
      log,
      ...(metrics && { observer: metrics }),
      ...(tracer && { tracer }),
      ...(config.graphiql && { page: "/graphiql/" }),
    });
  });

  if (warm) await warmUp(apollo, gateway, log);
  await app.listen({ host: config.host, port: config.port });
  const url = urlOf(app.server.address(), config.host);
  return {
    url,
    metricsUrl: scraped ? `${scraped.url ?? url}/metrics` : null,
    get live() {
      return live.counts;
    },
    renew({ auth, trustedDocuments, accounts }) {
      authentication.renew(auth);
      trust.renew(trustedDocuments);
      metrics?.renew(trustedDocuments.byHash);
      gateway.renew(accounts);
      memo.forget();
    },
    async stop() {
      // Who balances load sees that it is not ready, and who is connected leaves with its next answer.
      isStopping = true;
      if (config.drainMs > 0) await pause(config.drainMs);
      // A platform that hangs keeps no request from its answer: what still waits then is answered before the sockets close.
      const patience = setTimeout(() => gateway.stop(), finishWithinMs);
      await apollo.stop();
      clearTimeout(patience);
      await scraped?.close();
      await gateway.close();
    },
  };
}

/** Without BUSINESS_METRICS_FILE nothing of it is loaded. */
async function businessMetrics({
  config,
  ...others
}: Pick<BusinessMetricsOptions, "gateway" | "time" | "log"> & Pick<AppOptions, "config">) {
  const chosen = config.metrics?.business;
  if (!chosen) return undefined;
  const { BusinessMetrics } = await import("./business/business-metrics.js");
  return new BusinessMetrics({ chosen, config, ...others });
}

/** What runs is answered first, but for what takes too long. */
async function closed(app: FastifyInstance): Promise<void> {
  const patience = setTimeout(() => app.server.closeAllConnections(), closeWithinMs);
  await app.close();
  clearTimeout(patience);
}
