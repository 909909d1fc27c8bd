import { createClock } from "@sinonjs/fake-timers";
import { type Client, type ClientOptions, createClient } from "graphql-ws";
import { type Logger, pino } from "pino";
import { onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { type Config, configFrom, type Environment } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { type App, startApp } from "../../src/server/app.js";
import type { Gateway } from "../../src/server/gateway-port.js";
import type { LiveTime } from "../../src/server/live/time.js";
import type { Simulator, SimulatorOptions } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import { atWork } from "../support/still-line.js";
import { telemetryOf } from "../support/telemetry-of.js";

// Many real round trips, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** A gateway before a simulator, whose clock and whose subscriptions' timers move only when the test moves them. */
export interface LiveLine {
  url: string;
  /** Of /graphql as a socket. */
  socketUrl: string;
  simulator: Simulator;
  app: App;
  config: Config;
  time: LiveTime;
  /** Lines of the log. */
  log: Record<string, unknown>[];
  /** States of subscriptions that were made. */
  readonly states: number;
  /** Moves the clock on; timers that are due by then run. */
  pass(ms: number): Promise<void>;
  /** Sets the wall clock of gateway and platform, ahead or back. */
  stepWall(ms: number): void;
  /** Lets so many seconds pass, and each second's states be made in it. */
  run(seconds: number): Promise<void>;
  /** Requests the four metrics APIs have had. */
  calls(): number;
  /** Resolves when no state is being made. */
  settled(): Promise<void>;
  /** A query over HTTP. */
  ask(query: string): Promise<Payload>;
  client(options?: Partial<ClientOptions>): Client;
  /** Stops the gateway alone: its clients and the platform go on. */
  stopGateway(): Promise<void>;
  stop(): Promise<void>;
}

export interface LiveLineOptions {
  simulated?: SimulatorOptions;
  environment?: Environment;
  /** Text of API_KEYS_FILE. */
  keys?: string;
  /** Text of every other file that a setting names. */
  files?: string;
  /** Accounts are read with the caller's own token. */
  callersOwn?: boolean;
  /** On its port, in place of a free one. */
  port?: number;
}

const metricsApis = ["agent-segments", "skill-segments", "key-metrics", "interval-metrics"] as const;

/** For a single test, which stops it at its end. */
export async function liveLine(options: LiveLineOptions = {}): Promise<LiveLine> {
  const line = await startLiveLine(options);
  onTestFinished(() => line.stop());
  return line;
}

export async function startLiveLine({
  simulated = {},
  environment = {},
  keys,
  files = "",
  port = 0,
  callersOwn = false,
}: LiveLineOptions = {}): Promise<LiveLine> {
  const clock = createClock(atWork);
  let stepped = 0;
  const now = () => clock.now + stepped;
  const monotonic = () => clock.now;
  const time: LiveTime = {
    now,
    monotonic,
    after(ms, run) {
      const timer = clock.setTimeout(run, ms);
      return () => clock.clearTimeout(timer);
    },
  };
  const simulator = await startSimulator({ now, ...simulated });
  const settings = {
    PORT: String(port),
    LP_RETRY_PAUSES_SECONDS: "0",
    LP_MAX_PER_MINUTE: "100000",
    // The clock moves faster than a busy machine answers pings.
    SOCKET_HEARTBEAT_SECONDS: "600",
    ...(keys !== undefined && { API_KEYS_FILE: "api-keys.yaml" }),
    ...environment,
  };
  const accounts = simulator.accounts.map(({ id, bearers }) =>
    configFrom(settings, { id, url: simulator.url, bearer: bearers[0]! }, (path) => (path === "api-keys.yaml" ? keys : files) ?? ""),
  );
  const config: Config = {
    ...accounts[0]!,
    accounts: accounts.flatMap((each) =>
      each.accounts.map((account) => (callersOwn ? { ...account, credentials: { kind: "caller" } as const } : account)),
    ),
  };
  const lines: Record<string, unknown>[] = [];
  const log: Logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const gateway = await createGateway(config, {
    clock: { now, monotonic },
    warn: (message, error) => log.warn({ err: error }, message),
  });
  let states = 0;
  let begun = 0;
  const counted: Gateway = {
    ...gateway,
    request(from) {
      const request = gateway.request(from);
      if (!from.state) return request;
      begun++;
      return {
        ...request,
        report() {
          states++;
          return request.report();
        },
      };
    },
  };
  const { counted: telemetry } = telemetryOf(config);
  const app = await startApp({ gateway: counted, config, log, ...telemetry, liveTime: time, graphiqlRoot: "/nonexistent" });
  await gateway.lookedUp;
  simulator.resetCounts();
  const clients: Client[] = [];
  const socketUrl = `${app.url.replace("http", "ws")}/graphql`;
  let isStopped = false;
  let stopping: Promise<void> | undefined;
  const stopGateway = () => {
    stopping ??= app.stop();
    return stopping;
  };

  return {
    url: app.url,
    socketUrl,
    simulator,
    app,
    config,
    time,
    log: lines,
    get states() {
      return states;
    },
    async pass(ms) {
      await clock.tickAsync(ms);
    },
    stepWall(ms) {
      stepped += ms;
    },
    async run(seconds) {
      for (let passed = 0; passed < seconds; passed++) {
        await clock.tickAsync(1_000);
        await until(() => states === begun);
      }
    },
    calls: () => metricsApis.reduce((sum, api) => sum + (simulator.counts().byApi[api] ?? 0), 0),
    async settled() {
      await until(() => states === begun);
    },
    async ask(query) {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${app.url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
      return (await response.json()) as Payload;
    },
    client(options = {}) {
      const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, ...options });
      clients.push(client);
      return client;
    },
    stopGateway,
    async stop() {
      if (isStopped) return;
      isStopped = true;
      for (const client of clients) await client.dispose();
      await stopGateway();
      await simulator.close();
    },
  };
}

export interface Payload {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> & { code: string } }[];
  extensions?: { freshness?: { oldestAsOf: string; stale: boolean; failures?: object[] } };
}

/** What a subscriber was sent, and how it ended. */
export interface Watcher {
  readonly payloads: Payload[];
  /** The n-th payload, counted from 1, once it is there. */
  payload(number: number): Promise<Payload>;
  /** Resolves with the error that ended it, or with null when it was completed. */
  ended: Promise<unknown>;
  leave(): void;
}

export function watch(client: Client, query: string, variables: Record<string, unknown> = {}): Watcher {
  const payloads: Payload[] = [];
  let leave: () => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => {
    leave = client.subscribe(
      { query, variables },
      {
        next: (payload) => void payloads.push(payload as Payload),
        error: resolve,
        complete: () => resolve(null),
      },
    );
  });
  return {
    payloads,
    async payload(number) {
      await until(() => payloads.length >= number);
      return payloads[number - 1]!;
    },
    ended,
    leave: () => leave(),
  };
}

/** Waits for what real sockets bring about. */
export const until = (isThere: () => boolean): Promise<void> =>
  vi.waitFor(
    () => {
      if (!isThere()) throw new Error("It has not come to pass.");
    },
    { timeout: 30_000, interval: 2 },
  );
