import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { configFrom } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { emittedSdl } from "../../src/graphql/fields.js";
import { startApp } from "../../src/server/app.js";
import type { Simulator } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import type { SubgraphAddress } from "./supergraph.js";

export interface Metrics extends SubgraphAddress {
  /** Knows the account's agents, and counts what the gateway asks of the platform. */
  simulator: Simulator;
  stop(): Promise<void>;
}

/** Serves the gateway over a simulated account as the subgraph "metrics". */
export async function startMetrics(account: string, agents: number): Promise<Metrics> {
  const simulator = await startSimulator({ accounts: [{ id: account, agents }] });
  const [{ bearers }] = simulator.accounts as [Simulator["accounts"][number]];
  const config = configFrom({ PORT: "0" }, { id: account, url: simulator.url, bearer: bearers[0] ?? "" });
  const log = pino({ level: "warn" });
  const gateway = await createGateway(config, { warn: (message, error) => log.warn({ err: error }, message) });
  const graphiqlRoot = fileURLToPath(new URL("../../dist/graphiql", import.meta.url));
  const app = await startApp({ gateway, config, log, graphiqlRoot });
  return {
    name: "metrics",
    url: `${app.url}/graphql`,
    sdl: await emittedSdl(),
    simulator,
    async stop() {
      await app.stop();
      await simulator.close();
    },
  };
}
