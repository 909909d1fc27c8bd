import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "pino";

/** What a connection may take. Nobody holds one for longer than it takes to send a request and to read its answer. */
export interface SocketLimits {
  /** From the connection, or from the end of the request before, until all headers are there; ms. */
  headersMs: number;
  /** From the same moment until the whole request is there; ms. */
  requestMs: number;
  /** A connection on which nothing moves is closed after this time, ms: its client does not read. Longer than any request may take. */
  stalledMs: number;
  /** How often these times are looked at, ms. */
  checkedEveryMs: number;
  /** Of all headers of a request together. */
  maxHeaderBytes: number;
}

/** `deadlineMs`: how long a request may wait for its answer. */
export const socketLimits = (deadlineMs: number): SocketLimits => ({
  headersMs: 15_000,
  requestMs: 30_000,
  stalledMs: deadlineMs + 30_000,
  checkedEveryMs: 1_000,
  maxHeaderBytes: 16_384,
});

export const serverOptions = (limits: SocketLimits) => ({
  requestTimeout: limits.requestMs,
  connectionTimeout: limits.stalledMs,
  http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: limits.checkedEveryMs, maxHeaderSize: limits.maxHeaderBytes },
  clientErrorHandler: (error: Error, socket: Socket) => endUnread(error, socket, limits),
});

/** Answers what is no request, or has not become one in time, and closes its connection. */
function endUnread({ code }: Error & { code?: string }, socket: Socket, limits: SocketLimits): void {
  if (code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, message] = refusalOf(code, limits);
  const body = JSON.stringify({ errors: [{ message, extensions: { code: "BAD_REQUEST" } }] });
  const headers = ["content-type: application/json; charset=utf-8", "cache-control: no-store", "connection: close"];
  socket.end([`HTTP/1.1 ${status}`, ...headers, `content-length: ${body.length}`, "", body].join("\r\n"), () => socket.destroy());
}

function refusalOf(code: string | undefined, { headersMs, requestMs, maxHeaderBytes }: SocketLimits): [status: string, message: string] {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT": {
      const message = `The request did not arrive in time: its headers may take ${headersMs} ms, and all of it ${requestMs} ms.`;
      return ["408 Request Timeout", message];
    }
    case "HPE_HEADER_OVERFLOW":
      return ["431 Request Header Fields Too Large", `The headers of a request may have ${maxHeaderBytes} bytes together.`];
    default:
      return ["400 Bad Request", "This is no HTTP request."];
  }
}

/** A full server says so once in this time, ms. */
const toldEveryMs = 60_000;

/**
 * Takes at most so many connections at once; more are closed as they come. Returns what closes those on which nothing was ever sent, such as
 * a browser opens in advance: they would hold a server open that stops.
 */
export function limitConnections(server: Server, most: number, log: Logger): () => void {
  const open = new Set<Socket>();
  server.maxConnections = most;
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  let dropped = 0;
  server.on("drop", () => {
    dropped += 1;
    if (dropped > 1) return;
    log.warn(`A connection was refused: MAX_CONNECTIONS allows ${most} at once. How many were is said in a minute`);
    setTimeout(() => {
      log.warn({ refused: dropped }, `Connections were refused within a minute: MAX_CONNECTIONS allows ${most} at once`);
      dropped = 0;
    }, toldEveryMs).unref();
  });
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
}
