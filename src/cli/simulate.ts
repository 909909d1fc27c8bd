import type { Program } from "./program.js";
import { StartError } from "./start-error.js";
import { terminalLog } from "./terminal-log.js";

export interface SimulateOptions {
  /** 0 takes any free one. */
  port: number;
  controlPort: number;
  account: string[];
  scale: "small" | "demo";
}

/** A simulator that listens. */
interface Simulation {
  url: string;
  controlUrl: string;
  accounts: { id: string; bearers: string[] }[];
  close(): Promise<void>;
}

/** Only main.ts knows the simulator; this is what a command needs of it. */
export type StartSimulation = (options: {
  port?: number;
  controlPort?: number;
  accounts: { id: string; scale: SimulateOptions["scale"] }[];
}) => Promise<Simulation>;

const accountsOf = ({ account, scale }: SimulateOptions) => account.map((id) => ({ id, scale }));

/** Serves the platform's four metrics APIs over a modelled contact centre, and logs how to point a gateway at it. */
export async function simulate(options: SimulateOptions, start: StartSimulation, { onEnd }: Program): Promise<void> {
  const { port, controlPort } = options;
  const { url, controlUrl, accounts, close } = await start({ port, controlPort, accounts: accountsOf(options) });
  const log = terminalLog("info");
  onEnd(log, close);
  log.info(`Simulating account ${accounts.map(({ id }) => id).join(", ")} on ${url}, control interface on ${controlUrl}`);
  for (const { id, bearers } of accounts)
    log.info(`To serve ${id}: LP_ACCOUNT_ID=${id} LP_CSDS_URL=${url} LP_BEARER_TOKEN=${bearers[0]} npm start`);
}

/** Serves the gateway that started this process, on free ports, and ends with it. Rejects with StartError when there is none. */
export async function simulateAsChild(options: SimulateOptions, start: StartSimulation): Promise<void> {
  if (!process.connected) throw new StartError("--child is for a gateway that starts its own simulator: leave it out.");
  const { url, controlUrl, accounts } = await start({ accounts: accountsOf(options) });
  process.once("disconnect", () => process.exit(0));
  process.send?.({ url, controlUrl, accounts });
}
