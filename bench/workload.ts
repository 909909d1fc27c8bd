import type { Environment } from "../src/config.js";
import type { SimulatorOptions } from "../src/simulator/controls.js";
import type { Line } from "../test/support/line.js";

/** A clock that both sides of the line read; only the workload moves it. */
export interface Clock {
  now(): number;
  advance(ms: number): void;
}

/** least: no gateway could do with fewer. most: what times to live allow, where sharing may do better. */
export type Bound = { least: number } | { most: number };

/** One way in which people use the gateway, and the least number of platform calls that can serve it. */
export interface Workload {
  name: string;
  simulated: SimulatorOptions;
  environment?: Environment;
  /** Asked before counting begins: what a running gateway has seen already. */
  warmUp?(line: Line, clock: Clock): Promise<void>;
  /** Does the work, checks the values that came back, and returns the bound in platform calls. */
  run(line: Line, clock: Clock): Promise<Bound>;
}

/** Fails the benchmark: fewer calls with wrong figures would be no result. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`The benchmark's answer is wrong: ${message}`);
}

/** The data of an answer that must have no errors. */
export async function data<T>(line: Line, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const answer = await line.ask<T>(query, { variables });
  check(answer.errors.length === 0, JSON.stringify(answer.errors[0]));
  return answer.data;
}
