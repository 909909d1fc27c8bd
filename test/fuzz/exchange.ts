import { once } from "node:events";
import { connect } from "node:net";
import type { HostileRequest } from "./hostile-request.js";

export interface RawAnswer {
  /** 0 when the server closed the connection without one. */
  status: number;
  headers: string;
  body: string;
}

/** Sends a request byte for byte and reads until the server closes: no client library corrects or refuses what is wrong with it. */
export async function exchanged(url: string, { method, target, headers, body }: HostileRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  const failure = new Promise<void>((resolve) => socket.once("error", () => resolve()));
  const announced = Number(headers.find(([name]) => name === "content-length")?.[1] ?? body.length);
  const lengths = headers.some(([name]) => name === "content-length") ? [] : [["content-length", String(body.length)]];
  const lines = [["host", "gateway"], ["connection", "close"], ...headers, ...lengths].map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"));
  // Half a connection that closes early is taken for a client that has gone, and gets no answer: only a body that will never be whole ends so.
  if (body.length < announced) socket.end(body);
  else socket.write(body);
  await Promise.race([once(socket, "close"), failure]);
  socket.destroy();
  const text = Buffer.concat(chunks)
    .toString("latin1")
    .replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "");
  const end = text.indexOf("\r\n\r\n");
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
    headers: text.slice(0, Math.max(0, end)),
    body: end < 0 ? "" : text.slice(end + 4),
  };
}
