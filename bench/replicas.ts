import { gunzipSync, gzipSync } from "node:zlib";
import { Packr } from "msgpackr";
import { systemClock } from "../src/clock.js";
import type { Environment } from "../src/config.js";
import type { Simulator } from "../src/simulator/controls.js";
import { startSimulator } from "../src/simulator/simulator.js";
import { apiByName } from "../src/upstream/apis/registry.js";
import { callAlone } from "../src/upstream/planning/plan.js";
import type { Question } from "../src/upstream/question.js";
import { decoded, encoded } from "../src/upstream/redis/answer-codec.js";
import { RedisClock } from "../src/upstream/redis/redis-clock.js";
import { candidates, type RedisServer, redisPath, startRedis } from "../test/redis/redis-server.js";
import { type Line, startLine } from "../test/support/line.js";
import { agentRows, intervalRows, keyRows } from "../test/upstream/questions-by-hand.js";
import { replyTo } from "../test/upstream/replies-by-hand.js";
import { middle, quantile } from "./quantile.js";
import { check } from "./workload.js";

const replicaCount = 3;
const mostRatio = 1.05;
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Three replicas on one Redis beside a gateway alone: calls, latency, Redis operations, and what is left when Redis goes and comes. */
export async function benchReplicas(part: string): Promise<void> {
  if (!redisPath) throw new Error(`There is no Redis: none of ${candidates.join(", ")}. REDIS_SERVER_PATH names another.`);
  const parts: Record<string, () => Promise<void>> = { encoding, calls, latency, outage, model };
  for (const [name, run] of Object.entries(parts)) if (part === "all" || part === name) await run();
}

// ------------------------------------------------------------ how answers are written

async function encoding(): Promise<void> {
  const clock = new RedisClock(systemClock);
  clock.learn(Date.now(), systemClock.monotonic());
  const ids = Array.from({ length: 500 }, (_, index) => String(4_000_000 + index));
  const questions: [string, Question][] = [
    ["500 agents, 15 min intervals", agentRows({ agents: "all", everyMinutes: 15, lastMinutes: 240 })],
    ["500 skills, key metrics", keyRows({ keys: "all", current: true })],
    ["500 skills, 96 intervals", intervalRows({ window: { from: 0, to: 86_400_000 } })],
  ];
  console.log("An answer as it is written to Redis: bytes, and ms of CPU to write and to read and check it");
  for (const [name, question] of questions) {
    const api = apiByName[question.api];
    const { call } = callAlone(question);
    const reply = replyTo(call, "a", "own", Date.now() - 1_000, [], { ids });
    const record = { call, reply, bytes: 0, pages: 1, askedMonotonic: systemClock.monotonic() };
    const answer = { scope: "s", slot: "[]", record, keepUntil: Date.now() + 60_000 };
    const plain = { call, reply: api.stored.bare(reply) };
    const written = () => JSON.stringify(plain, (_, value) => (value instanceof Map ? [...value] : value));
    const json = written();
    const gzipped = gzipSync(json, { level: 1 });
    const packed = encoded(api, answer, clock);
    const zipped = gzipSync(packed, { level: 1 });
    const unchecked = new Packr({ useRecords: true, mapsAsObjects: false });
    const rows: [string, number, () => unknown, () => unknown][] = [
      ["JSON", json.length, written, () => JSON.parse(json)],
      ["JSON, gzip", gzipped.length, () => gzipSync(written(), { level: 1 }), () => JSON.parse(gunzipSync(gzipped).toString())],
      ["msgpackr, unchecked", packed.length, () => unchecked.pack(plain), () => unchecked.unpack(packed)],
      [
        "msgpackr, gzip, unchecked",
        zipped.length,
        () => gzipSync(unchecked.pack(plain), { level: 1 }),
        () => unchecked.unpack(gunzipSync(zipped)),
      ],
      ["as it is: msgpackr, checked", packed.length, () => encoded(api, answer, clock), () => decoded(api, packed, clock)],
    ];
    for (const [how, bytes, write, read] of rows) {
      console.log(
        `${name.padEnd(30)} ${how.padEnd(28)} ${String(bytes).padStart(9)} (${((100 * bytes) / json.length).toFixed(0).padStart(3)}%) ${cpuMs(write)} ${cpuMs(read)}`,
      );
    }
  }
}

function cpuMs(work: () => unknown): string {
  for (let round = 0; round < 3; round++) work();
  const rounds = 10;
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1_000 / rounds).toFixed(2).padStart(8);
}

// ------------------------------------------------------------ calls

const ttlSeconds = 2;
const short: Environment = {
  ...{ TTL_SEGMENTS_SECONDS: String(ttlSeconds), TTL_KEY_METRICS_SECONDS: String(ttlSeconds), TTL_CURRENT_SECONDS: String(ttlSeconds) },
  ...{ TTL_INTERVALS_SECONDS: String(ttlSeconds), LP_MAX_PER_MINUTE: "100000" },
};

/** A board of a team: some of it is every team's, some its own. */
const board = (team: number): string => `{ contactCenter {
  current { onlineAgents }
  agentSegments(lastMinutes: 60) { totalAgentConversationSegments }
  skillSegments(lastMinutes: ${60 + 60 * (team % 3)}) { totalSkillConversationSegments }
  skills(first: ${3 + team}) { nodes { id name current { assignedConversations } keyMetrics(lastMinutes: 60) { closedConversations } } }
  intervals(lastMinutes: 120, everyMinutes: 60, groupBy: [SKILL]) { nodes { handledConversations } }
} }`;

/** So many polls as dashboards make in ten minutes, which poll three times within a time to live of 15 s: 120 polls of each. */
const polls = 120;
const pollMs = (ttlSeconds * 1_000) / 3;

async function calls(): Promise<void> {
  const viewers = 24;
  console.log(
    `\n${viewers} viewers with 6 boards, ${polls} polls each (ten minutes with a time to live of 15 s), spread over the replicas; calls to the platform`,
  );
  const alone = await withLines(1, null, (group) => polling(group, viewers, polls));
  const together = await withRedis((redis) => withLines(replicaCount, redis, (group) => polling(group, viewers, polls)));
  const ratio = together.calls / alone.calls;
  console.log(`one gateway ${alone.calls}, three replicas ${together.calls}: ${ratio.toFixed(3)} (at most ${mostRatio})`);
  console.log(
    `Redis scripts: ${together.operations} in ${(together.ms / 1_000).toFixed(0)} s, ${(together.operations / (viewers * polls)).toFixed(2)} for each request, ${(together.operations / together.calls).toFixed(1)} for each call`,
  );

  const cold: { alone: number; together: number }[] = [];
  for (let round = 0; round < 5; round++) {
    const one = await withLines(1, null, (group) => polling(group, viewers, 1));
    const three = await withRedis((redis) => withLines(replicaCount, redis, (group) => polling(group, viewers, 1)));
    cold.push({ alone: one.calls, together: three.calls });
  }
  const sum = (of: "alone" | "together") => cold.reduce((total, each) => total + each[of], 0);
  console.log(
    `started cold, all at once, five times: one gateway ${sum("alone")}, three replicas ${sum("together")}: ${(sum("together") / sum("alone")).toFixed(3)}`,
  );
  check(ratio <= mostRatio, `three replicas made ${ratio.toFixed(3)} times the calls of one`);
  check(sum("together") / sum("alone") <= mostRatio, "three replicas that were started cold made more calls than one");
}

interface Group {
  lines: readonly Line[];
  simulator: Simulator;
  redis: RedisServer | null;
}

interface Measured {
  calls: number;
  operations: number;
  ms: number;
  failures: number;
}

async function polling({ lines, simulator, redis }: Group, viewers: number, times: number): Promise<Measured> {
  simulator.resetCounts();
  const before = redis ? await scriptsRun(redis) : 0;
  const began = performance.now();
  let failures = 0;
  const viewer = async (index: number) => {
    if (times > 1) await wait((pollMs * index) / viewers);
    for (let turn = 0; turn < times; turn++) {
      const { errors } = await lines[(index + turn) % lines.length]!.ask(board(index % 6));
      failures += errors.length;
      const next = began + (turn + 1 + index / viewers) * pollMs;
      if (turn + 1 < times) await wait(Math.max(0, next - performance.now()));
    }
  };
  await Promise.all(Array.from({ length: viewers }, (_, index) => viewer(index)));
  check(failures === 0, `${failures} fields failed`);
  const ms = performance.now() - began;
  return { calls: lines[0]!.calls(), operations: redis ? (await scriptsRun(redis)) - before : 0, ms, failures };
}

async function withLines<T>(
  count: number,
  redis: RedisServer | null,
  use: (group: Group) => Promise<T>,
  environment: Environment = {},
): Promise<T> {
  const simulator = await startSimulator({ latencyMs: { base: 30, jitter: 30 } });
  const settings = { ...short, ...environment, ...(redis && { REDIS_URL: redis.url, REDIS_PREFIX: `b${prefixes++}` }) };
  const lines: Line[] = [];
  for (let index = 0; index < count; index++) lines.push(await startLine({}, settings, undefined, undefined, undefined, simulator));
  try {
    return await use({ lines, simulator, redis });
  } finally {
    for (const line of lines) await line.stopGateway();
    await simulator.close();
  }
}
let prefixes = 0;

async function withRedis<T>(use: (redis: RedisServer) => Promise<T>): Promise<T> {
  const redis = await startRedis();
  try {
    return await use(redis);
  } finally {
    await redis.stop();
  }
}

async function scriptsRun(redis: RedisServer): Promise<number> {
  const stats = String(await redis.command("INFO", "commandstats"));
  return ["eval", "evalsha"].reduce((sum, name) => sum + Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0), 0);
}

// ------------------------------------------------------------ latency

async function latency(): Promise<void> {
  const times = 300;
  await withRedis(async (redis) => {
    const simulator = await startSimulator();
    const lines = await Promise.all(
      [{}, { REDIS_URL: redis.url }].map((more) =>
        startLine({}, { LP_MAX_PER_MINUTE: "100000", MAX_UPSTREAM_CALLS: "1000", ...more }, undefined, undefined, undefined, simulator),
      ),
    );
    const [without, withIt] = lines as [Line, Line];
    const took = async (line: Line, minutes: number) => {
      const began = performance.now();
      const { errors } = await line.ask(`{ contactCenter { skillSegments(lastMinutes: ${minutes}) { totalSkillConversationSegments } } }`);
      check(errors.length === 0, JSON.stringify(errors));
      return performance.now() - began;
    };
    console.log(`\nLatency of one question, ms, in one run: median (95 %); ${times} each`);
    const cold = { without: [] as number[], withIt: [] as number[] };
    for (let index = 0; index < times + 20; index++) {
      for (const [name, line] of index % 2
        ? ([
            ["without", without],
            ["withIt", withIt],
          ] as const)
        : ([
            ["withIt", withIt],
            ["without", without],
          ] as const)) {
        const ms = await took(line, 1 + index);
        if (index >= 20) cold[name].push(ms);
      }
    }
    const before = await scriptsRun(redis);
    const hot = { without: [] as number[], withIt: [] as number[] };
    for (let index = 0; index < times; index++) {
      for (const [name, line] of [
        ["without", without],
        ["withIt", withIt],
      ] as const)
        hot[name].push(await took(line, 1 + (index % 20)));
    }
    const shown = (of: number[]) => `${middle(of).toFixed(2)} (${quantile(of, 0.95).toFixed(2)})`;
    for (const [name, { without: plain, withIt: shared }] of Object.entries({ hot, cold })) {
      console.log(
        `${name.padEnd(5)} without Redis ${shown(plain)}, with Redis ${shown(shared)}: ${(middle(shared) - middle(plain)).toFixed(2)} more, ratio ${(middle(shared) / middle(plain)).toFixed(2)}`,
      );
    }
    console.log(`Redis scripts while ${times} hot questions were answered: ${(await scriptsRun(redis)) - before} (heartbeats)`);
    for (const line of lines) await line.stopGateway();
    await simulator.close();
  });
}

// ------------------------------------------------------------ Redis goes and comes

async function outage(): Promise<void> {
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

// ------------------------------------------------------------ the model of docs/scaling.md

async function model(): Promise<void> {
  console.log("\nCalls a minute and Redis scripts a second, beside what docs/scaling.md predicts");
  for (const [questions, viewers] of [
    [2, 6],
    [6, 6],
    [6, 36],
    [18, 36],
  ] as const) {
    const seconds = 16;
    const measured = await withRedis((redis) =>
      withLines(replicaCount, redis, async ({ lines, simulator }) => {
        const end = performance.now() + seconds * 1_000;
        const began = await scriptsRun(redis);
        simulator.resetCounts();
        const viewer = async (index: number) => {
          await wait((400 * index) / viewers);
          for (let turn = index; performance.now() < end; turn++) {
            const query = `{ contactCenter { skillSegments(lastMinutes: ${60 + (index % questions)}) { totalSkillConversationSegments } } }`;
            check((await lines[turn % replicaCount]!.ask(query)).errors.length === 0, "a question failed");
            await wait(400);
          }
        };
        await Promise.all(Array.from({ length: viewers }, (_, index) => viewer(index)));
        return { calls: lines[0]!.calls(), scripts: (await scriptsRun(redis)) - began };
      }),
    );
    const predicted = { calls: (questions * 60) / ttlSeconds, scripts: predictedScripts(replicaCount, 1, questions / ttlSeconds) };
    const callsPerMinute = (measured.calls * 60) / seconds;
    const scriptsPerSecond = measured.scripts / seconds;
    console.log(
      `${String(questions).padStart(3)} questions, ${String(viewers).padStart(3)} viewers: calls ${callsPerMinute.toFixed(0)} a minute, predicted at most ${predicted.calls.toFixed(0)}; Redis scripts ${scriptsPerSecond.toFixed(0)} a second, predicted at most ${predicted.scripts.toFixed(0)}`,
    );
  }
}

/** Heartbeats of each replica; each call is claimed, permitted, used, told, stored, ended; each other replica reads its answer, or tries to claim it first. */
const predictedScripts = (replicas: number, servicesInUse: number, callsPerSecond: number): number =>
  replicas * (2 + servicesInUse + 0.4) + callsPerSecond * (7 + 3 * (replicas - 1));
