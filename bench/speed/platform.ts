import type { Simulator, SimulatorOptions } from "../../src/simulator/controls.js";
import type { Logged } from "../../src/simulator/simulator.js";
import { nextMessage, startHelper } from "./helper-process.js";

/** The platform that the measured servers ask. */
export interface Platform {
  url: string;
  account: string;
  bearer: string;
  /** What was asked of the four metrics APIs since `forget`, oldest first. */
  requests(): Promise<Logged[]>;
  forget(): Promise<void>;
  setLatency(base: number): Promise<void>;
  stop(): void;
}

const metricsApis: readonly string[] = ["agent-segments", "skill-segments", "key-metrics", "interval-metrics"];

/** A simulator with one account, in a process of its own. */
export async function startPlatform(account: NonNullable<SimulatorOptions["accounts"]>[number]): Promise<Platform> {
  const options: SimulatorOptions = { accounts: [account], limits: { maxConcurrent: 10_000, maxPerMinute: 10_000_000 } };
  const child = startHelper("platform-process.ts", { SIMULATOR: JSON.stringify(options) });
  const { url, controlUrl, accounts } = await nextMessage<Pick<Simulator, "url" | "controlUrl" | "accounts">>(child);
  const control = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${controlUrl}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    url,
    account: accounts[0]!.id,
    bearer: accounts[0]!.bearers[0]!,
    requests: async () => ((await (await control("GET", "/requests")).json()) as Logged[]).filter(({ api }) => metricsApis.includes(api)),
    forget: async () => void (await control("DELETE", "/counts")),
    setLatency: async (base) => void (await control("PUT", "/latency", { base, jitter: 0 })),
    stop: () => child.disconnect(),
  };
}

/** How the gateway is pointed at it. */
export const settingsFor = ({ url, account, bearer }: Pick<Platform, "url" | "account" | "bearer">): Record<string, string> => ({
  LP_ACCOUNT_ID: account,
  LP_CSDS_URL: url,
  LP_BEARER_TOKEN: bearer,
  LP_MAX_PER_MINUTE: "100000",
});
