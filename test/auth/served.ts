import { pino } from "pino";
import { onTestFinished } from "vitest";
import { configFrom, type Environment } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { startApp } from "../../src/server/app.js";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/simulator.js";
import type { Answer, AskOptions } from "../support/line.js";

/** A gateway over accounts of a simulator, and everything it wrote to its log. */
export interface Served {
  url: string;
  simulator: Simulator;
  ask(query: string, options?: Pick<AskOptions, "variables" | "headers">): Promise<Answer<Record<string, unknown>>>;
  /** Resolves when the first domain look-ups and tokens are known. */
  lookedUp: Promise<void>;
  /** Every line of the log, as it was written. */
  log(): string;
}

export interface ServedOptions {
  simulated?: SimulatorOptions;
  /** Settings besides those of the files. */
  environment?: Environment;
  /** Text of ACCOUNTS_FILE for a simulator at this URL. */
  accounts: (url: string) => string;
  /** Text of API_KEYS_FILE. */
  keys?: string;
}

/** For a single test, which stops it at its end. Its domains and tokens are looked up already. */
export async function served({ simulated, environment = {}, accounts, keys }: ServedOptions): Promise<Served> {
  const simulator = await startSimulator(simulated);
  const texts: Record<string, string> = { "accounts.yaml": accounts(simulator.url), ...(keys !== undefined && { "keys.yaml": keys }) };
  const files = { ACCOUNTS_FILE: "accounts.yaml", ...(keys !== undefined && { API_KEYS_FILE: "keys.yaml" }) };
  const config = configFrom({ PORT: "0", LP_RETRY_PAUSES_SECONDS: "0", ...files, ...environment }, undefined, (path) => texts[path] ?? "");
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const gateway = await createGateway(config, { warn: (message, error) => log.warn({ err: error }, message) });
  const app = await startApp({ gateway, config, log, graphiqlRoot: "/nonexistent" });
  await gateway.lookedUp;
  simulator.resetCounts();
  onTestFinished(async () => {
    await app.stop();
    await simulator.close();
  });
  return {
    url: app.url,
    simulator,
    lookedUp: gateway.lookedUp,
    log: () => lines.join(""),
    async ask(query, { variables, headers } = {}) {
      const response = await fetch(`${app.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const body = await response.text();
      const { data, errors, extensions } = JSON.parse(body) as Partial<Answer<Record<string, unknown>>>;
      return { status: response.status, headers: response.headers, body, data: data!, errors: errors ?? [], extensions: extensions ?? {} };
    },
  };
}

/** What an answer refused, each error as its path and code. */
export const refused = ({ errors }: Pick<Answer<unknown>, "errors">): [string | undefined, string][] =>
  errors.map(({ path, extensions }) => [path?.join("."), extensions.code]);

/** Calls that the four metrics APIs have had, for the account or for all. */
export function callsOf({ simulator }: Served, account?: string): number {
  const apis = ["agent-segments", "skill-segments", "key-metrics", "interval-metrics"] as const;
  const { byApi, byAccount } = simulator.counts();
  const counts = account === undefined ? byApi : (byAccount[account] ?? {});
  return apis.reduce((sum, api) => sum + (counts[api] ?? 0), 0);
}
