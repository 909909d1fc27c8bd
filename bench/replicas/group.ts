import type { Environment } from "../../src/config.js";
import type { Simulator } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import { type RedisServer, startRedis } from "../../test/redis/redis-server.js";
import { type Line, startLine } from "../../test/support/line.js";

export const replicaCount = 3;
export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const ttlSeconds = 2;
const short: Environment = {
  ...{ TTL_SEGMENTS_SECONDS: String(ttlSeconds), TTL_KEY_METRICS_SECONDS: String(ttlSeconds), TTL_CURRENT_SECONDS: String(ttlSeconds) },
  ...{ TTL_INTERVALS_SECONDS: String(ttlSeconds), LP_MAX_PER_MINUTE: "100000" },
};

/** A board of a team: some of it is every team's, some its own. */
export const board = (team: number): string => `{ contactCenter {
  current { onlineAgents }
  agentSegments(lastMinutes: 60) { totalAgentConversationSegments }
  skillSegments(lastMinutes: ${60 + 60 * (team % 3)}) { totalSkillConversationSegments }
  skills(first: ${3 + team}) { nodes { id name current { assignedConversations } keyMetrics(lastMinutes: 60) { closedConversations } } }
  intervals(lastMinutes: 120, everyMinutes: 60, groupBy: [SKILL]) { nodes { handledConversations } }
} }`;

export interface Group {
  lines: readonly Line[];
  simulator: Simulator;
  redis: RedisServer | null;
}

export async function withLines<T>(
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

export async function withRedis<T>(use: (redis: RedisServer) => Promise<T>): Promise<T> {
  const redis = await startRedis();
  try {
    return await use(redis);
  } finally {
    await redis.stop();
  }
}

export async function scriptsRun(redis: RedisServer): Promise<number> {
  const stats = String(await redis.command("INFO", "commandstats"));
  return ["eval", "evalsha"].reduce((sum, name) => sum + Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0), 0);
}
