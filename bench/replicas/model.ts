import { check } from "../workload.js";
import { replicaCount, scriptsRun, ttlSeconds, wait, withLines, withRedis } from "./group.js";

/** The model of docs/scaling.md beside what is measured. */
export async function model(): Promise<void> {
  console.log("\nCalls a minute and Redis scripts a second, beside what docs/scaling.md predicts");
  for (const [questions, viewers] of [
    [2, 6],
    [6, 6],
    [6, 36],
    [18, 36],
  ] as const) {
    const seconds = 16;
    const measured = await withRedis((redis) =>
      withLines(replicaCount, redis, async ({ lines, simulator }) => {
        const end = performance.now() + seconds * 1_000;
        const began = await scriptsRun(redis);
        simulator.resetCounts();
        const viewer = async (index: number) => {
          await wait((400 * index) / viewers);
          for (let turn = index; performance.now() < end; turn++) {
            const query = `{ contactCenter { skillSegments(lastMinutes: ${60 + (index % questions)}) { totalSkillConversationSegments } } }`;
            check((await lines[turn % replicaCount]!.ask(query)).errors.length === 0, "a question failed");
            await wait(400);
          }
        };
        await Promise.all(Array.from({ length: viewers }, (_, index) => viewer(index)));
        return { calls: lines[0]!.calls(), scripts: (await scriptsRun(redis)) - began };
      }),
    );
    const predicted = { calls: (questions * 60) / ttlSeconds, scripts: predictedScripts(replicaCount, 1, questions / ttlSeconds) };
    const callsPerMinute = (measured.calls * 60) / seconds;
    const scriptsPerSecond = measured.scripts / seconds;
    console.log(
      `${String(questions).padStart(3)} questions, ${String(viewers).padStart(3)} viewers: calls ${callsPerMinute.toFixed(0)} a minute, predicted at most ${predicted.calls.toFixed(0)}; Redis scripts ${scriptsPerSecond.toFixed(0)} a second, predicted at most ${predicted.scripts.toFixed(0)}`,
    );
  }
}

/** Heartbeats of each replica; each call is claimed, permitted, used, told, stored, ended; each other replica reads its answer, or tries to claim it first. */
const predictedScripts = (replicas: number, servicesInUse: number, callsPerSecond: number): number =>
  replicas * (2 + servicesInUse + 0.4) + callsPerSecond * (7 + 3 * (replicas - 1));
