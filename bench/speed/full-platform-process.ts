import { createServer } from "node:http";
import { agentSegmentMetrics } from "../../src/catalogue/agent-segments.js";
import { seeded } from "../../src/simulator/random.js";

/**
 * A platform with agent segments alone, in which every agent has every metric in every interval, and one skill: no modelled contact centre is as full.
 * It prints its rows once, so that it answers at next to no cost. AGENTS: how many.
 */
const agents = Array.from({ length: Number(process.env.AGENTS) }, (_, at) => String(1_000_000 + at));
const names = agentSegmentMetrics.inOrder.map(({ upstream }) => upstream);
const random = seeded(1);
const figures = () =>
  Object.fromEntries(names.map((name) => [name, name.startsWith("avg") ? Math.round(random() * 1e9) / 1e3 : Math.floor(random() * 500)]));

const rows = () => ({ metricsPerAgent: Object.fromEntries(agents.map((id) => [id, figures()])) });
const printed = () => JSON.stringify({ agentsMetrics: rows(), metricsTotal: figures() });
const summary = printed();
const summaryBySkill = JSON.stringify({ metricsPerSkill: { 1: rows() }, agentsMetrics: rows(), metricsTotal: figures() });
const levels: string[] = [];

function levelAt(at: number): string {
  while (levels.length <= at) levels.push(printed());
  return levels[at]!;
}

/** `{...}` with one more property in front. */
const dated = (level: string, timestamp: number): string => `{"timestamp":${timestamp},${level.slice(1)}`;

const server = createServer((request, response) => {
  request.resume();
  const { searchParams } = new URL(request.url!, "http://platform");
  const minutes = Number(searchParams.get("timeframe"));
  const every = Number(searchParams.get("interval") ?? 0);
  const from = Date.now() - minutes * 60_000;
  const intervals = Array.from({ length: every ? minutes / every : 0 }, (_, at) => dated(levelAt(at), from + at * every * 60_000));
  response.setHeader("content-type", "application/json");
  const whole = searchParams.has("skillIds") ? summaryBySkill : summary;
  response.end(every ? `{"metricsByIntervals":[${intervals.join(",")}],"timeframeSummary":${summary}}` : whole);
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  process.send!({ url: `http://127.0.0.1:${port}`, agents });
});
process.once("disconnect", () => process.exit());
