import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

/** The program as it is built, in a folder of its own; removed when the tests of the file end. */
export async function build(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lp-metrics-gateway-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  await Promise.all([
    cp(join(root, "package.json"), join(folder, "package.json")),
    cp(join(root, "schema"), join(folder, "schema"), { recursive: true }),
  ]);
  const vite = join(root, "node_modules/.bin/vite");
  await run(vite, ["build", "--config", join(root, "vite.server.config.ts"), "--outDir", join(folder, "dist"), "--logLevel", "warn"], {
    cwd: root,
  });
  return folder;
}

export interface Running {
  process: ChildProcess;
  /** Both outputs so far. */
  output: () => string;
  /** Resolves with the match once the output holds one; rejects when the program ends without. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the exit code when the program has ended. */
  ended: Promise<number | null>;
}

const started: ChildProcess[] = [];
afterAll(() => {
  for (const process of started) if (process.exitCode === null) process.kill("SIGKILL");
});

/** Starts the built program with these settings alone. */
export function start(folder: string, commandLine: string[], environment: Record<string, string> = {}): Running {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
  const child = spawn(process.execPath, [join(folder, "dist/main.js"), ...commandLine], { env, stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = once(child, "close").then(([code]) => code as number | null);
  const said = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(output);
      if (match) return match;
      const more = await Promise.race([once(child.stdout, "data").then(() => true), ended.then(() => false)]);
      if (!more && !pattern.test(output)) throw new Error(`The program ended without saying ${pattern}:\n${output}`);
    }
  };
  return { process: child, output: () => output, said, ended };
}

/** Whether a process of this id is there. */
export function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
