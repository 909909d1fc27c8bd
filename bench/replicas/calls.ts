import { check } from "../workload.js";
import { board, type Group, replicaCount, scriptsRun, ttlSeconds, wait, withLines, withRedis } from "./group.js";

const mostRatio = 1.05;

/** So many polls as dashboards make in ten minutes, which poll three times within a time to live of 15 s: 120 polls of each. */
const polls = 120;
const pollMs = (ttlSeconds * 1_000) / 3;

export async function calls(): Promise<void> {
  const viewers = 24;
  console.log(
    `\n${viewers} viewers with 6 boards, ${polls} polls each (ten minutes with a time to live of 15 s), spread over the replicas; calls to the platform`,
  );
  const alone = await withLines(1, null, (group) => polling(group, viewers, polls));
  const together = await withRedis((redis) => withLines(replicaCount, redis, (group) => polling(group, viewers, polls)));
  const ratio = together.calls / alone.calls;
  console.log(`one gateway ${alone.calls}, three replicas ${together.calls}: ${ratio.toFixed(3)} (at most ${mostRatio})`);
  console.log(
    `Redis scripts: ${together.operations} in ${(together.ms / 1_000).toFixed(0)} s, ${(together.operations / (viewers * polls)).toFixed(2)} for each request, ${(together.operations / together.calls).toFixed(1)} for each call`,
  );

  const cold: { alone: number; together: number }[] = [];
  for (let round = 0; round < 5; round++) {
    const one = await withLines(1, null, (group) => polling(group, viewers, 1));
    const three = await withRedis((redis) => withLines(replicaCount, redis, (group) => polling(group, viewers, 1)));
    cold.push({ alone: one.calls, together: three.calls });
  }
  const sum = (of: "alone" | "together") => cold.reduce((total, each) => total + each[of], 0);
  console.log(
    `started cold, all at once, five times: one gateway ${sum("alone")}, three replicas ${sum("together")}: ${(sum("together") / sum("alone")).toFixed(3)}`,
  );
  check(ratio <= mostRatio, `three replicas made ${ratio.toFixed(3)} times the calls of one`);
  check(sum("together") / sum("alone") <= mostRatio, "three replicas that were started cold made more calls than one");
}

interface Measured {
  calls: number;
  operations: number;
  ms: number;
  failures: number;
}

async function polling({ lines, simulator, redis }: Group, viewers: number, times: number): Promise<Measured> {
  simulator.resetCounts();
  const before = redis ? await scriptsRun(redis) : 0;
  const began = performance.now();
  let failures = 0;
  const viewer = async (index: number) => {
    if (times > 1) await wait((pollMs * index) / viewers);
    for (let turn = 0; turn < times; turn++) {
      const { errors } = await lines[(index + turn) % lines.length]!.ask(board(index % 6));
      failures += errors.length;
      const next = began + (turn + 1 + index / viewers) * pollMs;
      if (turn + 1 < times) await wait(Math.max(0, next - performance.now()));
    }
  };
  await Promise.all(Array.from({ length: viewers }, (_, index) => viewer(index)));
  check(failures === 0, `${failures} fields failed`);
  const ms = performance.now() - began;
  return { calls: lines[0]!.calls(), operations: redis ? (await scriptsRun(redis)) - before : 0, ms, failures };
}
