import type { AddressInfo } from "node:net";
import { constants } from "node:zlib";
import fastifyApollo from "@as-integrations/fastify";
import compress from "@fastify/compress";
import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";
import Fastify, { type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import { type ApolloOptions, apolloServer } from "./apollo.js";
import { type AuthOptions, authentication, demandCaller } from "./auth.js";
import type { Gateway } from "./gateway-port.js";
import { serveGraphiql } from "./graphiql.js";
import { serveHealth } from "./health.js";
import { type Live, startLive } from "./live/live.js";
import { type LiveTime, systemTime } from "./live/time.js";
import { caller, explain, explainHeader, explainOf, forEverybody, request, type ServedContext, vary } from "./operation.js";
import { refuse } from "./refusals.js";
import { securityHeaders } from "./security-headers.js";

export interface AppOptions {
  gateway: Gateway;
  config: ApolloOptions & AuthOptions & Pick<Config, "corsOrigins" | "graphiql" | "host" | "port" | "simulated" | "subscriptions">;
  log: Logger;
  /** Milliseconds, of any origin. */
  now: () => number;
  /** Epoch ms, by which tokens end; default real time. */
  clock?: () => number;
  /** By which subscriptions live; default real time. */
  liveTime?: LiveTime;
  /** Folder with the built GraphiQL. */
  graphiqlRoot: string;
}

/** A server that listens. */
export interface App {
  /** Base URL without a slash at its end. */
  url: string;
  /** Stops accepting, lets what runs finish for at most ten seconds, then closes the gateway. */
  stop(): Promise<void>;
  /** Sockets and subscriptions that are open now. */
  readonly live: Live["counts"];
}

/** What runs may wait for the platform for so long when the server stops; it then has the rest of Apollo's ten seconds to be answered. */
const finishWithinMs = 7_000;

/** Starts HTTP around the gateway. Rejects with the system's error when the address cannot be had. */
export async function startApp({
  gateway,
  config,
  log,
  now,
  clock = Date.now,
  liveTime = systemTime,
  graphiqlRoot,
}: AppOptions): Promise<App> {
  const app = Fastify({ bodyLimit: config.maxBodyBytes, forceCloseConnections: "idle" });
  const apollo = apolloServer(gateway.schema, config, log, now, app);

  if (config.simulated) app.addHook("onRequest", async (_, reply) => void reply.header("x-gateway-simulated", "true"));
  closeWithLastAnswers(app);
  refuse(app, config.maxBodyBytes, log);
  await app.register(helmet, securityHeaders);
  await app.register(compress, { brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } } });
  if (config.graphiql) await serveGraphiql(app, graphiqlRoot);
  serveHealth(app, gateway, { named: config.auth.kind === "none" });

  const authenticate = authentication(config, { now: clock, warn: (message, error) => log.warn({ err: error }, message) });
  const live = startLive(app.server, { gateway, config, authenticate, time: liveTime, log });
  app.addHook("preClose", () => live.stop());

  await apollo.start();
  await app.register(async (scope) => {
    scope.addHook("onRequest", async (_, reply) => void reply.header("vary", vary));
    demandCaller(scope, authenticate);
    await scope.register(fastifyApollo(apollo), {
      method: ["GET", "POST"],
      context: async (from: FastifyRequest) => contextOf(gateway, from, config.auth.kind === "none"),
    });
  });

  await app.listen({ host: config.host, port: config.port });
  return {
    url: urlOf(app.server.address(), config.host),
    get live() {
      return live.counts;
    },
    async stop() {
      // A platform that hangs keeps no request from its answer: what still waits then is answered before the sockets close.
      const patience = setTimeout(() => gateway.stop(), finishWithinMs);
      await apollo.stop();
      clearTimeout(patience);
      await gateway.close();
    },
  };
}

async function contextOf(gateway: Gateway, from: FastifyRequest, open: boolean): Promise<ServedContext> {
  const asked = explainOf(from.headers[explainHeader]);
  const served = gateway.request({ explain: asked, caller: from.caller });
  return Object.assign(served.context, {
    [request]: served,
    [explain]: asked,
    [caller]: from.caller,
    [forEverybody]: open && from.caller.bearer === undefined,
  });
}

function urlOf(address: string | AddressInfo | null, host: string): string {
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
}

/** Makes answers that are still given while the server stops close their connections: kept alive, they would hold the server open. */
export function closeWithLastAnswers(app: FastifyInstance): void {
  let stopping = false;
  app.addHook("preClose", async () => {
    stopping = true;
  });
  app.addHook("onSend", async (_, reply) => {
    if (stopping) reply.header("connection", "close");
  });
}
