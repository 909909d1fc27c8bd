import type { Environment } from "../../../src/config.js";
import type { SimulatorOptions } from "../../../src/simulator/controls.js";
import { type Random, seeded } from "../../../src/simulator/random.js";
import type { Panel } from "./panel.js";
import type { Arrival, Scene } from "./scene.js";

/** Traffic that arrives spread over time, and the fewest platform calls that can serve it. */
export interface TrafficWorkload {
  name: string;
  simulated: SimulatorOptions;
  environment?: Environment;
  /** True: the clock moves only when the workload skips time. */
  stands?: true;
  /** Asks what a running gateway has seen already. These calls are not counted. */
  prepare?(scene: Scene): Promise<void>;
  /**
   * Asks, and returns the clairvoyant minimum. It is the number of calls of a gateway that knows all later questions and all sizes.
   * That gateway is bound by times to live, by which questions may share a call, by pages of 50 keys or 500 rows, and by the cap
   * of 50,000 cells.
   */
  run(scene: Scene): Promise<number>;
}

/** Time of one exchange with the platform, ms. */
export const usualLatency = { base: 40, jitter: 10 };

export const accountId = "demo";

/** One account of this size. It is busy enough that most agents and skills have figures. */
export const sized = (size: Omit<NonNullable<SimulatorOptions["accounts"]>[number], "id">): SimulatorOptions => ({
  accounts: [{ id: accountId, conversationsPerDay: 1_500, ...size }],
  latencyMs: usualLatency,
});

export const agentIds = ({ line }: Scene, account = accountId): string[] => line.simulator.truth(account).agents.map(({ id }) => id);
export const skillIds = ({ line }: Scene, account = accountId): string[] => line.simulator.truth(account).skills.map(({ id }) => id);

/** One arrival for each panel, `gapMs` apart. */
export const apart = (gapMs: number, panels: readonly Panel[], fromMs = 0): Arrival[] =>
  panels.map((panel, index) => ({ atMs: fromMs + index * gapMs, panel }));

/** The arrivals of `count` rounds. A round begins `everySeconds` after the one before. */
export const rounds = (count: number, everySeconds: number, round: (number: number) => Arrival[]): Arrival[] =>
  Array.from({ length: count }, (_, number) =>
    round(number).map(({ atMs, panel }) => ({ atMs: atMs + number * everySeconds * 1_000, panel })),
  ).flat();

/** Each arrival up to `mostMs` later. A seed makes the delays the same in every run. */
export const jittered = (arrivals: readonly Arrival[], mostMs: number, random: Random = seeded(7)): Arrival[] =>
  arrivals.map(({ atMs, panel }) => ({ atMs: atMs + random() * mostMs, panel }));
