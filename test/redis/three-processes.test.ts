import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startSimulator } from "../../src/simulator/simulator.js";
import { build } from "../built-program.js";
import { type ReplicaProcess, replicaProcesses } from "./processes.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { ownPrefix } from "./replica-lines.js";
import { withRedis } from "./with-redis.js";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const accounts = [
  { id: "north", seed: 11 },
  { id: "south", seed: 22 },
];
const maxConcurrent = 6;

/** Figures of both accounts, which differ. The platform's clock stands, so that they never change. */
const board = (index: number) => {
  const { id } = accounts[index % 2]!;
  const minutes = 240 + 60 * (index % 3);
  return `{ contactCenter(accountId: "${id}") {
    agentSegments(lastMinutes: ${minutes}) { totalAgentConversationSegments }
    skillSegments(lastMinutes: ${minutes}) { totalSkillConversationSegments }
    skills(first: 3) { nodes { id current { assignedConversations } } } } }`;
};
const boards = 6;

withRedis("three gateways, each a process of its own, under load", () => {
  let redis: RedisServer;
  let folder: string;
  beforeAll(async () => {
    [redis, folder] = await Promise.all([startRedis(), build()]);
  }, 120_000);
  afterAll(() => redis.stop());

  test("share calls and limits, and go on when one is killed, stopped or started, and when Redis goes and comes", {
    timeout: 240_000,
  }, async () => {
    const now = Date.parse("2026-03-11T12:00:00Z");
    const simulator = await startSimulator({ accounts, now: () => now, limitsNow: Date.now, latencyMs: { base: 40, jitter: 40 } });
    onTestFinished(() => simulator.close());
    const ttl = { TTL_SEGMENTS_SECONDS: "1", TTL_CURRENT_SECONDS: "1", TTL_KEY_METRICS_SECONDS: "1" };
    const limits = { LP_MAX_CONCURRENT: String(maxConcurrent), LP_MAX_PER_MINUTE: "3000" };
    const add = await replicaProcesses(folder, simulator, { ...ownPrefix(), ...ttl, ...limits, REDIS_URL: redis.url });
    const replicas = await Promise.all([add(), add(), add()]);
    const truth = new Map<string, string>();
    const failures: string[] = [];
    const killed = new Set<ReplicaProcess>();
    let answers = 0;
    let isOver = false;

    const look = async (replica: ReplicaProcess, query: string) => {
      try {
        const { data, errors } = await replica.ask(query);
        const figures = JSON.stringify(data);
        if (errors) failures.push(JSON.stringify(errors));
        else if (!truth.has(query)) truth.set(query, figures);
        else if (truth.get(query) !== figures) failures.push(`${figures} in place of ${truth.get(query)}`);
        answers++;
      } catch (error) {
        if (!killed.has(replica)) failures.push(String(error));
      }
    };
    const viewer = async (index: number) => {
      for (let turn = index; !isOver; turn++) {
        const replica = replicas[turn % replicas.length]!;
        await Promise.race([look(replica, board(turn % boards)), wait(1_500)]);
        await wait(100);
      }
    };
    const callsIn = async (ms: number) => {
      const before = simulator.counts().total;
      await wait(ms);
      return simulator.counts().total - before;
    };
    const runningOf = () => Object.entries(simulator.counts().services).map(([name, { maxRunning }]) => ({ name, maxRunning }));
    const all = (word: string, some: readonly ReplicaProcess[] = replicas) =>
      expect
        .poll(() => Promise.all(some.map((each) => each.redis())), { timeout: 30_000 })
        .toEqual(some.map(() => expect.stringContaining(word)));

    const viewers = Array.from({ length: 9 }, (_, index) => viewer(index));
    await wait(1_500);
    // Six boards need at most so many calls in a second: two of segments for each of three windows, one of skills, for two accounts.
    const most = 14;
    expect(await callsIn(2_000)).toBeLessThanOrEqual(3 * most);

    // Killed: its calls and permits go over to the others.
    const [dead] = replicas.splice(0, 1) as [ReplicaProcess];
    killed.add(dead);
    dead.running.process.kill("SIGKILL");
    await wait(1_000);
    replicas.push(await add());

    // Stopped for longer than its claims last, and on again.
    replicas[0]!.running.process.kill("SIGSTOP");
    await wait(4_000);
    replicas[0]!.running.process.kill("SIGCONT");
    await wait(1_000);
    expect(await callsIn(2_000)).toBeLessThanOrEqual(3 * most);
    for (const { name, maxRunning } of runningOf()) expect(maxRunning, name).toBeLessThanOrEqual(maxConcurrent);

    for (let round = 0; round < 2; round++) {
      await redis.signal("SIGKILL");
      await all("away");
      await wait(1_000);
      await redis.restart();
      await all("ok");
    }
    await redis.signal("SIGSTOP");
    await all("too slow");
    await redis.signal("SIGCONT");
    await all("ok");
    // Each tells what it used, and then the budget is one again.
    await wait(3_500);
    expect(await callsIn(2_000)).toBeLessThanOrEqual(3 * most);

    isOver = true;
    await Promise.all(viewers);
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(300);
    expect(truth.size).toBe(boards);
    expect(new Set(truth.values()).size).toBe(boards);
    // The one that was killed has left some without an answer.
    expect(Object.keys(simulator.counts().byStatus)).toEqual(["200"]);
    for (const { name, maxRunning } of runningOf()) expect(maxRunning, name).toBeLessThanOrEqual(maxConcurrent);
  });

  test("take over a call whose replica dies, for those who wait for it", async () => {
    const simulator = await startSimulator();
    onTestFinished(() => simulator.close());
    const add = await replicaProcesses(folder, simulator, { ...ownPrefix(), REDIS_URL: redis.url });
    const [one, other, third] = (await Promise.all([add(), add(), add()])) as [ReplicaProcess, ReplicaProcess, ReplicaProcess];
    const query = "{ contactCenter { skillSegments(lastMinutes: 60) { totalSkillConversationSegments } } }";
    const calls = () => simulator.counts().byApi["skill-segments"] ?? 0;
    simulator.fault({ api: "skill-segments", kind: "hang", times: 1 });
    const lost = one.ask(query).catch(() => "lost");
    await expect.poll(calls).toBe(1);
    const waiting = [other.ask(query), third.ask(query)];
    await wait(300);
    expect(calls()).toBe(1);
    one.running.process.kill("SIGKILL");
    expect(await lost).toBe("lost");
    const answers = await Promise.all(waiting);
    expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined]);
    expect(answers.map(({ extensions }) => extensions?.upstream?.sent).sort()).toEqual([0, 1]);
    expect(calls()).toBe(2);
  });

  test("get the permits of one that was killed with all of them in time for requests that wait", async () => {
    const simulator = await startSimulator();
    onTestFinished(() => simulator.close());
    // Less than the longest exchange, for which a permit would be kept without being renewed.
    const environment = { ...ownPrefix(), REDIS_URL: redis.url, LP_MAX_CONCURRENT: "2", REQUEST_DEADLINE_MS: "20000" };
    const add = await replicaProcesses(folder, simulator, environment);
    const [one, other, third] = (await Promise.all([add(), add(), add()])) as [ReplicaProcess, ReplicaProcess, ReplicaProcess];
    const total = (minutes: number) => `{ contactCenter { agentSegments(lastMinutes: ${minutes}) { totalAgentConversationSegments } } }`;
    simulator.fault({ api: "agent-segments", kind: "hang", times: 2 });
    const lost = [10, 20].map((minutes) => one.ask(total(minutes)).catch(() => "lost"));
    await expect.poll(() => simulator.counts().byApi["agent-segments"], { timeout: 30_000 }).toBe(2);
    one.running.process.kill("SIGKILL");
    expect(await Promise.all(lost)).toEqual(["lost", "lost"]);
    const answers = await Promise.all([other, third].map((replica, at) => replica.ask(total(30 + at))));
    expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined]);
  });
});
