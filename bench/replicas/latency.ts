import { startSimulator } from "../../src/simulator/simulator.js";
import { type Line, startLine } from "../../test/support/line.js";
import { middle, quantile } from "../quantile.js";
import { check } from "../workload.js";
import { scriptsRun, withRedis } from "./group.js";

/** What Redis adds to a hot question and to a cold one. */
export async function latency(): Promise<void> {
  const times = 300;
  await withRedis(async (redis) => {
    const simulator = await startSimulator();
    const lines = await Promise.all(
      [{}, { REDIS_URL: redis.url }].map((more) =>
        startLine({}, { LP_MAX_PER_MINUTE: "100000", MAX_UPSTREAM_CALLS: "1000", ...more }, undefined, undefined, undefined, simulator),
      ),
    );
    const [without, withIt] = lines as [Line, Line];
    const took = async (line: Line, minutes: number) => {
      const began = performance.now();
      const { errors } = await line.ask(`{ contactCenter { skillSegments(lastMinutes: ${minutes}) { totalSkillConversationSegments } } }`);
      check(errors.length === 0, JSON.stringify(errors));
      return performance.now() - began;
    };
    console.log(`\nLatency of one question, ms, in one run: median (95 %); ${times} each`);
    const cold = { without: [] as number[], withIt: [] as number[] };
    for (let index = 0; index < times + 20; index++) {
      for (const [name, line] of index % 2
        ? ([
            ["without", without],
            ["withIt", withIt],
          ] as const)
        : ([
            ["withIt", withIt],
            ["without", without],
          ] as const)) {
        const ms = await took(line, 1 + index);
        if (index >= 20) cold[name].push(ms);
      }
    }
    const before = await scriptsRun(redis);
    const hot = { without: [] as number[], withIt: [] as number[] };
    for (let index = 0; index < times; index++) {
      for (const [name, line] of [
        ["without", without],
        ["withIt", withIt],
      ] as const)
        hot[name].push(await took(line, 1 + (index % 20)));
    }
    const shown = (of: number[]) => `${middle(of).toFixed(2)} (${quantile(of, 0.95).toFixed(2)})`;
    for (const [name, { without: plain, withIt: shared }] of Object.entries({ hot, cold })) {
      console.log(
        `${name.padEnd(5)} without Redis ${shown(plain)}, with Redis ${shown(shared)}: ${(middle(shared) - middle(plain)).toFixed(2)} more, ratio ${(middle(shared) / middle(plain)).toFixed(2)}`,
      );
    }
    console.log(`Redis scripts while ${times} hot questions were answered: ${(await scriptsRun(redis)) - before} (heartbeats)`);
    for (const line of lines) await line.stopGateway();
    await simulator.close();
  });
}
