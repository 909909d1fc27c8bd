import type { Limits } from "../../src/upstream/budget/pace.js";
import { Lane, type Priority, type TurnTerms } from "../../src/upstream/budget/rate-limiter.js";

export const now = () => Date.now();
export const laneOf = (limits: Limits, random = () => 0) => new Lane("operations of account a", limits, now, random);
export const within = (ms: number, priority: Priority = "interactive"): TurnTerms => ({ deadline: now() + ms, priority });

export interface Run {
  granted: number;
  /** When the request left. */
  begun: number;
  ended: number;
}

const lasting = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Takes a turn, sends after a look-up of `lookUpMs` and keeps the turn for `durationMs` from then on. */
export async function exchange(lane: Lane, terms: TurnTerms, durationMs: number, runs: Run[], lookUpMs = 0): Promise<Run> {
  const turn = await lane.acquire(terms);
  const granted = now();
  if (lookUpMs > 0) await lasting(lookUpMs);
  turn.sending();
  const run = { granted, begun: now(), ended: Number.POSITIVE_INFINITY };
  runs.push(run);
  await lasting(durationMs);
  run.ended = now();
  turn.release();
  return run;
}
