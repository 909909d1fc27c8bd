import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/clock.js";
import { renewed } from "../../src/config/renewed.js";
import { configFrom, type Environment } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { startApp } from "../../src/server/app.js";
import type { Simulator, SimulatorOptions } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import type { Answer, AskOptions } from "../support/line.js";
import { telemetryOf } from "../support/telemetry-of.js";

/** A gateway over accounts of a simulator, and everything it wrote to its log. */
export interface Served {
  url: string;
  simulator: Simulator;
  ask(query: string, options?: Pick<AskOptions, "variables" | "headers">): Promise<Answer<Record<string, unknown>>>;
  /** Resolves when the first domain look-ups and tokens are known. */
  lookedUp: Promise<void>;
  /** Every line of the log, as it was written. */
  log(): string;
  /** How each request that was answered got its answer, oldest first. */
  sources(): string[];
  /** Has the files read again, of which these hold other texts now. */
  renew(texts: Partial<Texts>): void;
}

interface Texts {
  /** Of ACCOUNTS_FILE. */
  accounts: string;
  /** Of API_KEYS_FILE. */
  keys: string;
  /** Of TRUSTED_DOCUMENTS_FILE. */
  documents: string;
}

export interface ServedOptions {
  simulated?: SimulatorOptions;
  /** Settings besides those of the files. */
  environment?: Environment;
  /** Text of ACCOUNTS_FILE for a simulator at this URL. */
  accounts: (url: string) => string;
  /** Text of API_KEYS_FILE. */
  keys?: string;
  /** Text of TRUSTED_DOCUMENTS_FILE. */
  documents?: string;
  /** Of the gateway; default: real time. */
  clock?: Clock;
}

/** For a single test, which stops it at its end. Its domains and tokens are looked up already. */
export async function served({ simulated, environment = {}, accounts, keys, documents, clock }: ServedOptions): Promise<Served> {
  const simulator = await startSimulator(simulated);
  let texts: Partial<Texts> = { accounts: accounts(simulator.url), ...(keys !== undefined && { keys }), ...(documents && { documents }) };
  const files = {
    ACCOUNTS_FILE: "accounts",
    ...(keys !== undefined && { API_KEYS_FILE: "keys" }),
    ...(documents && { TRUSTED_DOCUMENTS_FILE: "documents" }),
  };
  const settings = { PORT: "0", LP_RETRY_PAUSES_SECONDS: "0", ...files, ...environment };
  const read = () => configFrom(settings, undefined, (path) => texts[path as keyof Texts] ?? "");
  let config = read();
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const warn = (message: string, error: unknown) => log.warn({ err: error }, message);
  const { observed, counted } = telemetryOf(config);
  const gateway = await createGateway(config, { ...(clock && { clock }), warn, ...observed });
  const app = await startApp({ gateway, config, log, ...counted, graphiqlRoot: "/nonexistent" });
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
    sources: () => lines.map((line) => (JSON.parse(line) as { source?: string }).source).filter((source) => source !== undefined),
    renew(changed) {
      texts = { ...texts, ...changed };
      config = renewed(config, read()).config;
      app.renew(config);
    },
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
