import { onTestFinished } from "vitest";
import type { Environment } from "../../src/config.js";
import type { SimulatorOptions } from "../../src/simulator/controls.js";
import { type Line, startLine } from "./line.js";

/** A Wednesday at work, 15:22:33.444 UTC: by chance no window crosses midnight or ends on a boundary. */
export const atWork = Date.parse("2026-03-11T15:22:33.444Z");

/** A line whose gateway and platform share one clock, which moves only when a test moves it. */
export interface StillLine extends Line {
  clock: { now: number };
}

const withoutPauses: Environment = { LP_RETRY_PAUSES_SECONDS: "0", LP_MAX_PER_MINUTE: "100000" };

/** Whoever starts it stops it. Timers run in real time all the same. */
export async function startStill(simulated: SimulatorOptions = {}, environment: Environment = {}, at = atWork): Promise<StillLine> {
  const clock = { now: at };
  const line = await startLine(simulated, { ...withoutPauses, ...environment }, () => clock.now);
  return { ...line, clock };
}

/** One for a single test, which stops it at its end. */
export async function stillLine(simulated?: SimulatorOptions, environment?: Environment): Promise<StillLine> {
  const line = await startStill(simulated, environment);
  onTestFinished(() => line.stop());
  return line;
}
