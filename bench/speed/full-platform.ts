import { nextMessage, startHelper } from "./helper-process.js";

export interface FullPlatform {
  url: string;
  agents: string[];
  account: string;
  bearer: string;
  stop(): void;
}

/** So many agents with every metric in every interval, in a process of its own. */
export async function startFullPlatform(agents: number): Promise<FullPlatform> {
  const child = startHelper("full-platform-process.ts", { AGENTS: String(agents) });
  const ready = await nextMessage<{ url: string; agents: string[] }>(child);
  return { ...ready, account: "bench", bearer: "full", stop: () => child.disconnect() };
}

/** It has no domain look-up: the gateway is told where every service is. */
export const settingsForFull = ({ url, account, bearer }: FullPlatform): Record<string, string> => ({
  LP_ACCOUNT_ID: account,
  LP_BEARER_TOKEN: bearer,
  LP_CSDS_URL: url,
  LP_OPERATIONS_URL: url,
  LP_KEY_METRICS_URL: url,
  LP_INTERVAL_METRICS_URL: url,
  LP_SENTINEL_URL: url,
  LP_MAX_PER_MINUTE: "100000",
});
