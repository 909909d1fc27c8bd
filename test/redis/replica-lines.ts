import { expect, onTestFinished } from "vitest";
import type { Environment } from "../../src/config.js";
import type { SimulatorOptions } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import { type Line, startLine } from "../support/line.js";

export interface ReplicasOptions {
  redisUrl: string;
  /** Default 3. */
  count?: number;
  simulated?: SimulatorOptions;
  environment?: Environment;
  /** False where Redis is of no use: else each replica is waited for until it has found Redis. */
  isThere?: boolean;
  /** Wall clock of each replica, default that of this machine. */
  now?: readonly (() => number)[];
}

/** Several gateways with one simulator behind them and one Redis beside them; stopped when the test ends. */
export async function startReplicas({ redisUrl, count = 3, simulated = {}, environment = {}, isThere = true, now = [] }: ReplicasOptions) {
  const simulator = await startSimulator(simulated);
  const lines: Line[] = [];
  onTestFinished(async () => {
    for (const line of lines) await line.stopGateway();
    await simulator.close();
  });
  const add = async (clock = Date.now) => {
    const line = await startLine({}, { REDIS_URL: redisUrl, ...environment }, clock, undefined, undefined, simulator);
    lines.push(line);
    // On a busy machine Redis can seem too slow at first.
    if (isThere) await expect.poll(() => redisOf(line), { timeout: 30_000 }).toBe("ok");
    return line;
  };
  for (let index = 0; index < count; index++) await add(now[index]);
  simulator.resetCounts();
  return { lines, simulator, add };
}

/** A prefix that no other test has. */
export const ownPrefix = (): Environment => ({ REDIS_PREFIX: `t${process.pid}.${prefixes++}` });
let prefixes = 0;

/** What /readyz says of Redis. */
export const redisOf = async ({ url }: Line): Promise<string> => ((await (await fetch(`${url}/readyz`)).json()) as { redis: string }).redis;
