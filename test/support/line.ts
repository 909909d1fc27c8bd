import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { systemClock } from "../../src/clock.js";
import { type Config, configFrom, type Environment } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { startApp } from "../../src/server/app.js";
import type { Simulator, SimulatorOptions } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import { telemetryOf } from "./telemetry-of.js";

/** The whole line over real HTTP: a simulator, the gateway's server before it, which has looked up its domains and tokens, and a client. */
export interface Line {
  url: string;
  /** Where metrics are served; null without METRICS. */
  metricsUrl: string | null;
  simulator: Simulator;
  config: Config;
  ask<Data = Record<string, unknown>>(query: string, options?: AskOptions): Promise<Answer<Data>>;
  /** What the gateway warned its operator of, in order. */
  warnings: readonly string[];
  /** Requests the four metrics APIs have had since `resetCounts`. */
  calls(): number;
  stop(): Promise<void>;
  /** Leaves the simulator. */
  stopGateway(): Promise<void>;
}

export interface AskOptions {
  variables?: Record<string, unknown>;
  operationName?: string;
  headers?: Record<string, string>;
}

export interface GraphQLFault {
  message: string;
  path?: (string | number)[];
  extensions: Record<string, unknown> & { code: string };
}

export interface Answer<Data> {
  status: number;
  headers: Headers;
  /** The whole answer as it was sent. */
  body: string;
  data: Data;
  errors: GraphQLFault[];
  extensions: Record<string, never> & {
    upstream?: { sent: number; calls: Record<string, unknown>[] };
    freshness?: { oldestAsOf: string; stale: boolean };
  };
}

const metricsApis = ["agent-segments", "skill-segments", "key-metrics", "interval-metrics"] as const;

/**
 * Serves every account of the simulator. `environment`: settings of the gateway, as its user would set them. `now`: the date for
 * both, default real time. `monotonic`: the gateway's clock for durations, default the same, so that a test that moves the one moves both.
 * `before`: what happens to the simulator before the gateway starts. `running`: a simulator that stands already, for another gateway before it.
 */
export async function startLine(
  simulated: SimulatorOptions = {},
  environment: Environment = {},
  now: () => number = Date.now,
  monotonic: () => number = now === Date.now ? systemClock.monotonic : now,
  before: (simulator: Simulator) => void = () => undefined,
  running?: Simulator,
): Promise<Line> {
  const simulator = running ?? (await startSimulator({ now, ...simulated }));
  before(simulator);
  const config = configOf(simulator, { PORT: "0", ...environment });
  const warnings: string[] = [];
  const warn = (message: string, error: unknown) => {
    warnings.push(message);
    log.warn({ err: error }, message);
  };
  const log = pino({ level: process.env.LINE_LOG ?? "silent" });
  const { observed, counted } = telemetryOf(config);
  const gateway = await createGateway(config, { clock: { now, monotonic }, warn, ...observed });
  const app = await startApp({
    gateway,
    config,
    log,
    ...counted,
    graphiqlRoot: fileURLToPath(new URL("../../dist/graphiql", import.meta.url)),
  });
  await gateway.lookedUp;
  simulator.resetCounts();

  return {
    url: app.url,
    metricsUrl: app.metricsUrl,
    simulator,
    config,
    warnings,
    async ask<Data>(query: string, { variables, operationName, headers }: AskOptions = {}) {
      const response = await fetch(`${app.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query, variables, operationName }),
      });
      const body = await response.text();
      const { data, errors, extensions } = JSON.parse(body) as Partial<Answer<Data>>;
      return {
        status: response.status,
        headers: response.headers,
        body,
        data: data as Data,
        errors: errors ?? [],
        extensions: extensions ?? {},
      };
    },
    calls: () => metricsApis.reduce((sum, api) => sum + (simulator.counts().byApi[api] ?? 0), 0),
    async stop() {
      await app.stop();
      await simulator.close();
    },
    stopGateway: () => app.stop(),
  };
}

function configOf({ accounts, url }: Simulator, environment: Environment): Config {
  const configs = accounts.map(({ id, bearers }) => configFrom(environment, { id, url, bearer: bearers[0]! }));
  return { ...configs[0]!, accounts: configs.flatMap((config) => config.accounts) };
}
