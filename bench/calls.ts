import { startLine } from "../test/support/line.js";
import type { Bound, Clock, Workload } from "./workload.js";
import { workloads } from "./workloads/all.js";

/** A quarter to noon, so that windows cross neither midnight nor a boundary by chance. */
const start = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 12 * 3_600_000 - 13 * 60_000;

/** Platform calls of each workload against the least that could answer it, values checked. */
export async function benchCalls(): Promise<void> {
  console.log(`${"workload".padEnd(62)} calls  bound  ratio`);
  let failed = false;
  for (const workload of workloads) {
    const { calls, bound } = await measured(workload);
    const [kind, number] = "least" in bound ? ["", bound.least] : ["at most ", bound.most];
    const ratio = calls / number;
    failed ||= ratio > 1;
    console.log(`${workload.name.padEnd(62)} ${String(calls).padStart(5)}  ${String(number).padStart(5)}  ${kind}${ratio.toFixed(2)}`);
  }
  if (failed) process.exitCode = 1;
}

async function measured(workload: Workload): Promise<{ calls: number; bound: Bound }> {
  let time = start;
  const clock: Clock = {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
  };
  const line = await startLine(
    workload.simulated,
    { MAX_UPSTREAM_CALLS: "1000", LP_MAX_CONCURRENT: "8", LP_MAX_PER_MINUTE: "100000", ...workload.environment },
    clock.now,
  );
  try {
    await workload.warmUp?.(line, clock);
    line.simulator.resetCounts();
    const bound = await workload.run(line, clock);
    return { calls: line.calls(), bound };
  } finally {
    await line.stop();
  }
}
