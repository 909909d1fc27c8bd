import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Loaded into a measured process with `--import`: answers questions about it over the channel to the process that started it.
 * It does nothing between two questions, and does not keep the process alive.
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
  watch: () => {
    delay.enable();
    delay.reset();
  },
  longestBlockMs: () => {
    delay.disable();
    return Math.max(0, delay.max / 1e6 - resolutionMs);
  },
};

process.on("message", ({ id, ask }) => process.send({ id, answer: answers[ask]() }));
process.channel.unref();
