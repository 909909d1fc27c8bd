import type { Server } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Config } from "../../config.js";
import type { Observer } from "../../telemetry/observer.js";
import type { Presented } from "../auth.js";
import type { Caller, Gateway } from "../gateway-port.js";
import { masked } from "../masking.js";
import type { Trust } from "../trusted-documents.js";
import { type AdmissionOptions, admission } from "./admission.js";
import { Boards } from "./boards.js";
import { callbacks } from "./callbacks.js";
import { everybody, Seats, takeEach } from "./seats.js";
import { acceptSockets } from "./sockets.js";
import type { LiveTime } from "./time.js";

export interface LiveOptions {
  gateway: Pick<Gateway, "schema" | "execute" | "request" | "audience">;
  config: AdmissionOptions & Pick<Config, "corsOrigins" | "simulated" | "subscriptions">;
  authenticate: (presented: Presented) => Promise<Caller>;
  trust: Trust;
  time: LiveTime;
  observer?: Pick<Observer, "subscribed">;
  log: Logger;
}

export interface Live {
  /** What is open now. Boards are the subscriptions that are executed, each for all who share it. */
  readonly counts: { sockets: number; subscriptions: number; boards: number };
  /** Since the start: states that were made, and how often one was sent to a subscriber. */
  readonly totals: { readonly states: number; readonly pushes: number };
  /** Lets routers subscribe in the scope of /graphql, where addresses are allowed that they may have called. */
  register(scope: FastifyInstance): void;
  /** Says to every client that the server goes away, and takes no new one. */
  stop(): Promise<void>;
}

/** Serves subscriptions beside the HTTP of this server. */
export function startLive(server: Server, { gateway, config, authenticate, trust, time, observer, log }: LiveOptions): Live {
  const { subscriptions } = config;
  const totals = { states: 0, pushes: 0 };
  const made = () => void totals.states++;
  const boards = new Boards({ gateway, time, mask: masked(log, config), log, made });
  const all = new Seats({ setting: "MAX_SUBSCRIPTIONS", most: subscriptions.maxSubscriptions });
  const perCaller = new Seats({ setting: "MAX_SUBSCRIPTIONS_PER_CALLER", most: subscriptions.maxSubscriptionsPerCaller });
  const shared = {
    boards,
    admit: admission(gateway.schema, config, trust, log),
    takeSeat: (caller: string) =>
      takeEach([
        [all, everybody],
        [perCaller, caller],
      ]),
    pushed: () => void totals.pushes++,
    authenticate,
    warn: (error: unknown) => log.error({ err: error }, "A caller could not be checked, because of a bug"),
    time,
    log,
  };
  const routers = callbacks({ ...shared, config: subscriptions });
  const sockets = acceptSockets(server, {
    ...shared,
    schema: gateway.schema,
    ...(observer && { observer }),
    config: { ...subscriptions, corsOrigins: config.corsOrigins, maxBodyBytes: config.maxBodyBytes, simulated: config.simulated },
  });
  return {
    get counts() {
      return { sockets: sockets.count, subscriptions: all.taken(everybody), boards: boards.size };
    },
    totals,
    register(scope) {
      if (subscriptions.callbackUrls.length > 0) routers.register(scope);
    },
    async stop() {
      await Promise.all([sockets.stop(), routers.stop()]);
    },
  };
}
