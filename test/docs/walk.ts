import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { trackedFiles } from "../../scripts/tracked-files.js";
import { blocksOf, root, textOf } from "./page.js";

/** With GATEWAY_REGISTRY=1 packages come from the registry, as for a reader; else from the packages of this repository. */
const fromRegistry = process.env.GATEWAY_REGISTRY === "1";

/** A reader who does what a page says, in an empty folder that has the repository in `lp-metrics-gateway`. */
export interface Walk {
  folder: string;
  /** The port in place of one that the page names. */
  port(named: number): number;
  /** What the commands printed, each block that ended, in order. */
  printed: readonly string[];
  /** What the terminals of their own have printed so far. */
  terminals(): string;
  stop(): Promise<void>;
}

/**
 * Follows a page from top to bottom. A block whose first line is a comment with a path is written to that file, below the folder where the
 * reader stands. A block of `sh` is executed; one that begins with "# In a terminal of its own. Ready when it says …" stays, and the reader
 * goes on when it has said that. Ports that the page names are replaced, so that pages can be followed side by side.
 */
export async function follow(path: string, ports: readonly number[]): Promise<Walk> {
  const folder = await mkdtemp(join(tmpdir(), "reader-"));
  const replaced = new Map<number, number>();
  for (const port of ports) replaced.set(port, await freePort());
  const withPorts = (text: string) =>
    ports.reduce((now, port) => now.replaceAll(new RegExp(`(:|--port )${port}\\b`, "g"), `$1${replaced.get(port)}`), text);
  const terminals: Terminal[] = [];
  const printed: string[] = [];
  const walk: Walk = {
    folder,
    port: (named) => replaced.get(named) ?? named,
    printed,
    terminals: () => terminals.map(({ output }) => output()).join("\n"),
    async stop() {
      await Promise.all(terminals.map((terminal) => terminal.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await cloneInto(join(folder, "lp-metrics-gateway"));
    const env = await environmentOf(folder, walk.port(4000));
    let at = folder;
    for (const { language, code, file } of blocksOf(withPorts(textOf(path)))) {
      if (file !== undefined) {
        await mkdir(dirname(join(at, file)), { recursive: true });
        await writeFile(join(at, file), code);
      } else if (language === "sh") {
        const [, sign] = /^# In a terminal of its own\. Ready when it says "(.*)"\.$/m.exec(code) ?? [];
        const terminal = open(`${code}\npwd > '${join(folder, ".at")}'`, at, env);
        if (sign === undefined) {
          printed.push(await terminal.succeeded());
          at = (await readFile(join(folder, ".at"), "utf8")).trim();
        } else {
          terminals.push(terminal);
          await terminal.said(sign);
        }
      }
    }
  } catch (error) {
    await walk.stop();
    throw error;
  }
  return walk;
}

/** What git tracks of this repository, with its installed packages: what `git clone` and `npm ci` give. */
async function cloneInto(folder: string): Promise<void> {
  for (const path of trackedFiles(root) ?? []) await cp(join(root, path), join(folder, path));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
}

/** The environment of a reader: no settings of ours, and an `npm install` that needs no network unless the registry is wanted. */
async function environmentOf(folder: string, gatewayPort: number): Promise<NodeJS.ProcessEnv> {
  const { PATH, HOME, CHROMIUM_PATH, npm_config_registry: registry } = process.env;
  const bin = join(folder, ".bin");
  if (!fromRegistry) {
    await mkdir(bin);
    const program = join(root, "test/docs/linking-npm.mjs");
    await writeFile(join(bin, "npm"), `#!/bin/sh\nexec node '${program}' '${join(root, "node_modules")}' "$@"\n`);
    await chmod(join(bin, "npm"), 0o755);
  }
  return {
    ...{ HOME, CHROMIUM_PATH, PATH: fromRegistry ? PATH : `${bin}:${PATH}`, npm_config_registry: registry },
    ...{ PORT: String(gatewayPort), npm_config_audit: "false", npm_config_fund: "false", npm_config_update_notifier: "false" },
  };
}

interface Terminal {
  output(): string;
  /** Resolves when the output holds the text. */
  said(text: string): Promise<void>;
  /** Resolves with the output when the commands have ended with success. */
  succeeded(): Promise<string>;
  stop(): Promise<void>;
}

/** A group of processes of its own, so that it can be ended with all that it started. */
function open(commands: string, folder: string, env: NodeJS.ProcessEnv): Terminal {
  const child: ChildProcess = spawn("sh", ["-euc", commands], { cwd: folder, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = once(child, "close").then(([code]) => code as number | null);
  const failed = (what: string) => new Error(`${what}:\n${commands}\n--- printed:\n${output}`);
  return {
    output: () => output,
    async said(text) {
      while (!output.includes(text)) {
        const goesOn = await Promise.race([once(child.stdout!, "data").then(() => true), ended.then(() => false)]);
        if (!goesOn && !output.includes(text)) throw failed(`The commands ended without saying "${text}"`);
      }
    },
    async succeeded() {
      if ((await ended) !== 0) throw failed("The commands failed");
      return output;
    },
    async stop() {
      if (child.exitCode !== null || child.pid === undefined) return;
      const group = -child.pid;
      process.kill(group, "SIGTERM");
      const killed = setTimeout(() => process.kill(group, "SIGKILL"), 5_000); // Apollo Server waits ten seconds for idle connections.
      await ended;
      clearTimeout(killed);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
