import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Line } from "../support/line.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { ownPrefix, redisOf, startReplicas } from "./replica-lines.js";
import { withRedis } from "./with-redis.js";

const query = "{ contactCenter { current { onlineAgents } } }";
const nobodyThere = "redis://user:s3cret@127.0.0.1:1";

describe("a gateway whose Redis is not there", { timeout: 60_000 }, () => {
  test("serves, is ready, and says what it cannot reach, without the credentials", async () => {
    const { lines } = await startReplicas({ redisUrl: nobodyThere, count: 1, isThere: false });
    const [line] = lines;
    expect((await line!.ask(query)).errors).toEqual([]);
    const response = await fetch(`${line!.url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      ready: true,
      redis: "Redis is away: ECONNREFUSED. Nothing is shared with other replicas meanwhile.",
    });
  });

  test("or answers what no Redis answers, does the same", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    const { lines } = await startReplicas({
      redisUrl: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
      count: 1,
      isThere: false,
    });
    expect((await lines[0]!.ask(query)).errors).toEqual([]);
    expect(await redisOf(lines[0]!)).toMatch(/^Redis is away: /);
  });
});

withRedis("a Redis with a password", () => {
  test("is used with it, and is away without it, which no message tells", async () => {
    const redis = await startRedis("--requirepass", "s3cret");
    onTestFinished(() => redis.stop());
    const { port } = new URL(redis.url);
    const { lines } = await startReplicas({ redisUrl: `redis://:s3cret@127.0.0.1:${port}`, count: 1 });
    expect(await redisOf(lines[0]!)).toBe("ok");
    const { lines: others } = await startReplicas({ redisUrl: `redis://:other-s3cret@127.0.0.1:${port}`, count: 1, isThere: false });
    expect(await redisOf(others[0]!)).toMatch(/^Redis is away: WRONGPASS/);
    expect(await redisOf(others[0]!)).not.toContain("s3cret");
    expect((await others[0]!.ask(query)).errors).toEqual([]);
  });
});

withRedis("a Redis that is of no use is as good as away, and is used again when it works", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis("--maxmemory-policy", "noeviction");
  });
  afterAll(() => redis.stop());

  test.each([
    ["full", /OOM/, () => redis.command("CONFIG", "SET", "maxmemory", "1"), () => redis.command("CONFIG", "SET", "maxmemory", "0")],
    ["read-only", /READONLY/, () => redis.command("REPLICAOF", "127.0.0.1", "1"), () => redis.command("REPLICAOF", "NO", "ONE")],
    ["slow", /too slow/, () => redis.signal("SIGSTOP"), () => redis.signal("SIGCONT")],
  ])("when it is %s", async (_, reason, breakIt, mendIt) => {
    const { lines, add } = await startReplicas({ redisUrl: redis.url, count: 1, environment: ownPrefix() });
    const [line] = lines as [Line];
    expect(await redisOf(line)).toBe("ok");
    await breakIt();
    try {
      expect((await line.ask(query)).errors).toEqual([]);
      await expect.poll(() => redisOf(line), { timeout: 20_000 }).toMatch(reason);
      expect((await line.ask("{ contactCenter { skillSegments { totalSkillConversationSegments } } }")).errors).toEqual([]);
    } finally {
      await mendIt();
    }
    await expect.poll(() => redisOf(line), { timeout: 20_000 }).toBe("ok");
    // What was answered from then on is shared again.
    const other = await add();
    const asked = "{ contactCenter { agentSegments { totalAgentConversationSegments } } }";
    await line.ask(asked);
    await expect
      .poll(async () => (await other.ask(asked, { headers: { "x-gateway-explain": "calls" } })).extensions.upstream?.sent, {
        timeout: 20_000,
      })
      .toBe(0);
  });

  test("meanwhile each replica keeps to its share of what is left of the limits, and tells what it used afterwards", async () => {
    const environment = { ...ownPrefix(), LP_MAX_PER_MINUTE: "30", REQUEST_DEADLINE_MS: "3000" };
    const { lines, simulator } = await startReplicas({ redisUrl: redis.url, environment });
    const windows = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => `w${at}: agentSegments(lastMinutes: ${from + at}) { totalAgentConversationSegments }`).join(
        " ",
      );
    const ask = (line: Line, from: number, count: number) => line.ask(`{ contactCenter { ${windows(from, count)} } }`);
    for (const [index, line] of lines.entries()) expect((await ask(line, 1 + 10 * index, 3)).errors).toEqual([]);
    // All know how many they are.
    await new Promise((wait) => setTimeout(wait, 1_500));

    await redis.signal("SIGKILL");
    await expect.poll(() => Promise.all(lines.map(redisOf))).toEqual(Array(3).fill(expect.stringContaining("away")));
    const alone = await Promise.all(lines.map((line, index) => ask(line, 100 + 20 * index, 15)));
    expect(alone.map(({ errors }) => errors.length)).toEqual([8, 8, 8]);
    expect(simulator.counts().total).toBe(30);

    await redis.restart();
    await expect.poll(() => Promise.all(lines.map(redisOf)), { timeout: 20_000 }).toEqual(Array(3).fill("ok"));
    await new Promise((wait) => setTimeout(wait, 3_500));
    const again = await Promise.all(lines.map((line, index) => ask(line, 200 + 20 * index, 2)));
    expect(again.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code))).toEqual(Array(6).fill("BUDGET_EXHAUSTED"));
    expect(simulator.counts().total).toBe(30);
  });
});
