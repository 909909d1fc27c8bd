import { startLine } from "../test/support/line.js";
import { middle } from "./quantile.js";
import { traffic } from "./workloads/traffic/all.js";
import { verify } from "./workloads/traffic/claim.js";
import { HttpUnderWay } from "./workloads/traffic/http-under-way.js";
import { MovingClock } from "./workloads/traffic/moving-clock.js";
import { Scene } from "./workloads/traffic/scene.js";
import type { TrafficWorkload } from "./workloads/traffic/traffic-workload.js";
import { quarterToNoon } from "./workloads/traffic/when.js";

/** The highest ratio of all calls to all clairvoyant minima. */
const mostRatio = 1.2;
/** What one workload may cost. A gateway cannot know later questions, so it needs a call or two to learn what is asked. */
const mostCalls = (minimum: number): number => Math.max(minimum + 2, 1.5 * minimum);

interface Measured {
  calls: number;
  minimum: number;
  latencies: readonly number[];
}

/** Platform calls of traffic that arrives spread over time, against the fewest that could serve it. Every value is checked. */
export async function benchTraffic(): Promise<void> {
  console.log(`${"workload".padEnd(70)} calls  minimum  ratio  median ms  worst ms`);
  await measure(traffic[0]!); // Not counted: the first questions of a process are slow.
  const sums = { calls: 0, minimum: 0 };
  let failed = false;
  for (const workload of traffic) {
    const { name } = workload;
    const measured = await measure(workload).catch((error: unknown) => {
      console.log(`${name.padEnd(70)} ${error instanceof Error ? error.message : error}`);
      return null;
    });
    failed ||= measured === null || measured.calls > mostCalls(measured.minimum);
    if (!measured) continue;
    sums.calls += measured.calls;
    sums.minimum += measured.minimum;
    console.log(row(name, measured));
  }
  const ratio = sums.calls / sums.minimum;
  console.log(`${"total".padEnd(70)} ${columns(sums.calls, sums.minimum)}`);
  if (failed || ratio > mostRatio) process.exitCode = 1;
}

async function measure(workload: TrafficWorkload): Promise<Measured> {
  const clock = new MovingClock(quarterToNoon(), workload.stands);
  const http = new HttpUnderWay();
  const line = await startLine(workload.simulated, { LP_MAX_PER_MINUTE: "100000", ...workload.environment }, clock.now);
  try {
    const scene = new Scene(line, clock, http);
    await workload.prepare?.(scene);
    scene.latencies.length = 0;
    const before = line.calls();
    const minimum = await workload.run(scene);
    await scene.quiet();
    const calls = line.calls() - before;
    verify(scene.claims, line);
    return { calls, minimum, latencies: scene.latencies };
  } finally {
    http.stop();
    await line.stop();
  }
}

const columns = (calls: number, minimum: number): string =>
  `${String(calls).padStart(5)}  ${String(minimum).padStart(7)}  ${(calls / minimum).toFixed(2).padStart(5)}`;

const row = (name: string, { calls, minimum, latencies }: Measured): string =>
  `${name.padEnd(70)} ${columns(calls, minimum)}  ${middle(latencies).toFixed(0).padStart(9)}  ${Math.max(...latencies)
    .toFixed(0)
    .padStart(8)}`;
