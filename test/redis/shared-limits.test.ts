import { afterAll, beforeAll, expect, test } from "vitest";
import type { Line } from "../support/line.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { ownPrefix, startReplicas } from "./replica-lines.js";
import { withRedis } from "./with-redis.js";

/** Totals over different windows: no two of them may share a call. */
const windows = (from: number, count: number): string =>
  Array.from({ length: count }, (_, at) => `w${at}: agentSegments(lastMinutes: ${from + at}) { totalAgentConversationSegments }`).join(" ");

withRedis("three replicas before a platform with limits", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test("that were told the limits get no 429, however the load comes, and use all that there is", async () => {
    const limits = { maxConcurrent: 2, maxPerSecond: 10, maxPerMinute: 40 };
    const { lines, simulator } = await startReplicas({
      redisUrl: redis.url,
      simulated: { limits, latencyMs: { base: 20, jitter: 20 } },
      environment: {
        ...ownPrefix(),
        ...{ LP_MAX_CONCURRENT: "2", LP_MAX_PER_SECOND: "10", LP_MAX_PER_MINUTE: "40", REQUEST_DEADLINE_MS: "12000" },
      },
    });
    const answers = await Promise.all(
      lines.flatMap((line, index) => [0, 1].map((burst) => line.ask(`{ contactCenter { ${windows(1 + 20 * (2 * index + burst), 10)} } }`))),
    );
    const { byStatus, services } = simulator.counts();
    expect(byStatus).toEqual({ 200: limits.maxPerMinute });
    expect(services["demo/operations"]).toMatchObject({ maxRunning: 2, maxPerMinute: 40 });
    expect(services["demo/operations"]!.maxPerSecond).toBeLessThanOrEqual(limits.maxPerSecond);
    const errors = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    expect(errors).toEqual(Array(20).fill("BUDGET_EXHAUSTED"));
  });

  test("let a caller cause no more calls than one would, whichever it asks, and count only those that were made", async () => {
    const environment = { ...ownPrefix(), CALLER_CALLS_PER_MINUTE: "10" };
    const { lines, simulator } = await startReplicas({ redisUrl: redis.url, environment });
    const [one, other, third] = lines as [Line, Line, Line];
    const ask = (line: Line, from: number, count: number) => line.ask(`{ contactCenter { ${windows(from, count)} } }`);
    // What is stored and what is joined costs nothing.
    await Promise.all(lines.map((line) => ask(line, 1, 4)));
    expect(simulator.counts().total).toBe(4);
    const answers = await Promise.all([ask(one, 100, 4), ask(other, 200, 4), ask(third, 300, 4)]);
    const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    expect(codes).toEqual(Array(6).fill("CALLER_BUDGET_EXHAUSTED"));
    expect(simulator.counts().total).toBe(10);
  });

  test("show the budget that is left to all of them", async () => {
    const { lines } = await startReplicas({ redisUrl: redis.url, environment: { ...ownPrefix(), LP_MAX_PER_MINUTE: "30" } });
    await lines[0]!.ask(`{ contactCenter { ${windows(1, 10)} } }`);
    await lines[1]!.ask(`{ contactCenter { ${windows(50, 5)} } }`);
    const budgets = async (index: number) => {
      const query = "{ contactCenter { agentSegments(lastMinutes: 200) { totalAgentConversationSegments } } }";
      const { extensions } = await lines[index]!.ask(query, { headers: { "x-gateway-explain": "calls" } });
      return (extensions.upstream as unknown as { budgets: object[] }).budgets;
    };
    const expected = expect.objectContaining({ service: "operations", currentlyAvailable: 14, maximumAvailable: 30 });
    expect(await budgets(2)).toContainEqual(expected);
  });
});
