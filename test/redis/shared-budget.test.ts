import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock.js";
import type { GatewayError } from "../../src/errors.js";
import type { Limits } from "../../src/upstream/budget/pace.js";
import type { Permit, Priority } from "../../src/upstream/budget/permit.js";
import { RateLimiter } from "../../src/upstream/budget/rate-limiter.js";
import { Keys } from "../../src/upstream/redis/keys.js";
import { RedisLink } from "../../src/upstream/redis/link.js";
import { Presence } from "../../src/upstream/redis/presence.js";
import { RedisClock } from "../../src/upstream/redis/redis-clock.js";
import { SharedCounter } from "../../src/upstream/redis/shared-counter.js";
import { acquirePermit } from "../upstream/permits-by-hand.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { ownPrefix } from "./replica-lines.js";
import { withRedis } from "./with-redis.js";

const now = () => performance.now();
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const within = (ms: number, priority: Priority = "interactive") => ({ deadline: now() + ms, priority });

interface Replica {
  limiter: RateLimiter;
  link: RedisLink;
  counter: SharedCounter;
  stop(): Promise<void>;
}

/** A permit that was used: one that took too long to be used, on a busy machine, has expired, and another is asked for. */
async function usedPermit(limiter: RateLimiter, ms: number): Promise<Permit> {
  const terms = within(ms);
  for (;;) {
    const permit = await acquirePermit(limiter, terms);
    if (await permit.use()) return permit;
    permit.release();
  }
}

withRedis("the budget of several replicas", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  async function replicas(count: number, limits: Limits, leaseMs?: number): Promise<Replica[]> {
    const prefix = ownPrefix().REDIS_PREFIX!;
    const each = Array.from({ length: count }, (_, index) => replica(redis.url, prefix, `r${index}`, limits, leaseMs));
    onTestFinished(async () => {
      await Promise.all(each.map(({ stop }) => stop()));
    });
    await Promise.all(each.map(({ link }) => link.start()));
    return each;
  }

  test("is one: no limit is exceeded in any window, and all of it is used", async () => {
    const limits = { maxConcurrent: 3, maxPerSecond: 20, maxPerMinute: 50 };
    const all = await replicas(3, limits);
    const runs: { begun: number; ended: number }[] = [];
    const refusals: string[] = [];
    const work = async ({ limiter }: Replica, index: number) => {
      await wait((index * 37) % 400);
      try {
        const permit = await usedPermit(limiter, 8_000);
        const begun = now();
        await wait(5 + ((index * 13) % 60));
        runs.push({ begun, ended: now() });
        permit.release();
      } catch (error) {
        refusals.push((error as GatewayError).code);
      }
    };
    await Promise.all(all.flatMap((each) => Array.from({ length: 25 }, (_, index) => work(each, index))));
    expect(runs).toHaveLength(limits.maxPerMinute);
    expect(refusals).toEqual(Array(25).fill("BUDGET_EXHAUSTED"));
    for (const { begun } of runs) {
      expect(runs.filter((other) => other.begun <= begun && begun < other.ended).length).toBeLessThanOrEqual(limits.maxConcurrent);
      expect(runs.filter((other) => other.begun >= begun && other.begun < begun + 1_000).length).toBeLessThanOrEqual(limits.maxPerSecond);
    }
    for (const { limiter } of all) expect(limiter.budget().currentlyAvailable).toBe(0);
  });

  test("gives a permit that was not used back to all, unspent", async () => {
    const [one, other] = (await replicas(2, { maxConcurrent: 1, maxPerMinute: 1 })) as [Replica, Replica];
    const permit = await acquirePermit(one.limiter, within(1_000));
    const waiting = usedPermit(other.limiter, 15_000);
    permit.release();
    await waiting;
    expect(other.limiter.budget().currentlyAvailable).toBe(0);
  });

  test("gives permits of a replica that died back by itself, and lets no replica send on one that was given back", async () => {
    const [dead, alive] = (await replicas(2, { maxConcurrent: 2, maxPerMinute: 100 }, 600)) as [Replica, Replica];
    await usedPermit(dead.limiter, 5_000);
    const unused = await acquirePermit(dead.limiter, within(1_000));
    dead.link.run = () => new Promise(() => undefined);
    const from = now();
    await Promise.all([usedPermit(alive.limiter, 15_000), usedPermit(alive.limiter, 15_000)]);
    expect(now() - from).toBeGreaterThan(300);
    Reflect.deleteProperty(dead.link, "run");
    expect(await unused.use()).toBe(false);
  });

  test("gives the permits of a replica that stops back at once", async () => {
    const [one, other] = (await replicas(2, { maxConcurrent: 1, maxPerMinute: 100 })) as [Replica, Replica];
    await usedPermit(one.limiter, 5_000);
    // Sooner than its lease would end.
    const waiting = usedPermit(other.limiter, 8_000);
    await one.counter.close();
    await waiting;
  });

  test("keeps the permit of an exchange that takes longer than its lease, as long as its replica lives", async () => {
    const [one, other] = (await replicas(2, { maxConcurrent: 1, maxPerMinute: 100 }, 1_500)) as [Replica, Replica];
    const permit = await usedPermit(one.limiter, 5_000);
    const waiting = usedPermit(other.limiter, 20_000);
    await expect(Promise.race([waiting, wait(3_500).then(() => "nothing")])).resolves.toBe("nothing");
    permit.release();
    await waiting;
  });

  test("pauses everywhere when the platform has said 429 to one", async () => {
    const [one, other] = (await replicas(2, { maxConcurrent: 4, maxPerMinute: 100 })) as [Replica, Replica];
    const before = await acquirePermit(other.limiter, within(5_000));
    const end = one.limiter.rateLimited(3_000);
    await expect.poll(() => other.limiter.pause?.code, { interval: 10 }).toBe("UPSTREAM_RATE_LIMITED");
    expect(await before.use()).toBe(false);
    await expect(acquirePermit(other.limiter, within(200))).rejects.toMatchObject({ code: "UPSTREAM_RATE_LIMITED" });
    await usedPermit(other.limiter, 15_000);
    expect(now()).toBeGreaterThan(end - 5);
    // What the 429 has taught holds for all.
    expect(other.limiter.budget().concurrencyLimit).toBe(2);
  });

  test("serves the most urgent first, whichever replica asks", async () => {
    await redis.command("FLUSHALL");
    const [one, other] = (await replicas(2, { maxConcurrent: 1, maxPerMinute: 100 })) as [Replica, Replica];
    const held = await usedPermit(one.limiter, 5_000);
    const order: string[] = [];
    const ask = async ({ limiter }: Replica, name: string, priority: Priority, ms: number) => {
      const terms = within(ms, priority);
      const permit = await acquirePermit(limiter, terms);
      order.push(name);
      if (!(await permit.use())) (await usedPermit(limiter, ms)).release();
      permit.release();
    };
    /** Each replica tells of one that waits. */
    const told = async () => {
      const [key] = (await redis.command("KEYS", "*{a}:operations:waiting")) as string[];
      return key === undefined ? 0 : redis.command("ZCARD", key);
    };
    const all = [ask(one, "refresh", "refresh", 20_000), ask(one, "tick", "tick", 20_000), ask(one, "later", "interactive", 25_000)];
    await expect.poll(told, { interval: 10 }).toBe(1);
    all.push(ask(other, "sooner", "interactive", 15_000));
    await expect.poll(told, { interval: 10 }).toBe(2);
    held.release();
    await Promise.all(all);
    expect(order).toEqual(["sooner", "later", "refresh", "tick"]);
  });

  test("goes on when its keys were overwritten or lost", async () => {
    const [one, other] = (await replicas(2, { maxConcurrent: 1, maxPerMinute: 100 })) as [Replica, Replica];
    const use = async ({ limiter }: Replica) => {
      const permit: Permit = await acquirePermit(limiter, within(8_000));
      const isUsed = await permit.use();
      permit.release();
      return isUsed;
    };
    expect(await use(one)).toBe(true);
    const keys = ((await redis.command("KEYS", "*{a}*")) as string[]).filter((key) => !key.endsWith("unused"));
    for (const key of keys) await redis.command("SET", key, "something");
    // What it is told at the moment may be that the permit has expired.
    for (const each of [one, other, one]) expect((await use(each)) || (await use(each))).toBe(true);
    await redis.command("FLUSHALL");
    for (const each of [one, other, one]) expect((await use(each)) || (await use(each))).toBe(true);
  });
});

function replica(url: string, prefix: string, name: string, limits: Limits, leaseMs: number | undefined): Replica {
  const clock = new RedisClock(systemClock);
  const keys = new Keys(prefix, "1");
  const link = new RedisLink({ url, probeKey: keys.probe, clock, random: Math.random, tell: () => undefined });
  const presence = new Presence(link, keys, name);
  const warn = (message: string, error: unknown) => {
    throw new Error(message, { cause: error });
  };
  const counter = new SharedCounter({
    ...{ account: "a", service: "operations", limits, replica: name, link, keys, clock, presence, random: () => 0, warn },
    ...(leaseMs !== undefined && { leaseMs }),
  });
  const limiter = new RateLimiter({ name: "operations of account a", limits, clock: systemClock, random: () => 0, counter });
  return {
    limiter,
    link,
    counter,
    stop: async () => {
      limiter.close();
      await link.close();
    },
  };
}
