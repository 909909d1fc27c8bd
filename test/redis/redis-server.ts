import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";

/** Where a server is looked for. */
export const candidates = process.env.REDIS_SERVER_PATH
  ? [process.env.REDIS_SERVER_PATH]
  : ["/usr/bin/redis-server", "/usr/bin/valkey-server"];
/** The server that is installed; undefined when none is. */
export const redisPath = candidates.find((candidate) => existsSync(candidate));

export interface RedisServer {
  readonly url: string;
  /** The signal as it is; after SIGKILL resolves when the server is gone. */
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): Promise<void>;
  /** Starts it again on its port, empty. */
  restart(): Promise<void>;
  /** One command of an operator. */
  command(...words: string[]): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startRedis(...options: string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-redis-"));
  const port = await freePort();
  let server: ChildProcess;
  const password = options[options.indexOf("--requirepass") + 1];
  const connect = () => connection(port, options.includes("--requirepass") ? password : undefined);
  let client = connect();
  const start = async () => {
    server = spawn(redisPath!, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder, ...options], {
      stdio: "ignore",
    });
    client = connect();
    await client.connect();
  };
  const kill = async () => {
    if (client.isOpen) client.destroy();
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exit = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await exit;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    signal: async (signal) => {
      if (signal === "SIGKILL") await kill();
      else server.kill(signal);
    },
    restart: start,
    command: (...words) => client.sendCommand(words),
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Tries until the server listens. */
function connection(port: number, password?: string) {
  const client = createClient({
    ...(password !== undefined && { password }),
    url: `redis://127.0.0.1:${port}`,
    socket: { reconnectStrategy: () => 20 },
  });
  client.on("error", () => undefined);
  return client;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
