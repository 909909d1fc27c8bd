import type { Limits } from "../../src/upstream/pace.js";
import { Lane, type Priority, type TurnTerms } from "../../src/upstream/scheduler.js";

export const now = () => Date.now();
export const laneOf = (limits: Limits, random = () => 0) => new Lane("operations of account a", limits, now, random);
export const within = (ms: number, priority: Priority = "interactive"): TurnTerms => ({ deadline: now() + ms, priority });

export interface Run {
  begun: number;
  ended: number;
}

/** Takes a turn and keeps it for `durationMs`. */
export async function exchange(lane: Lane, terms: TurnTerms, durationMs: number, runs: Run[]): Promise<Run> {
  const turn = await lane.acquire(terms);
  const run = { begun: now(), ended: Number.POSITIVE_INFINITY };
  runs.push(run);
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  run.ended = now();
  turn.release();
  return run;
}
