import { parse, validate } from "graphql";
import type { AccountConfig } from "../../src/config/account-settings.js";
import { type Config, configFrom, type Environment } from "../../src/config.js";
import { GatewayError } from "../../src/errors.js";
import { createGateway } from "../../src/gateway.js";
import type { Caller, Gateway } from "../../src/server/gateway-port.js";
import type { Simulator, SimulatorOptions } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import type { Json, JsonObject, Path } from "./probe.js";
import { SteppedClock } from "./stepped-clock.js";

export interface Fault {
  path: Path;
  code: string;
}

export interface Answer {
  /** Null when the whole operation was refused. */
  data: JsonObject | null;
  faults: Fault[];
  /** Epoch ms of the request and of its answer. */
  since: number;
  until: number;
}

/** A simulator with several accounts and the gateway before it, on one clock. */
export interface World {
  simulator: Simulator;
  gateway: Gateway;
  config: Config;
  clock: SteppedClock;
  /** What the gateway warned of. */
  warnings: string[];
  ask(query: string, caller: Caller): Promise<Answer>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  start: number;
  simulated: SimulatorOptions & { accounts: NonNullable<SimulatorOptions["accounts"]> };
  environment?: Environment;
  /** How an account is opened; default: with its first bearer. */
  credentials?: (id: string) => AccountConfig["credentials"] | undefined;
  retryPausesMs?: readonly number[];
  /** Gateways, asked in turn; default one. */
  replicas?: number;
}

export async function startWorld({
  start,
  simulated,
  environment = {},
  credentials,
  retryPausesMs,
  replicas = 1,
}: WorldOptions): Promise<World> {
  const clock = new SteppedClock(start);
  const simulator = await startSimulator({ now: clock.now, ...simulated });
  const accounts = simulator.accounts.flatMap(({ id, bearers }) =>
    configFrom(environment, { id, url: simulator.url, bearer: bearers[0]! }).accounts.map((account) => ({
      ...account,
      credentials: credentials?.(id) ?? account.credentials,
      retryPausesMs: retryPausesMs ?? account.retryPausesMs,
    })),
  );
  const config = { ...configFrom(environment), accounts };
  const warnings: string[] = [];
  const warn = (message: string, error: unknown) => void warnings.push(`${message}: ${error instanceof Error ? error.message : error}`);
  const create = () => createGateway(config, { clock: { now: clock.now, monotonic: clock.now }, warn });
  const gateways = await Promise.all(Array.from({ length: replicas }, create));
  let asked = 0;
  return {
    simulator,
    gateway: gateways[0]!,
    config,
    clock,
    warnings,
    async ask(query, caller) {
      const since = clock.now();
      const answer = await answered(gateways[asked++ % replicas]!, query, caller);
      return { ...answer, since, until: clock.now() };
    },
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await simulator.close();
      clock.stop();
    },
  };
}

async function answered(gateway: Gateway, query: string, caller: Caller): Promise<Pick<Answer, "data" | "faults">> {
  const request = gateway.request({ explain: null, caller });
  const document = parse(query);
  const [mistake] = validate(gateway.schema, document);
  if (mistake) throw mistake;
  try {
    await request.prepare({ document, operationName: null, variables: {} });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { data: null, faults: [{ path: [], code: error.code }] };
  }
  const result = await gateway.execute({ document, operationName: null, variables: {}, context: request.context, values: 1 });
  const faults = (result.errors ?? []).map(({ path = [], extensions, message }) => ({ path, code: String(extensions.code ?? message) }));
  return { data: JSON.parse(JSON.stringify(result.data ?? null)) as Json as JsonObject | null, faults };
}
