import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";

/** The least that a server can do: sends the bytes of BODY_FILE to every socket, each time its parent says so. It knows no GraphQL. */
const bytes = readFileSync(process.env.BODY_FILE!);
const server = createServer((_, response) => response.end("ok"));
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const send = (socket: WebSocket) => socket.send(bytes, { binary: false });
sockets.on("connection", (socket) => {
  socket.on("message", (data) => {
    if (String(data).includes("connection_init")) socket.send('{"type":"connection_ack"}');
    else send(socket);
  });
});
setInterval(() => {
  for (const socket of sockets.clients) send(socket);
}, Number(process.env.EVERY_MS));
server.listen(Number(process.env.PORT), "127.0.0.1");
