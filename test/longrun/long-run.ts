import { setTimeout as pause } from "node:timers/promises";
import { anybody } from "../../src/server/gateway-port.js";
import { Dice } from "./dice.js";
import { stepMs } from "./judge.js";
import { type Tally, Traffic } from "./traffic.js";
import { Weather } from "./weather.js";
import { startWorld } from "./world.js";

export interface LongRunOptions {
  /** Simulated time. */
  minutes: number;
  seed: number;
  /** Simulated milliseconds in one of real time. */
  speed: number;
  /** Told at each rest, with the share of the run that is over: everything asked has been answered. */
  rested?(share: number): void;
}

export interface LongRun extends Tally {
  faults: number;
  /** Requests the platform had. */
  requests: number;
  /** Simulated minutes that went by. */
  minutes: number;
  warnings: string[];
}

const start = Date.parse("2026-03-11T11:47:00Z");
const accounts = [
  { id: "north", seed: 11, conversationsPerDay: 400, historyDays: 1 },
  { id: "south", seed: 22, conversationsPerDay: 400, historyDays: 1 },
];
const readable = accounts.map(({ id }) => id);
const environment = { LP_MAX_PER_MINUTE: "600", MAX_UPSTREAM_CALLS: "1000", REQUEST_DEADLINE_MS: "120000", CACHE_MAX_BYTES: "4194304" };
const tickMs = 10;
const mostRunning = 20;
const burstShare = 0.05;
/** After each of them all questions have been answered. */
const legs = 10;

/**
 * Mixed traffic over bad weather in a clock that runs fast, every number of every answer held against the truth. The retry
 * pauses are short in real time; whoever waits waits in real time, so that deadlines pass sooner than on a real platform.
 */
export async function longRun({ minutes, seed, speed, rested }: LongRunOptions): Promise<LongRun> {
  const simulated = { accounts, intervalLagSeconds: 90, latencyMs: { base: 1, jitter: 5 } };
  const world = await startWorld({ start, simulated, environment, retryPausesMs: [20, 40, 60] });
  const dice = new Dice(seed);
  const weather = new Weather(world.simulator, dice);
  const traffic = new Traffic(world, dice, [{ caller: anybody, readable }]);
  let requests = 0;
  const end = start + minutes * 60_000;
  const now = world.clock.now;
  const advanceMs = Math.max(1, Math.round((tickMs * speed) / stepMs)) * stepMs;
  const tick = async () => {
    await pause(tickMs);
    return world.clock.step(advanceMs);
  };
  try {
    for (let leg = 1; leg <= legs; leg++) {
      while (now() < start + (leg / legs) * (end - start)) {
        if (!(await tick())) continue;
        if (traffic.running < mostRunning) traffic.launch();
        if (dice.chance(burstShare)) weather.burst();
      }
      while (traffic.running > 0) await tick();
      await traffic.settled();
      weather.turn();
      requests += world.simulator.counts().total;
      world.simulator.resetCounts();
      rested?.(leg / legs);
    }
    const { warnings } = world;
    return { ...traffic.tally, faults: weather.struck, requests, minutes: (now() - start) / 60_000, warnings };
  } finally {
    await world.stop();
  }
}
