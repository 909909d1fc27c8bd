import { afterAll, beforeAll, expect, test } from "vitest";
import type { Line } from "../support/line.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { ownPrefix, startReplicas } from "./replica-lines.js";
import { withRedis } from "./with-redis.js";

const asking = (line: Line, minutes: number) =>
  line.ask(`{ contactCenter { agentSegments(lastMinutes: ${minutes}) { totalAgentConversationSegments } } }`);

withRedis("the circuits of three replicas", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test("open together: a platform that fails is asked five times by one, and hardly more by the others", async () => {
    const environment = { ...ownPrefix(), LP_RETRY_PAUSES_SECONDS: "0" };
    const { lines, simulator } = await startReplicas({ redisUrl: redis.url, environment });
    const [one, other, third] = lines as [Line, Line, Line];
    simulator.fault({ api: "agent-segments", status: 500 });
    const exchanges = () => simulator.counts().byApi["agent-segments"] ?? 0;
    let minutes = 10;
    const state = async (line: Line) => {
      const { errors } = await asking(line, minutes++);
      return errors[0]?.message ?? "answered";
    };
    const isOpen = expect.stringContaining("failed many times in a row");
    const patient = { timeout: 20_000 };
    await expect.poll(() => state(one), patient).toEqual(isOpen);
    await expect.poll(async () => [await state(other), await state(third)], patient).toEqual([isOpen, isOpen]);
    // Five, and one more each; two where the message came after the first request had begun. Alone each would have needed five.
    expect(exchanges()).toBeLessThan(15);

    simulator.clearFaults();
    await expect.poll(() => state(one), { timeout: 20_000, interval: 200 }).toBe("answered");
    // The others need not wait for the end of their own pauses.
    await expect
      .poll(async () => [await state(other), await state(third)], { timeout: 20_000, interval: 50 })
      .toEqual(["answered", "answered"]);
  });
});
