import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { trackedFiles } from "../../scripts/tracked-files.js";
import { type Block, blocksOf, root, textOf } from "./page.js";

/** With GATEWAY_REGISTRY=1 packages come from the registry, as for a reader; else from the packages of this repository. */
const isRegistryWanted = process.env.GATEWAY_REGISTRY === "1";

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

export interface Steps {
  /** Ports that the page names and the reader replaces by free ones, so that pages can be followed side by side. */
  ports: readonly number[];
  /** The blocks to follow; default all. */
  only?: (block: Block) => boolean;
  /** Texts of the page in place of which the reader writes others: the account of an example by a real one. */
  replaced?: Readonly<Record<string, string>>;
  /** The reader begins in the repository, where the packages are installed, instead of in the folder that holds it. */
  inRepository?: true;
}

/**
 * Follows a page from top to bottom. A block whose first line is a comment with a path is written to that file, below the folder where the
 * reader stands. A block of `sh` is executed; folder and variables go on to the next. One that begins with "# In a terminal of its own. Ready
 * when it says …" stays, and the reader goes on when it has said that.
 */
export async function follow(path: string, { ports, only = () => true, replaced = {}, inRepository }: Steps): Promise<Walk> {
  const folder = await mkdtemp(join(tmpdir(), "reader-"));
  const freePorts = new Map<number, number>();
  for (const port of ports) freePorts.set(port, await freePort());
  const written = (text: string) => {
    const withTexts = Object.entries(replaced).reduce((now, [named, other]) => now.replaceAll(named, other), text);
    return withTexts.replaceAll(/(:|\bport |\bPORT=)(\d{4,5})\b/g, (all, before: string, port: string) =>
      freePorts.has(Number(port)) ? `${before}${freePorts.get(Number(port))}` : all,
    );
  };
  const terminals: Terminal[] = [];
  const printed: string[] = [];
  const walk: Walk = {
    folder,
    port: (named) => freePorts.get(named) ?? named,
    printed,
    terminals: () => terminals.map(({ output }) => output()).join("\n"),
    async stop() {
      await Promise.all(terminals.map((terminal) => terminal.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    const repository = join(folder, "lp-metrics-gateway");
    await cloneInto(repository);
    const env = await environmentOf(folder, walk.port(4000), isRegistryWanted && !inRepository);
    const [left, before] = [join(folder, ".left"), join(folder, ".before")];
    await writeFile(before, `cd '${inRepository ? repository : folder}'\n`);
    for (const { language, code, file } of blocksOf(written(textOf(path))).filter(only)) {
      const commands = file === undefined ? code : `mkdir -p '${dirname(file)}'\ncat > '${file}' <<'END OF FILE'\n${code}END OF FILE\n`;
      if (file === undefined && language !== "sh") continue;
      const [, sign] = (file === undefined && /^# In a terminal of its own\. Ready when it says "(.*)"\.$/m.exec(code)) || [];
      // Variables go on as they would in one shell, and so does the folder.
      const terminal = open(`. '${before}'\nset -a\n${commands}\nset +a\n{ export -p; echo "cd '$PWD'"; } > '${left}'`, folder, env);
      if (sign === undefined) {
        printed.push(await terminal.succeeded());
        await rename(left, before);
      } else {
        terminals.push(terminal);
        await terminal.said(sign);
      }
    }
  } catch (error) {
    await walk.stop();
    throw error;
  }
  return walk;
}

/** What git tracks of this repository, with its installed packages: what `git clone` and `npm ci` give. Where there is no git: everything. */
async function cloneInto(folder: string): Promise<void> {
  const tracked = trackedFiles(root);
  const isOurs = (path: string) => !/^(node_modules|dist|coverage|\.git)(\/|$)/.test(relative(root, path));
  if (tracked) for (const path of tracked) await cp(join(root, path), join(folder, path));
  else await cp(root, folder, { recursive: true, filter: isOurs });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
}

/** The environment of a reader: no settings of ours, and an `npm install` that needs no network unless the registry is wanted. */
async function environmentOf(folder: string, gatewayPort: number, fromRegistry: boolean): Promise<NodeJS.ProcessEnv> {
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

/** Below the ports that systems give to connections, so that nobody takes it before the reader does. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    const port = randomInt(20_000, 32_000);
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    server.close();
    if (isFree) return port;
  }
}
