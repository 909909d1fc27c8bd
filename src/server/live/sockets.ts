import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type ExecutionArgs, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from "graphql";
import { handleProtocols, makeServer } from "graphql-ws";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import type { Config, SubscriptionsConfig } from "../../config.js";
import type { Observer } from "../../telemetry/observer.js";
import { internalError } from "../masking.js";
import { originRule } from "../origins.js";
import { type AskedSubscription, formatted, type LiveOperation, Refused } from "./admission.js";
import type { Boards } from "./boards.js";
import { Connection, closeCodes } from "./connection.js";
import { everybody, type Full, refusalOf, Seats, tooManySubscriptions } from "./seats.js";
import { SocketSubscriber } from "./socket-subscriber.js";
import type { LiveTime } from "./time.js";
import type { Authentication } from "./viewer.js";

export interface SocketsOptions extends Authentication {
  schema: GraphQLSchema;
  boards: Boards;
  /** Lets a caller have one more subscription: returns what ends that, or the limit that is reached. */
  takeSeat: (caller: string) => (() => void) | Full;
  admit: (asked: AskedSubscription) => LiveOperation;
  /** Told of each state that is sent to a subscriber. */
  pushed: () => void;
  config: SubscriptionsConfig & Pick<Config, "corsOrigins" | "maxBodyBytes" | "simulated">;
  time: LiveTime;
  /** Told of each subscription; left out: nobody counts them. */
  observer?: Pick<Observer, "subscribed">;
  log: Logger;
}

export interface Sockets {
  /** Closes every socket, with the announcement that the server goes away, and takes no new one. */
  stop(): Promise<void>;
  readonly count: number;
}

/** Where sockets are opened. */
const path = "/graphql";
/** A client may leave so many bytes unread besides states. */
const maxUnreadBytes = 262_144;

interface Extra {
  connection: Connection;
}

/** What a subscription needs from being admitted until it is executed. */
interface Joining {
  connection: Connection;
  id: string;
  operation: LiveOperation;
  release: () => void;
}

/** Serves subscriptions by the protocol graphql-transport-ws on sockets of this server. */
export function acceptSockets(server: Server, options: SocketsOptions): Sockets {
  const { config, time, log, authenticate, warn } = options;
  const mayOpen = originRule(config.corsOrigins);
  const all = new Seats({ setting: "MAX_SOCKETS", most: config.maxSockets });
  const perCaller = new Seats({ setting: "MAX_SOCKETS_PER_CALLER", most: config.maxSocketsPerCaller });
  const connections = new Set<Connection>();
  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: config.initMs,
    onConnect: ({ extra, connectionParams = {} }) => begin(extra.connection, connectionParams),
    onSubscribe: ({ extra: { connection } }, id, payload) => {
      try {
        return admitted(options, connection, id, payload);
      } catch (error) {
        if (error instanceof Refused) return [new GraphQLError(error.message, { originalError: error })];
        throw error;
      }
    },
    subscribe: ({ contextValue }) => joined(options, contextValue as Joining),
    onError: (_context, _id, _payload, errors) => errors.flatMap(formattedErrors),
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: config.maxBodyBytes,
    perMessageDeflate: false,
    autoPong: false,
    // One message at a time: a subscription that is completed and begun again in one packet is ended before it begins.
    allowSynchronousEvents: false,
    handleProtocols,
  });
  if (config.simulated) sockets.on("headers", (headers) => void headers.push("x-gateway-simulated: true"));

  let isStopping = false;
  const upgrade = (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    duplex.on("error", (error) => log.debug({ err: error }, "A socket broke before it was opened"));
    if (request.url?.split("?")[0] !== path) return refuse(duplex, 404, `There are no sockets at this path, only at ${path}.`);
    if (isStopping) return refuse(duplex, 503, "The gateway is stopping.");
    if (!mayOpen(request)) {
      log.info({ code: "FORBIDDEN", origin: request.headers.origin?.slice(0, 200) }, "Socket refused");
      return refuse(duplex, 403, "Pages of this origin may not open a socket here: CORS_ORIGINS does not name it.");
    }
    sockets.handleUpgrade(request, duplex, head, (socket) => open(socket, request));
  };

  const open = (socket: WebSocket, request: IncomingMessage) => {
    const connection = new Connection({ socket, request, authenticate, now: time.monotonic, maxUnreadBytes, warn });
    socket.on("error", (error) => log.info({ reason: error.message }, "A socket broke"));
    const seat = all.take(everybody);
    if (typeof seat !== "function") {
      connection.close(closeCodes.tryAgainLater, `Try again later: ${refusalOf(seat, "sockets")}`);
      return;
    }
    connection.releases.push(seat);
    connections.add(connection);
    socket.on("pong", () => {
      connection.heardAt = time.monotonic();
    });
    socket.on("ping", (data) => void connection.pong(data));
    const closed = protocol.opened(wired(connection, time, log), { connection });
    socket.once("close", (code, reason) => {
      connections.delete(connection);
      for (const release of connection.releases) release();
      log.debug({ caller: connection.caller?.id ?? null, code, reason: String(reason) }, "Socket closed");
      closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, "A closed socket could not be cleared away"));
    });
  };

  /** False when the socket has been closed. */
  const begin = async (connection: Connection, payload: Record<string, unknown>) => {
    const caller = await connection.init(payload);
    if (!caller || !connection.isOpen) {
      log.info({ code: "FORBIDDEN" }, "Socket refused");
      return false;
    }
    const seat = perCaller.take(caller.id);
    if (typeof seat !== "function") {
      log.info({ caller: caller.id, code: seat.setting }, "Socket refused");
      connection.close(closeCodes.tooMany, refusalOf(seat, "sockets"));
      return false;
    }
    connection.releases.push(seat);
    return config.simulated ? { simulated: true } : true;
  };

  let cancelHeartbeat: () => void = () => undefined;
  const beat = () => {
    cancelHeartbeat = time.after(config.heartbeatMs, () => {
      for (const connection of connections) heartbeat(connection, config, time.monotonic());
      beat();
    });
  };
  beat();
  server.on("upgrade", upgrade);

  return {
    get count() {
      return all.taken(everybody);
    },
    async stop() {
      isStopping = true;
      cancelHeartbeat();
      const gone = [...connections].map(({ socket }) => new Promise<void>((resolve) => socket.once("close", () => resolve())));
      for (const connection of connections) connection.close(closeCodes.goingAway, "Going away: the gateway is stopping.");
      await Promise.all(gone);
      server.off("upgrade", upgrade);
    },
  };
}

/** Closes what is dead, of no use or too old, and asks the others for a sign of life. */
function heartbeat(connection: Connection, { heartbeatMs, idleMs, lifetimeMs }: SubscriptionsConfig, now: number): void {
  if (now - connection.heardAt > 2 * heartbeatMs) connection.socket.terminate();
  else if (now - connection.openedAt >= lifetimeMs) {
    connection.close(closeCodes.goingAway, "Going away: a socket lasts for SOCKET_LIFETIME_SECONDS. Connect again.");
  } else if (connection.idleSince !== null && now - connection.idleSince >= idleMs) {
    connection.close(closeCodes.normal, "Nothing was subscribed to for SOCKET_IDLE_SECONDS.");
  } else {
    connection.ping();
    if (connection.caller) void connection.isStillAllowed();
  }
}

/** The socket as the protocol sees it. A message that cannot be understood closes it, as does a bug, which the log tells. */
function wired(connection: Connection, time: LiveTime, log: Logger): Parameters<ReturnType<typeof makeServer>["opened"]>[0] {
  const { socket } = connection;
  return {
    protocol: socket.protocol,
    send: (text) => connection.reply(text),
    close: (code = closeCodes.normal, reason = "") => connection.close(code, reason),
    onMessage: (receive) => {
      socket.on("message", async (data) => {
        connection.heardAt = time.monotonic();
        try {
          await receive(String(data));
        } catch (error) {
          log.error({ err: error }, "A message of a socket failed unexpectedly");
          connection.close(closeCodes.internalError, internalError.message);
        }
      });
    },
  };
}

/** Throws Refused. */
function admitted(
  { schema, admit, takeSeat, config }: SocketsOptions,
  connection: Connection,
  id: string,
  payload: { query: string; operationName?: unknown; variables?: unknown; extensions?: unknown },
): ExecutionArgs {
  const given = payload as Readonly<Record<string, unknown>>;
  const caller = connection.caller!;
  const operation = admit({
    query: payload.query,
    operationName: (given.operationName as string | null | undefined) ?? null,
    variables: (given.variables as Record<string, unknown> | null | undefined) ?? {},
    extensions: (given.extensions as Record<string, unknown> | null | undefined) ?? {},
    documentId: given.documentId ?? given.doc_id,
    isRouter: caller.router ?? false,
  });
  const own = { setting: "MAX_SUBSCRIPTIONS_PER_SOCKET", most: config.maxSubscriptionsPerSocket };
  const seat = connection.subscriptions >= own.most ? own : takeSeat(caller.id);
  if (typeof seat !== "function") throw new Refused([formatted(tooManySubscriptions(seat))]);
  connection.subscribed();
  const release = () => {
    seat();
    connection.unsubscribed();
  };
  const contextValue: Joining = { connection, id, operation, release };
  return { schema, document: operation.document, operationName: operation.operationName, contextValue };
}

/**
 * The subscription as the protocol sees it: it yields nothing, because states go to the socket by a shorter way; it ends when there are
 * no more, and is returned when the client has had enough. The credentials of the socket may be older than the subscription: they are
 * checked again before it joins.
 */
function joined(
  { boards, time, log, pushed, observer }: SocketsOptions,
  { connection, id, operation, release }: Joining,
): AsyncGenerator<never> {
  const subscriber = new SocketSubscriber(connection, operation, id, pushed);
  const begunAt = time.monotonic();
  const { ended } = subscriber;
  let leave: () => void = () => undefined;
  void connection.isStillAllowed().then((isAllowed) => {
    if (isAllowed && !subscriber.isOver) leave = boards.join(operation, subscriber);
  });
  const caller = subscriber.caller.id;
  const { client } = connection;
  observer?.subscribed(client?.name);
  const over = () => {
    leave();
    release();
    const seconds = Math.round((time.monotonic() - begunAt) / 1000);
    log.info({ operation: operation.operationName, caller, client, seconds, states: subscriber.sent }, "Subscription ended");
  };
  ended.then(over, over);
  const done = { done: true, value: undefined } as const;
  const states = {
    next: () => ended.then(() => done),
    return: async () => {
      subscriber.end([]);
      return done;
    },
    [Symbol.asyncIterator]: () => states,
  };
  return states as unknown as AsyncGenerator<never>;
}

/** As they were refused; the protocol would print them anew. */
const formattedErrors = (error: GraphQLError): readonly GraphQLFormattedError[] =>
  error.originalError instanceof Refused ? error.originalError.errors : [error.toJSON()];

/** Answers the request for a socket as HTTP. */
function refuse(duplex: Duplex, status: number, message: string): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code: status === 403 ? "FORBIDDEN" : "BAD_REQUEST" } }] });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    "content-type: application/json; charset=utf-8",
    "cache-control: no-store",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  duplex.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
