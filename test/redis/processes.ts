import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { Simulator } from "../../src/simulator/controls.js";
import { type Running, start } from "../built-program.js";
import type { GraphQLFault } from "../support/line.js";

/** One gateway in a process of its own. */
export interface ReplicaProcess {
  readonly running: Running;
  readonly url: string;
  ask(query: string): Promise<{ data: unknown; errors?: GraphQLFault[]; extensions?: { upstream?: { sent: number } } }>;
  /** What /readyz says of Redis. */
  redis(): Promise<string>;
}

/** Starts gateways over all accounts of the simulator, each in a process of its own, which has found Redis. */
export async function replicaProcesses(folder: string, simulator: Simulator, environment: Record<string, string>) {
  const accounts = simulator.accounts.map(
    ({ id, bearers }) => `  - { id: ${id}, credentials: { bearer: env:TOKEN_${id} } }\n# ${bearers.length}`,
  );
  const file = join(folder, `accounts-${simulator.url.split(":").pop()}.yaml`);
  await writeFile(file, `accounts:\n${accounts.join("\n")}\n`);
  const tokens = Object.fromEntries(simulator.accounts.map(({ id, bearers }) => [`TOKEN_${id}`, bearers[0]!]));
  return async (): Promise<ReplicaProcess> => {
    const settings = { PORT: "0", LP_CSDS_URL: simulator.url, ACCOUNTS_FILE: file, ...tokens, ...environment };
    const running = start(folder, ["serve"], settings);
    onTestFinished(() => void running.process.kill("SIGKILL"));
    const [, url = ""] = await running.said(/Serving account .* on (http:\/\/[\d.]+:\d+)\/graphql/);
    const redis = async () => ((await (await fetch(`${url}/readyz`)).json()) as { redis: string }).redis;
    // On a busy machine Redis can seem too slow at first.
    await expect.poll(redis, { timeout: 30_000 }).toBe("ok");
    return {
      running,
      url,
      async ask(query) {
        const headers = { "content-type": "application/json", "x-gateway-explain": "calls" };
        const response = await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
        return (await response.json()) as Awaited<ReturnType<ReplicaProcess["ask"]>>;
      },
      redis,
    };
  };
}
