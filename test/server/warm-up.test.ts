import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { configFrom } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { startApp } from "../../src/server/app.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import { start } from "./fake-gateway.js";

const logOf = (lines: string[]) => pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });

test("the warm-up executes its operation on the gateway's own schema, and asks the platform for nothing", async () => {
  const simulator = await startSimulator({});
  onTestFinished(() => simulator.close());
  const [{ id, bearers }] = simulator.accounts as [(typeof simulator.accounts)[number]];
  const config = configFrom({ PORT: "0" }, { id, url: simulator.url, bearer: bearers[0]! });
  const lines: string[] = [];
  const gateway = await createGateway(config, { warn: (message) => void lines.push(message) });
  const app = await startApp({ gateway, config, log: logOf(lines), warm: true, graphiqlRoot: "/nonexistent" });
  onTestFinished(() => app.stop());
  await gateway.lookedUp;
  expect(lines).toEqual([]);
  expect(simulator.requests().filter(({ path }) => !path.startsWith("/api/account"))).toEqual([]);
});

test("trusted documents concern clients, not the warm-up", async () => {
  const lines: string[] = [];
  await start({ log: logOf(lines), warm: true, config: { trustedDocuments: { mode: "enforce", byHash: {} } } });
  expect(lines.join()).not.toContain("not trusted");
});

test("a warm-up that the settings do not allow is logged, and the gateway serves all the same", async () => {
  const lines: string[] = [];
  const app = await start({ log: logOf(lines), warm: true });
  expect(lines.join()).toContain("The warm-up was refused with QUERY_TOO_LARGE");
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
});
