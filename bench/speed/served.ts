import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inherited } from "./helper-process.js";
import type { Platform } from "./platform.js";

export interface Memory {
  rss: number;
  /** After a full collection. */
  heapUsed: number;
}

/** A server under test, in a process of its own. */
export interface Served {
  name: string;
  port: number;
  /** Where it takes GraphQL. */
  path: string;
  /** From the start of the process until it could serve. */
  readyMs: number;
  /** CPU time of all its threads so far. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** One that runs in Node, so that it can be asked about its inside. */
export interface NodeServed extends Served {
  memory(): Promise<Memory>;
  /** In use after a full collection, bytes outside of the heap included. */
  heldBytes(): Promise<number>;
  /** Writes a snapshot of its heap; resolves with the file. */
  heapSnapshot(): Promise<string>;
  /** Begins to watch for the longest time in which the event loop did nothing else. */
  watch(): Promise<void>;
  longestBlockMs(): Promise<number>;
}

export interface NodeProgram {
  name: string;
  /** Options of Node, the script and its arguments. */
  commandLine: readonly string[];
  environment: Record<string, string>;
  /** A path that answers 200 once it can serve. */
  readyPath: string;
  path: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const probe = new URL("probe.mjs", import.meta.url).href;
const readyWithinMs = 30_000;

/** Node's options of `npm start`, so that the gateway is measured as it is started. */
function startOptions(): string[] {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { scripts: Record<string, string> };
  const options = /node (.*)dist\/main\.js serve/.exec(scripts.start ?? "");
  if (!options) throw new Error("The script `start` of package.json does not start dist/main.js serve with node.");
  return options[1]!.split(" ").filter((option) => option !== "");
}

/** The built gateway with these settings, as `npm start` runs it, in production. */
export const startGateway = (name: string, settings: Record<string, string>): Promise<NodeServed> =>
  startNode({
    name,
    commandLine: [...startOptions(), `${root}/dist/main.js`, "serve"],
    environment: settings,
    readyPath: "/readyz",
    path: "/graphql",
  });

const peer = (file: string): string[] => [
  "--import",
  "@oxc-node/core/register",
  fileURLToPath(new URL(`../peers/${file}`, import.meta.url)),
];

/** node:http that answers everything with the bytes of this file. */
export const startBare = (bodyFile: string): Promise<NodeServed> =>
  startNode({
    name: "node:http, same bytes",
    commandLine: peer("bare-http.ts"),
    environment: { BODY_FILE: bodyFile },
    readyPath: "/",
    path: "/graphql",
  });

/** Parses the bytes of the one file and prints the value in the other, for each request. */
export const startParseAndPrint = (platformFile: string, answerFile: string): Promise<NodeServed> =>
  startNode({
    name: "parse and print",
    commandLine: peer("parse-and-print.ts"),
    environment: { PLATFORM_FILE: platformFile, ANSWER_FILE: answerFile },
    readyPath: "/",
    path: "/graphql",
  });

/** Apollo Server + DataLoader + Keyv, written by hand. `now`: the date by which it asks, default real time. */
export const startPlainApollo = (
  { url, account, bearer }: Pick<Platform, "url" | "account" | "bearer">,
  ttlSeconds: number,
  now?: number,
): Promise<NodeServed> =>
  startNode({
    name: "plain Apollo Server",
    commandLine: peer("plain-apollo/server.ts"),
    environment: {
      LP_URL: url,
      LP_ACCOUNT: account,
      LP_BEARER: bearer,
      TTL_SECONDS: String(ttlSeconds),
      ...(now !== undefined && { NOW: String(now) }),
    },
    readyPath: "/healthz",
    path: "/graphql",
  });

export async function startNode({ name, commandLine, environment, readyPath, path }: NodeProgram): Promise<NodeServed> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--import", probe, ...commandLine], {
    cwd: root,
    env: inherited({ ...environment, PORT: String(port), NODE_ENV: "production" }),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const readyMs = (await readyAt(name, child, port, readyPath)) - startedAt;
  const ask = asker(child);
  return {
    name,
    port,
    path,
    readyMs,
    cpuMs: () => ask<number>("cpuMs"),
    memory: () => ask<Memory>("memory"),
    heldBytes: () => ask<number>("heldBytes"),
    heapSnapshot: () => ask<string>("heapSnapshot"),
    watch: () => ask<void>("watch"),
    longestBlockMs: () => ask<number>("longestBlockMs"),
    stop: () => ended(child),
  };
}

/** Asks often, so that the moment is known to a few milliseconds. */
export async function readyAt(name: string, child: ChildProcess, port: number, path: string): Promise<number> {
  const end = performance.now() + readyWithinMs;
  while (performance.now() < end) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended before it could serve.`);
    const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
    await response?.arrayBuffer();
    if (response?.ok) return performance.now();
    await pause(4);
  }
  child.kill("SIGKILL");
  throw new Error(`${name} could not serve within ${readyWithinMs / 1_000} s.`);
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

function asker(child: ChildProcess): <Answer>(ask: string) => Promise<Answer> {
  const waiting = new Map<number, (answer: unknown) => void>();
  let last = 0;
  child.on("message", ({ id, answer }: { id: number; answer: unknown }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  return (ask) =>
    new Promise((resolve, reject) => {
      last++;
      waiting.set(last, resolve as (answer: unknown) => void);
      child.send({ id: last, ask }, (error) => error && reject(error));
    });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  server.close();
  await once(server, "close");
  return address.port;
}
