import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import type { Environment, SimulatedAccount } from "../config.js";
import { StartError } from "./start-error.js";

/** What the simulator tells the process that started it, once it listens. */
const simulatorReady = z.object({
  url: z.string(),
  controlUrl: z.string(),
  accounts: z.array(z.object({ id: z.string(), bearers: z.array(z.string()).min(1) })).min(1),
});

export interface SimulatorProcess {
  url: string;
  controlUrl: string;
  pid: number | undefined;
  account: SimulatedAccount;
  /** Resolves with a plain sentence when the process ends without having been stopped. */
  died: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts this program again as a simulator, over real HTTP on free ports, and resolves when it listens.
 * It ends with its parent, however that ends. Rejects with StartError when it does not come up.
 */
export async function startSimulatorProcess(program: string, environment: Environment): Promise<SimulatorProcess> {
  // Under `node --watch` a child would report each file that it loads over the same channel.
  const env = { ...environment, WATCH_REPORT_DEPENDENCIES: undefined };
  const child = fork(program, ["simulate", "--child", "--scale", "demo"], { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const { url, controlUrl, accounts } = await readyOf(child);
  const [account] = accounts;
  if (!account?.bearers[0]) throw new StartError("The simulator named no account.");

  let stopping = false;
  const died = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      if (!stopping) resolve(`The simulator ended unexpectedly (${signal ?? `exit code ${code}`}): without it there is nothing to serve.`);
    });
  });
  return {
    url,
    controlUrl,
    pid: child.pid,
    account: { id: account.id, url, bearer: account.bearers[0] },
    died,
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

const readyOf = (child: ChildProcess): Promise<z.output<typeof simulatorReady>> =>
  new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(simulatorReady.parseAsync(message)));
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new StartError(`The simulator did not start (${signal ?? `exit code ${code}`}).`)));
  });
