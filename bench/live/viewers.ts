import { once } from "node:events";
import { WebSocket } from "ws";

/** A message with a state: when it was here, epoch ms, and how long it was. */
export interface Arrival {
  at: number;
  bytes: number;
}

/** Somebody who watches one subscription on a socket of their own. */
export interface Viewer {
  readonly socket: WebSocket;
  readonly arrivals: Arrival[];
  /** The last message, as it came. */
  readonly last: () => string;
}

const now = (): number => performance.timeOrigin + performance.now();

/** Opens a socket and subscribes. Resolves when the first state is here. Nothing is parsed, so that the viewers cost little themselves. */
export async function watch(port: number, query: string, variables: Record<string, unknown> = {}): Promise<Viewer> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, "graphql-transport-ws");
  const arrivals: Arrival[] = [];
  let last: Buffer = Buffer.alloc(0);
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init" }));
  await once(socket, "message");
  const first = new Promise<void>((resolve, reject) => {
    socket.on("message", (data: Buffer) => {
      if (data.includes('"type":"error"')) reject(new Error(String(data)));
      arrivals.push({ at: now(), bytes: data.length });
      last = data;
      resolve();
    });
  });
  socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query, variables } }));
  await first;
  return { socket, arrivals, last: () => String(last) };
}

/** A hundred at a time: more at once would measure the queue of connections. */
export async function watchAll(count: number, one: (number: number) => Promise<Viewer>): Promise<Viewer[]> {
  const viewers: Viewer[] = [];
  while (viewers.length < count) {
    const next = Math.min(100, count - viewers.length);
    viewers.push(...(await Promise.all(Array.from({ length: next }, (_, index) => one(viewers.length + index)))));
  }
  return viewers;
}

export const leaveAll = (viewers: readonly Viewer[]): void => {
  for (const { socket } of viewers) socket.terminate();
};
