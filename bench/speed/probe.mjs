import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString, writeHeapSnapshot } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Loaded into a measured process with `--import`: answers questions about it over the channel to the process that started it.
 * It does nothing between two questions, does not keep the process alive, and ends it when the other process is gone.
 */
const resolutionMs = 2;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });

const answers = {
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  memory: () => {
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heapUsed };
  },
  heldBytes: () => {
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
  heapSnapshot: () => writeHeapSnapshot(join(tmpdir(), `gateway-${process.pid}.heapsnapshot`)),
  watch: async () => {
    delay.reset();
    delay.enable();
    await pause(10 * resolutionMs); // What comes before the first tick is not measured.
  },
  longestBlockMs: async () => {
    await pause(10 * resolutionMs); // The last block is measured by the tick after it.
    delay.disable();
    return Math.max(0, delay.max / 1e6 - resolutionMs);
  },
};

process.on("message", async ({ id, ask }) => process.send({ id, answer: await answers[ask]() }));
process.on("disconnect", () => process.exit());
process.channel.unref();
