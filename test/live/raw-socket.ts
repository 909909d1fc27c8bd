import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { until } from "./live-line.js";

/** A socket without a client library: for what no well-behaved client does. */
export interface RawSocket {
  socket: WebSocket;
  received: Record<string, unknown>[];
  send(message: object | string): void;
  /** The n-th message, counted from 1, once it is there. */
  message(number: number): Promise<Record<string, unknown>>;
  closed: Promise<{ code: number; reason: string }>;
}

export async function rawSocket(url: string, options: ClientOptions = {}, protocol = "graphql-transport-ws"): Promise<RawSocket> {
  const socket = new WebSocket(url, protocol, options);
  onTestFinished(() => socket.terminate());
  const received: Record<string, unknown>[] = [];
  socket.on("message", (data) => received.push(JSON.parse(String(data))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise<void>((resolve, reject) => socket.once("open", () => resolve()).once("error", reject));
  return {
    socket,
    received,
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    async message(number) {
      await until(() => received.length >= number);
      return received[number - 1]!;
    },
    closed,
  };
}

/** One that has said who it is and was taken. */
export async function acknowledged(
  url: string,
  credentials: Record<string, unknown> = {},
  options: ClientOptions = {},
): Promise<RawSocket> {
  const raw = await rawSocket(url, options);
  raw.send({ type: "connection_init", payload: credentials });
  await raw.message(1);
  return raw;
}

/** The HTTP answer to a request for a socket that is refused. */
export function refusedSocket(url: string, options: ClientOptions = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, "graphql-transport-ws", options);
    socket.on("error", reject);
    socket.on("open", () => reject(new Error("The socket was opened.")));
    socket.on("unexpected-response", (_, response) => {
      let body = "";
      response.on("data", (part) => {
        body += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
  });
}
