import { afterAll, beforeAll, expect, test } from "vitest";
import type { Line } from "../support/line.js";
import { scraped, sumOf } from "../telemetry/scraped.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { ownPrefix, startReplicas } from "./replica-lines.js";
import { withRedis } from "./with-redis.js";

withRedis("/metrics with Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test("tells whether Redis is of use, how long its commands took, and the budget that all replicas share", async () => {
    const environment = { ...ownPrefix(), LP_MAX_PER_MINUTE: "60" };
    const { lines, simulator } = await startReplicas({ redisUrl: redis.url, count: 2, environment });
    const [one, other] = lines as [Line, Line];
    const query = "{ contactCenter { agentSegments(lastMinutes: 60) { totalAgentConversationSegments } } }";
    for (const line of [one, other]) expect((await line.ask(query)).errors).toEqual([]);
    expect(simulator.counts().total).toBe(1);
    const series = await scraped(one.metricsUrl!);
    expect(sumOf(series, "lp_gateway_redis_up")).toBe(1);
    expect(sumOf(series, "lp_gateway_redis_command_duration_seconds_count")).toBeGreaterThan(3);
    expect(sumOf(series, "lp_gateway_redis_command_duration_seconds_bucket", { le: "\\+Inf" })).toBe(
      sumOf(series, "lp_gateway_redis_command_duration_seconds_count"),
    );
    expect(sumOf(series, "lp_gateway_upstream_calls_total", { outcome: "OK" })).toBe(1);
    // The other has made no call. It hears of that one with the next heartbeat of the budget.
    const calls = async (line: Line) => {
      const all = await scraped(line.metricsUrl!);
      const of = (name: string) => sumOf(all, `lp_gateway_${name}`, { service: "operations" });
      return { made: sumOf(all, "lp_gateway_upstream_exchanges_total"), gone: of("budget_limit_calls") - of("budget_available_calls") };
    };
    await expect.poll(() => calls(other), { timeout: 30_000 }).toEqual({ made: 0, gone: 1 });

    await redis.signal("SIGKILL");
    await expect.poll(async () => sumOf(await scraped(one.metricsUrl!), "lp_gateway_redis_up"), { timeout: 30_000 }).toBe(0);
    expect(sumOf(await scraped(one.metricsUrl!), "lp_gateway_ready")).toBe(1);
    await redis.restart();
    await expect.poll(async () => sumOf(await scraped(one.metricsUrl!), "lp_gateway_redis_up"), { timeout: 30_000 }).toBe(1);
  });
});
