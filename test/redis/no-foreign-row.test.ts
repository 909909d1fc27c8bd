import { afterAll, beforeAll, expect, test } from "vitest";
import { Dice } from "../longrun/dice.js";
import { Traffic } from "../longrun/traffic.js";
import { startWorld } from "../longrun/world.js";
import { accounts, askers } from "../sharing/callers.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { ownPrefix } from "./replica-lines.js";
import { withRedis } from "./with-redis.js";

const start = Date.parse("2026-03-11T11:47:00Z");
const short = { TTL_SEGMENTS_SECONDS: "1", TTL_KEY_METRICS_SECONDS: "1", TTL_CURRENT_SECONDS: "1", TTL_INTERVALS_SECONDS: "2" };

withRedis("three replicas on one Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test("give callers with different rights and tokens the figures of the account they ask for, and not one foreign row", async () => {
    const world = await startWorld({
      start,
      simulated: { accounts, latencyMs: { base: 1, jitter: 4 } },
      environment: { ...ownPrefix(), ...short, REDIS_URL: redis.url, LP_MAX_PER_MINUTE: "100000", MAX_UPSTREAM_CALLS: "1000" },
      credentials: (id) => (id === "north" ? { kind: "caller" } : undefined),
      replicas: 3,
    });
    try {
      const traffic = new Traffic(world, new Dice(1), askers);
      // The clock of the world moves as Redis' clock does, but not while a request is on its way.
      let then = performance.now();
      const ticking = setInterval(() => {
        const now = performance.now();
        if (world.clock.step(Math.round(now - then))) then = now;
      }, 10);
      for (let round = 0; round < 35; round++) {
        for (let caller = 0; caller < 6; caller++) traffic.launch();
        await traffic.settled();
        await new Promise((wait) => setTimeout(wait, 60));
      }
      clearInterval(ticking);
      const { asked, errors, comparison } = traffic.tally;
      expect(comparison.differences).toEqual([]);
      expect(asked).toBe(210);
      expect([...errors.keys()]).toEqual(["FORBIDDEN"]);
      expect(comparison.numbers).toBeGreaterThan(2_000);
      // The clock of the world makes up for what it stood: before each replica has heard Redis' time again, an answer of another can seem to be
      // from the future. Such an answer is not used.
      expect(world.warnings.filter((warning) => !warning.endsWith("It is dated in the future."))).toEqual([]);
      expect(world.simulator.counts().byStatus).toEqual({ 200: world.simulator.counts().total });
    } finally {
      await world.stop();
    }
  });
});
