import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Keys } from "../../src/upstream/redis/keys.js";
import type { Line } from "../support/line.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { ownPrefix, startReplicas } from "./replica-lines.js";
import { withRedis } from "./with-redis.js";

const query = "{ contactCenter { skillSegments(lastMinutes: 60) { totalSkillConversationSegments } current { onlineAgents } } }";
const explained = { headers: { "x-gateway-explain": "calls" } };

withRedis("answers that replicas share", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const replicas = (options: Partial<Parameters<typeof startReplicas>[0]> = {}) =>
    startReplicas({ redisUrl: redis.url, ...options, environment: { ...ownPrefix(), ...options.environment } });
  const keys = async (): Promise<string[]> => (await redis.command("KEYS", "*")) as string[];
  /** The keys of the answers of so many scopes, when they are there: nobody waits for Redis who waits for an answer. */
  const stored = (line: Line, scopes: number) =>
    until(
      async () => (await keys()).filter((key) => key.startsWith(line.config.redis!.prefix) && key.endsWith(":answers")),
      (found) => found.length === scopes,
    );

  test("one that was fetched by one replica is a hit for the others, as old as it is", async () => {
    const { lines, simulator } = await replicas();
    const first = await lines[0]!.ask(query);
    expect(first.errors).toEqual([]);
    await stored(lines[0]!, 2);
    const calls = simulator.counts().total;
    for (const line of lines.slice(1)) {
      const answer = await until(
        () => line.ask(query, explained),
        ({ extensions }) => extensions.upstream?.sent === 0,
      );
      expect(answer.data).toEqual(first.data);
      expect(answer.extensions.freshness).toEqual(first.extensions.freshness);
      expect(answer.extensions.upstream?.calls.map(({ outcome }) => outcome)).toEqual(["CACHED", "CACHED"]);
    }
    expect(simulator.counts().total).toBe(calls);
  });

  test("a newer one takes the place of an older one in all replicas", async () => {
    const { lines } = await replicas({ environment: { TTL_SEGMENTS_SECONDS: "1", TTL_CURRENT_SECONDS: "1", STALE_SECONDS: "0" } });
    const [one, other, third] = lines as [Line, Line, Line];
    const asOf = async (line: Line) => (await line.ask(query)).extensions.freshness?.oldestAsOf;
    const older = await asOf(one);
    await stored(one, 2);
    for (const line of [other, third])
      await until(
        () => asOf(line),
        (each) => each === older,
      );
    await new Promise((wait) => setTimeout(wait, 1_000));
    const newer = await asOf(other);
    expect(newer! > older!).toBe(true);
    for (const line of [one, third]) {
      const found = await until(
        () => line.ask(query, explained),
        ({ extensions }) => extensions.upstream?.sent === 0,
      );
      expect(found.extensions.freshness?.oldestAsOf).toBe(newer);
    }
  });

  test("clocks of replicas that differ by a minute do not change its age", async () => {
    const now = [0, 60_000, -60_000].map((difference) => () => Date.now() + difference);
    const { lines, simulator } = await replicas({ now });
    await lines[0]!.ask(query);
    await stored(lines[0]!, 2);
    const calls = simulator.counts().total;
    for (const line of lines.slice(1)) {
      const { extensions } = await until(
        () => line.ask(query, explained),
        ({ extensions }) => extensions.upstream?.sent === 0,
      );
      expect(extensions.upstream?.calls.map(({ ageMs }) => Math.abs(Number(ageMs)) < 3_000)).toEqual([true, true]);
    }
    expect(simulator.counts().total).toBe(calls);
  });

  test("one that is not well formed is removed, and asked anew", async () => {
    const { lines, add } = await replicas({ count: 1 });
    const first = await lines[0]!.ask(query);
    for (const key of await stored(lines[0]!, 2)) {
      for (const slot of (await redis.command("HKEYS", key)) as string[]) await redis.command("HSET", key, slot, "not an answer");
    }
    const other = await add();
    const answer = await other.ask(query, explained);
    expect(answer.errors).toEqual([]);
    expect(Object.keys(answer.data)).toEqual(Object.keys(first.data));
    expect(answer.extensions.upstream?.sent).toBe(2);
    expect(other.warnings).toEqual(Array(2).fill("An answer in Redis is not well formed, and was removed"));
  });

  test("one that was moved to another scope is not taken for its answer", async () => {
    const { lines, add } = await replicas({ count: 1 });
    const ask = (minutes: number) => `{ contactCenter { skillSegments(lastMinutes: ${minutes}) { totalSkillConversationSegments } } }`;
    await lines[0]!.ask(ask(60));
    await lines[0]!.ask(ask(120));
    const [one, two] = (await stored(lines[0]!, 2)) as [string, string];
    await redis.command("RENAME", one, "elsewhere");
    await redis.command("RENAME", two, one);
    await redis.command("RENAME", "elsewhere", two);
    const other = await add();
    for (const minutes of [60, 120]) expect((await other.ask(ask(minutes), explained)).extensions.upstream?.sent).toBe(1);
  });

  test("a key that somebody else has used is taken back", async () => {
    const { lines, add } = await replicas({ count: 1 });
    await lines[0]!.ask(query);
    for (const key of await stored(lines[0]!, 2)) {
      for (const each of [key, key.replace(/answers$/, "versions")]) await redis.command("SET", each, "something");
    }
    const other = await add();
    expect((await other.ask(query, explained)).extensions.upstream?.sent).toBe(2);
    expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
    const third = await add();
    await until(
      () => third.ask(query, explained),
      ({ extensions }) => extensions.upstream?.sent === 0,
    );
  });

  test("nothing is kept in Redis for ever", async () => {
    const { lines } = await replicas({ count: 1, environment: { STALE_SECONDS: "1" } });
    await lines[0]!.ask(query);
    const prefix = lines[0]!.config.redis!.prefix;
    const mine = await until(
      async () => (await keys()).filter((key) => key.startsWith(prefix)),
      (found) => found.some((key) => key.endsWith(":answers")),
    );
    for (const key of mine) {
      const left = Number(await redis.command("PTTL", key));
      // -2: it is gone by now. -1 would be for ever.
      expect(left, key).not.toBe(-1);
      // Ten minutes for names, and a second stale.
      expect(left, key).toBeLessThanOrEqual(/answers$|versions$/.test(key) ? 602_000 : 86_400_000);
    }
  });
});

describe("keys", () => {
  test("of answers differ from release to release, so that two can run side by side", () => {
    const [one, other] = [new Keys("p", "1.0.0"), new Keys("p", "1.1.0")];
    expect(one.answers("s")).not.toBe(other.answers("s"));
    expect(one.answersChannel).not.toBe(other.answersChannel);
    expect(one.replicas).toBe(other.replicas);
  });

  test("of one scope lie together in a cluster", () => {
    const keys = new Keys("p", "1");
    const tag = (key: string) => /\{(.*?)\}/.exec(key)?.[1];
    expect(tag(keys.answers("s"))).toBe("s");
    expect(tag(keys.versions("s"))).toBe("s");
  });
});

/** Asks again until the answer is as it should be: what one replica tells reaches the others a moment later. */
async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (isRight(answer) || tries === 50) return answer;
    await new Promise((wait) => setTimeout(wait, 20));
  }
}
