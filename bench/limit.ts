import { startLine } from "../test/support/line.js";
import { check } from "./workload.js";

/** What the simulated platform allows: the same for both runs. */
const allowed = { maxConcurrent: 2, maxPerSecond: 5, maxPerMinute: 100_000 };
const bursts = 3;
const callsInBurst = 20;
const latencyMs = { base: 60, jitter: 40 };
/** Each call needs its turn in a second of five, whatever the gateway does. */
const leastMs = ((bursts * callsInBurst) / allowed.maxPerSecond - 1) * 1_000;

const told = { LP_MAX_CONCURRENT: "2", LP_MAX_PER_SECOND: "5", LP_MAX_PER_MINUTE: "100000" };
const untold = {};

/** Bursts that need many calls, against a platform that allows five a second and two at once. */
export async function benchLimit(): Promise<void> {
  console.log(`${bursts} bursts of ${callsInBurst} calls; the platform allows 5 a second, 2 at once; least possible ${leastMs / 1000} s`);
  for (const [name, settings] of [
    ["told the limits", told],
    ["told nothing", untold],
  ] as const) {
    const { completed, partial, refused, ms } = await burst(settings);
    const line = [`completed ${completed}`, `partial ${partial}`, `429s ${refused}`, `time / least ${(ms / leastMs).toFixed(2)}`];
    console.log(`${name.padEnd(16)} ${line.join(", ")}`);
    check(partial === 0, "a burst came back with holes");
    if (settings === told) check(refused === 0, "a 429 although the limits were told");
  }
}

async function burst(settings: Record<string, string>): Promise<{ completed: number; partial: number; refused: number; ms: number }> {
  const line = await startLine({ limits: allowed, latencyMs }, { REQUEST_DEADLINE_MS: "120000", LP_MAX_PER_MINUTE: "1000", ...settings });
  try {
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: bursts }, (_, index) => line.ask(distinctWindows(index * callsInBurst))));
    const ms = performance.now() - began;
    const partial = answers.filter(({ errors }) => errors.length > 0).length;
    return { completed: answers.length - partial, partial, refused: line.simulator.counts().byStatus["429"] ?? 0, ms };
  } finally {
    await line.stop();
  }
}

/** Totals over different windows: no two of them may share a call. */
const distinctWindows = (from: number): string =>
  `{ contactCenter { ${Array.from({ length: callsInBurst }, (_, index) => `w${index}: agentSegments(lastMinutes: ${from + index + 1}) { totalAgentConversationSegments }`).join(" ")} } }`;
