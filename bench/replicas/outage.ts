import { middle } from "../quantile.js";
import { check } from "../workload.js";
import { board, replicaCount, wait, withLines, withRedis } from "./group.js";

/** Redis goes and comes under load. */
export async function outage(): Promise<void> {
  const limits = { LP_MAX_CONCURRENT: "6", LP_MAX_PER_MINUTE: "600", LP_MAX_PER_SECOND: "30" };
  console.log(
    `\nRedis killed and started again three times under 12 viewers of three replicas; limits ${Object.values(limits).join(", ")}`,
  );
  await withRedis((redis) =>
    withLines(
      replicaCount,
      redis,
      async ({ lines, simulator }) => {
        let isOver = false;
        let requests = 0;
        let failures = 0;
        const took: Record<"there" | "away", number[]> = { there: [], away: [] };
        let now: "there" | "away" = "there";
        const viewer = async (index: number) => {
          for (let turn = index; !isOver; turn++) {
            const began = performance.now();
            const { errors } = await lines[turn % replicaCount]!.ask(board(index % 6));
            took[now].push(performance.now() - began);
            requests++;
            failures += errors.length;
            await wait(100);
          }
        };
        const viewers = Array.from({ length: 12 }, (_, index) => viewer(index));
        await wait(3_000);
        for (let round = 0; round < 3; round++) {
          now = "away";
          await redis.signal("SIGKILL");
          await wait(4_000);
          await redis.restart();
          await wait(1_000);
          now = "there";
          await wait(6_000);
        }
        isOver = true;
        await Promise.all(viewers);
        const { services, byStatus } = simulator.counts();
        console.log(`requests ${requests}, failed fields ${failures}, 429s ${byStatus["429"] ?? 0}`);
        for (const [name, { maxRunning, maxPerSecond, maxPerMinute }] of Object.entries(services)) {
          console.log(`${name}: at most ${maxRunning} at once, ${maxPerSecond} in a second, ${maxPerMinute} in a minute`);
          check(maxRunning <= 6 && maxPerSecond <= 30 && maxPerMinute <= 600, `the limits of ${name} were exceeded`);
        }
        console.log(`median latency while Redis is there ${middle(took.there).toFixed(1)} ms, away ${middle(took.away).toFixed(1)} ms`);
        check(failures === 0, "requests failed while Redis was away");
      },
      limits,
    ),
  );
}
