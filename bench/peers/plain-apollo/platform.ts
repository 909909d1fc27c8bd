import Keyv from "keyv";
import { request } from "undici";

/** Figures under the names of the schema. An average of -1 is null. */
export type Figures = Readonly<Record<string, number | string | null>>;

export interface Part {
  figures: ReadonlyMap<string, Figures>;
  total: Figures;
}

export interface Cut {
  from: string;
  to: string;
  part: Part;
}

const { LP_URL, LP_ACCOUNT, LP_BEARER, TTL_SECONDS, NOW } = process.env;
const ttlMs = 1_000 * Number(TTL_SECONDS);

/** Answers of the platform by what was asked, in memory. Values are kept as they are: Keyv's own serialization would cost more than the rest. */
const cache = new Keyv();
// Keyv takes "none" as undefined alone, which its types refuse under exactOptionalPropertyTypes.
Object.assign(cache, { serialize: undefined, deserialize: undefined });

async function cached<T>(key: string, fetch: () => Promise<T>): Promise<T> {
  const known = await cache.get<T>(key);
  if (known !== undefined) return known;
  const value = await fetch();
  if (ttlMs > 0) await cache.set(key, value, ttlMs);
  return value;
}

async function ask<T>(method: "GET" | "POST", path: string, body?: string): Promise<T> {
  const response = await request(`${LP_URL}${path}`, {
    method,
    headers: { authorization: `Bearer ${LP_BEARER}`, accept: "application/json", ...(body && { "content-type": "application/json" }) },
    ...(body && { body }),
  });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`The platform answered ${response.statusCode}.`);
  return JSON.parse(text) as T;
}

const renamed: Readonly<Record<string, string>> = {
  avgAgentMessagesinAgentSegment: "avgAgentMessagesInAgentSegment",
  avgTimetoFirstAgentMessageFromAgentAssignment: "avgTimeToFirstAgentMessageFromAgentAssignment",
  avgTimetoFirstAgentMessageFromAgentAssignment_AfterTransfer: "avgTimeToFirstAgentMessageFromAgentAssignmentAfterTransfer",
  avgTimetoFirstAgentMessageFromAgentAssignment_NewConversation: "avgTimeToFirstAgentMessageFromAgentAssignmentNewConversation",
};

function figuresOf(raw: Record<string, number>, asOf: string): Figures {
  const figures: Record<string, number | string | null> = { asOf };
  for (const name in raw) figures[renamed[name] ?? name] = raw[name] === -1 && name.startsWith("avg") ? null : raw[name]!;
  return figures;
}

const rowsOf = (raw: Record<string, Record<string, number>>, asOf: string): Map<string, Figures> =>
  new Map(Object.entries(raw).map(([id, row]) => [id, figuresOf(row, asOf)]));

/** An empty total has zeros for averages too; an average of nothing is null. */
function totalOf(raw: Record<string, number>, asOf: string): Figures {
  const isEmpty = Object.values(raw)[0] === 0;
  return figuresOf(
    isEmpty ? Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, name.startsWith("avg") ? -1 : value])) : raw,
    asOf,
  );
}

type RawFigures = Record<string, number>;
type RawRows = Record<string, RawFigures>;

/** Skill segments of these skills: one call for each list of ids. */
export async function skillSegments(ids: readonly string[], minutes: number): Promise<Part> {
  const path = `/operations/api/account/${LP_ACCOUNT}/msgskillsegments?v=1&timeframe=${minutes}&skillIds=${ids.join(",")}`;
  return cached(path, async () => {
    const asOf = new Date().toISOString();
    const { skillsMetrics, metricsTotal } = await ask<{ skillsMetrics: RawRows; metricsTotal: RawFigures }>("GET", path);
    return { figures: rowsOf(skillsMetrics, asOf), total: totalOf(metricsTotal, asOf) };
  });
}

interface RawAgents {
  agentsMetrics: { metricsPerAgent: RawRows };
  metricsTotal: RawFigures;
}

/** Agent segments of these agents, or of all. */
export async function agentSegments(ids: readonly string[] | "all", minutes: number): Promise<Part> {
  const path = agentPath(ids, minutes);
  return cached(path, async () => {
    const asOf = new Date().toISOString();
    return agentPart(await ask<RawAgents>("GET", path), asOf);
  });
}

/** The same in intervals, oldest first. */
export async function agentIntervals(ids: readonly string[] | "all", minutes: number, everyMinutes: number): Promise<Cut[]> {
  const path = `${agentPath(ids, minutes)}&interval=${everyMinutes}`;
  return cached(path, async () => {
    const asOf = new Date().toISOString();
    const { metricsByIntervals } = await ask<{ metricsByIntervals: (RawAgents & { timestamp: number; metricsData?: RawAgents })[] }>(
      "GET",
      path,
    );
    return metricsByIntervals
      .sort((a, b) => a.timestamp - b.timestamp)
      .map(({ timestamp, metricsData, ...bare }) => ({
        from: new Date(timestamp).toISOString(),
        to: new Date(timestamp + everyMinutes * 60_000).toISOString(),
        part: agentPart(metricsData ?? bare, asOf),
      }));
  });
}

const agentPath = (ids: readonly string[] | "all", minutes: number): string =>
  `/operations/api/account/${LP_ACCOUNT}/msgagentsegments?v=1&timeframe=${minutes}&agentIds=${ids === "all" ? ids : ids.join(",")}`;

const agentPart = ({ agentsMetrics, metricsTotal }: RawAgents, asOf: string): Part => ({
  figures: rowsOf(agentsMetrics.metricsPerAgent, asOf),
  total: totalOf(metricsTotal, asOf),
});

const byTime = (
  "avg_wait_time avg_wait_time_first_response avg_time_to_response avg_time_to_first_response_first_assignment " +
  "closed_conversations closed_by_agent closed_by_consumer auto_closed concluded_conversations csat"
).split(" ");
const currentValue = (
  "assigned_conversations unassigned_conversations active_conversations open_conversations overdue_conversations_in_queue " +
  "overdue_conversations_assigned overdue_conversations_total queue_wait_time_50th_percentile queue_wait_time_90th_percentile " +
  "agent_load human_agent_load human_online_load human_away_load available_slots online_agents away_agents back_soon_agents"
).split(" ");

/** Key metrics of these skills over a window. */
export const keyMetrics = (skillIds: readonly string[], minutes: number): Promise<Part> =>
  ofSkills(skillIds, minutes, { metricsToRetrieveByTime: byTime });

/** Key metrics of these skills as they stand now, with their names beside them. */
export const currentMetrics = (skillIds: readonly string[]): Promise<Part> =>
  ofSkills(skillIds, 60, { metricsToRetrieveCurrentValue: currentValue });

interface RawGroups {
  groupBy: { groups: { key: string; keyDescription: string; metrics: RawFigures }[] };
}

async function ofSkills(skillIds: readonly string[], minutes: number, wanted: Record<string, string[]>): Promise<Part> {
  return cached(JSON.stringify([skillIds, minutes, wanted]), async () => {
    const to = Math.ceil((NOW ? Number(NOW) : Date.now()) / 60_000) * 60_000;
    const asOf = new Date().toISOString();
    const filters = { time: { from: to - minutes * 60_000, to }, skillIds };
    const body = JSON.stringify({ filters, groupBy: "skillId", responseSections: ["groupBy"], ...wanted });
    const figures = new Map<string, Figures>();
    for (let offset = 0, more = true; more; offset += keysPerPage) {
      const path = `/manager_workspace/api/account/${LP_ACCOUNT}/metrics?offset=${offset}&limit=${keysPerPage}`;
      const { groups } = (await ask<RawGroups>("POST", path, body)).groupBy;
      for (const { key, keyDescription, metrics } of groups) {
        figures.set(key, { ...figuresOf(metrics, asOf), name: keyDescription === "NA" ? null : keyDescription });
      }
      more = groups.length === keysPerPage;
    }
    return { figures, total: {} };
  });
}

const keysPerPage = 50;
