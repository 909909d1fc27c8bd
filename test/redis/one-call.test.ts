import { afterAll, beforeAll, expect, test } from "vitest";
import type { Simulator } from "../../src/simulator/controls.js";
import { type Line, startLine } from "../support/line.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { ownPrefix, startReplicas } from "./replica-lines.js";
import { withRedis } from "./with-redis.js";

const board = (skill: number) => `{ contactCenter {
  agentSegments(lastMinutes: 60) { totalAgentConversationSegments }
  skillSegments(lastMinutes: 60) { totalSkillConversationSegments }
  current { onlineAgents }
  skills(first: ${skill}) { nodes { id name current { assignedConversations } keyMetrics(lastMinutes: 60) { closedConversations } } }
  intervals(lastMinutes: 120, everyMinutes: 60, groupBy: [SKILL]) { nodes { handledConversations } }
} }`;
const simple = "{ contactCenter { skillSegments(lastMinutes: 60) { totalSkillConversationSegments } } }";
const explained = { headers: { "x-gateway-explain": "calls" } };
const codesOf = (answers: readonly Awaited<ReturnType<Line["ask"]>>[]) =>
  answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));

withRedis("the calls of several replicas", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const replicas = (options: Partial<Parameters<typeof startReplicas>[0]> = {}) =>
    startReplicas({ redisUrl: redis.url, ...options, environment: { ...ownPrefix(), ...options.environment } });

  test("are those of one, when all viewers come at once and nothing is known", async () => {
    const simulated = { latencyMs: { base: 60, jitter: 20 } };
    const alone = await startLine(simulated);
    const viewers = [1, 2, 3, 4, 5, 6].map(board);
    await Promise.all(viewers.map((query) => alone.ask(query)));
    const least = alone.calls();
    await alone.stop();

    const { lines } = await replicas({ simulated });
    const answers = await Promise.all(viewers.flatMap((query) => lines.map((line) => line.ask(query))));
    expect(codesOf(answers)).toEqual([]);
    for (let viewer = 0; viewer < viewers.length; viewer++) {
      const same = answers.slice(3 * viewer, 3 * viewer + 3).map(({ data }) => data);
      expect(same[1]).toEqual(same[0]);
      expect(same[2]).toEqual(same[0]);
    }
    expect(lines[0]!.calls()).toBeLessThanOrEqual(least);
  });

  test("are joined: one sends, the others have its answer and its age", async () => {
    const { lines, simulator } = await replicas({ simulated: { latencyMs: { base: 150, jitter: 0 } } });
    const answers = await Promise.all(lines.map((line) => line.ask(simple, explained)));
    expect(simulator.counts().byApi).toEqual({ "skill-segments": 1 });
    const outcomes = answers.map(({ extensions }) => extensions.upstream?.calls.map(({ outcome }) => outcome).join());
    expect(outcomes.sort()).toEqual(["JOINED", "JOINED", "SENT"]);
    expect(new Set(answers.map(({ extensions }) => extensions.freshness?.oldestAsOf)).size).toBe(1);
  });

  test("are one when an answer expires under many viewers", async () => {
    const environment = { TTL_SEGMENTS_SECONDS: "1", STALE_SECONDS: "60" };
    const { lines, simulator } = await replicas({ environment, simulated: { latencyMs: { base: 40, jitter: 10 } } });
    const began = Date.now();
    const calls = () => simulator.counts().total;
    const viewer = async (line: Line, index: number) => {
      await new Promise((wait) => setTimeout(wait, index * 30));
      for (; calls() < 4; await new Promise((wait) => setTimeout(wait, 150))) expect((await line.ask(simple)).errors).toEqual([]);
    };
    await Promise.all(lines.flatMap((line) => [0, 1, 2].map((index) => viewer(line, index))));
    // One at first, and one each time that it is older than a second.
    expect(calls()).toBeLessThanOrEqual(1 + (Date.now() - began) / 1_000);
  });

  test("that fail are told to all, and not made again by each", async () => {
    const { lines, simulator } = await replicas({
      environment: { LP_RETRY_PAUSES_SECONDS: "1" },
      simulated: { latencyMs: { base: 80, jitter: 0 } },
    });
    simulator.fault({ api: "skill-segments", status: 503 });
    const answers = await Promise.all(lines.map((line) => line.ask(simple)));
    expect(codesOf(answers)).toEqual(Array(3).fill("UPSTREAM_UNAVAILABLE"));
    // One, and one retry.
    expect(simulator.counts().total).toBe(2);
  });

  test("that hang are made once more, and not once by each replica", async () => {
    const { lines, simulator } = await replicas({ simulated: { latencyMs: { base: 10, jitter: 0 } } });
    // How long such a call usually takes is known to all of them.
    for (const [index, line] of lines.entries()) {
      const query = simple.replace("60", `${100 + index}`);
      expect((await line.ask(query)).errors).toEqual([]);
    }
    simulator.resetCounts();
    simulator.fault({ api: "skill-segments", kind: "hang", times: 1 });
    const answers = await Promise.all(lines.map((line) => line.ask(simple)));
    expect(codesOf(answers)).toEqual([]);
    expect(simulator.counts().total).toBe(2);
  });

  test("that wait for another replica end with the deadline of whoever asked", async () => {
    const { lines, simulator } = await replicas({ count: 2, environment: { REQUEST_DEADLINE_MS: "1500" } });
    simulator.fault({ api: "skill-segments", kind: "hang" });
    const answers = await Promise.all(lines.map((line) => line.ask(simple)));
    expect(codesOf(answers)).toEqual(["UPSTREAM_TIMEOUT", "UPSTREAM_TIMEOUT"]);
  });

  test("find an id that the platform refuses together, and each remembers it", async () => {
    const simulated = { latencyMs: { base: 40, jitter: 0 } };
    const agents = Array.from({ length: 16 }, (_, index) => String(1_001 + index));
    const query = `{ contactCenter { ${agents.map((id) => `a${id}: agent(id: "${id}") { segments(lastMinutes: 60) { totalAgentConversationSegments } }`).join(" ")} } }`;
    const refuse = (simulator: Simulator) => {
      for (const contains of ["agentIds=all", "1005"]) simulator.fault({ api: "agent-segments", status: 400, contains });
    };
    const poll = async (lines: readonly Line[]) => {
      const answers = await Promise.all(lines.map((line) => line.ask(query)));
      for (const { errors } of answers) {
        expect(errors.map(({ path, extensions }) => [path?.join("."), extensions.code])).toEqual([
          ["contactCenter.a1005.segments", "UPSTREAM_REJECTED"],
        ]);
      }
    };
    const alone = await startLine(simulated);
    refuse(alone.simulator);
    await poll([alone]);
    const least = alone.calls();
    await alone.stop();

    const { lines, simulator } = await replicas({ simulated });
    refuse(simulator);
    await poll(lines);
    expect(lines[0]!.calls()).toBeLessThanOrEqual(least + 2);
    const before = lines[0]!.calls();
    await poll(lines);
    expect(lines[0]!.calls()).toBe(before);
  });
});
