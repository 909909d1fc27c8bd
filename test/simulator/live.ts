import { afterEach } from "vitest";
import type { Simulator, SimulatorOptions } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";

const started: Simulator[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((simulator) => simulator.close()));
});

/** A Wednesday at work: 15:22:33.444 UTC. */
export const noon = Date.parse("2026-03-11T15:22:33.444Z");

export interface Live {
  simulator: Simulator;
  clock: { now: number };
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

export const bearer = { authorization: "Bearer simulated-token" };

/** A simulator on a clock that stands still, or on its own; closed after the test. */
export async function live({ ownClock = false, ...options }: SimulatorOptions & { ownClock?: boolean } = {}): Promise<Live> {
  const clock = { now: noon };
  const simulator = await startSimulator(ownClock ? options : { now: () => clock.now, ...options });
  started.push(simulator);
  return {
    simulator,
    clock,
    get: (path, headers = bearer) => fetch(simulator.url + path, { headers }),
    post: (path, body, headers = bearer) =>
      fetch(simulator.url + path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
  };
}

export const paths = {
  agents: (query: string) => `/operations/api/account/demo/msgagentsegments?v=1&${query}`,
  skills: (query: string) => `/operations/api/account/demo/msgskillsegments?v=1&${query}`,
  key: (query = "") => `/manager_workspace/api/account/demo/metrics?${query}`,
  intervals: (query: string) => `/api/account/demo/interval-metrics?v=1&source=test&handleTimeModel=IFT&${query}`,
};
