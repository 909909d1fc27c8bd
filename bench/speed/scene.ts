import type { SimulatorOptions } from "../../src/simulator/controls.js";
import { skillsOfAccount } from "./dashboard.js";
import { type Platform, settingsFor, startPlatform } from "./platform.js";
import type { Ask } from "./requests.js";
import { type NodeServed, type Served, startGateway } from "./served.js";

/** Long enough for every answer to be fresh while a part runs. */
export const freshSeconds = 3_600;

/** Everything that a part started, which is stopped together. */
export class Scene {
  readonly #stops: (() => unknown)[] = [];

  keep<T extends { stop(): unknown }>(started: T): T {
    this.#stops.push(() => started.stop());
    return started;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop();
  }
}

/** Runs with a scene, and stops what it started whatever happens. */
export async function staged<T>(run: (scene: Scene) => Promise<T>): Promise<T> {
  const scene = new Scene();
  try {
    return await run(scene);
  } finally {
    await scene.stop();
  }
}

/** The account of the dashboards, busy enough for every skill to have figures. */
export const dashboardAccount: NonNullable<SimulatorOptions["accounts"]>[number] = {
  id: "bench",
  agents: 200,
  skills: skillsOfAccount,
  groups: 10,
  conversationsPerDay: 20_000,
  historyDays: 2,
};

export const startDashboardPlatform = (): Promise<Platform> => startPlatform(dashboardAccount);

/** Answers stay fresh for so long. */
export const ttl = (seconds: number): Record<string, string> => ({
  TTL_SEGMENTS_SECONDS: String(seconds),
  TTL_KEY_METRICS_SECONDS: String(seconds),
  TTL_CURRENT_SECONDS: String(seconds),
  TTL_INTERVALS_SECONDS: String(seconds),
});

export const startFreshGateway = (name: string, platform: Platform, settings: Record<string, string> = {}): Promise<NodeServed> =>
  startGateway(name, { ...settingsFor(platform), ...ttl(freshSeconds), ...settings });

/** The answer as it was sent; throws when it has errors. */
export async function answerOf({ name, port, path }: Pick<Served, "name" | "port" | "path">, { body, headers }: Ask): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  const text = await response.text();
  if (response.status !== 200 || "errors" in (JSON.parse(text) as object)) {
    throw new Error(`${name} answered ${response.status}: ${text.slice(0, 500)}`);
  }
  return text;
}

/** Ids of the account's skills, by number. */
export async function skillIds(gateway: Served): Promise<string[]> {
  const query = "{ contactCenter { skills(first: 500) { nodes { id } } } }";
  const { data } = JSON.parse(await answerOf(gateway, { body: JSON.stringify({ query }) })) as {
    data: { contactCenter: { skills: { nodes: { id: string }[] } } };
  };
  return data.contactCenter.skills.nodes.map(({ id }) => id);
}
