import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";

/** A load balancer of TCP: each connection goes to one of the backends that are ready, in turn, and stays there. */
export interface Balancer {
  url: string;
  /** How often /readyz of each backend is asked. */
  readonly checkMs: number;
  /** Ports of the backends that are ready, as far as is known. */
  readonly ready: readonly number[];
  stop(): Promise<void>;
}

const checkMs = 50;

/** Balances between gateways on these ports of this machine. A connection that it cannot hand on is broken: it is never tried elsewhere. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const ready = new Set<number>();
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    const port = [...ready].sort()[turn++ % ready.size];
    const backend = createConnection({ port: port ?? 0, host: "127.0.0.1" });
    for (const [from, to] of [
      [client, backend],
      [backend, client],
    ] as const) {
      open.add(from);
      from.pipe(to);
      // A connection that is reset on one side is reset on the other.
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.end();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const check = async (port: number) => {
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: "close" } }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) ready.add(port);
    else ready.delete(port);
  };
  const checks = setInterval(() => void Promise.all(ports.map(check)), checkMs);
  await Promise.all(ports.map(check));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The balancer has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    checkMs,
    get ready() {
      return [...ready];
    },
    async stop() {
      clearInterval(checks);
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
