import { keyMetricsCurrent } from "../catalogue/key-metrics.js";
import type { Merge } from "../merges.js";
import { floorTo, hourMs } from "../time.js";
import { fetchAgentSegments } from "../upstream/apis/agent-segments/descriptor.js";
import { fetchIntervalMetrics } from "../upstream/apis/interval-metrics/fetch.js";
import { fetchKeyMetrics } from "../upstream/apis/key-metrics/fetch.js";
import { fetchSkillSegments } from "../upstream/apis/skill-segments/descriptor.js";
import type { AgentSegmentsCall, Exchange, IntervalMetricsCall, KeyMetricsCall, SkillSegmentsCall } from "../upstream/call.js";
import type { AgentSegmentsReply, IntervalRow, KeyMetricsReply, KeyMetricsRow, Rows, Values } from "../upstream/question.js";
import { wholeCall } from "./whole-call.js";

/** Figures by what they are of. */
export type Reading = Readonly<Record<string, Values | null>>;

/** The same figures asked for in two ways that must agree if a merge is to be right. */
export interface Pair {
  /** What has to be turned off where they do not agree; null: nothing is merged because of it. */
  merge: Merge | null;
  assumption: string;
  alone(): Promise<Reading>;
  shared(): Promise<Reading>;
}

export interface Platform {
  account: string;
  /** Names the asking program to the interval metrics. */
  source: string;
  exchange: Exchange;
  now: () => number;
}

const dayMinutes = 1440;
/** Rows compared at once. */
const mostRows = 10;

const agentCall: AgentSegmentsCall = {
  api: "agent-segments",
  lastMinutes: dayMinutes,
  everyMinutes: null,
  groupIds: null,
  userType: "ALL",
  source: null,
  agents: "all",
  skills: null,
};
const skillCall: SkillSegmentsCall = { api: "skill-segments", lastMinutes: dayMinutes, everyMinutes: null, userType: "ALL", skills: "all" };
const noFilters = { agentIds: null, agentGroupIds: null, skillIds: null };
const keyCall: KeyMetricsCall = {
  api: "key-metrics",
  window: { lastMinutes: dayMinutes },
  byTime: true,
  current: false,
  groupBy: "skillId",
  total: false,
  filters: noFilters,
  includeSubGroups: false,
  userType: "ALL",
  order: null,
  take: "all",
};

/** Every pair; what is compared is chosen among what the account was busy with in the last 24 hours. */
export async function* bothWays(platform: Platform): AsyncGenerator<Pair> {
  yield* agentPairs(platform);
  yield* skillPairs(platform);
  yield* keyPairs(platform);
  yield await intervalPair(platform);
}

async function* agentPairs({ account, source, exchange, now }: Platform): AsyncGenerator<Pair> {
  const ask = async (call: Partial<AgentSegmentsCall>, by = exchange) =>
    (await wholeCall(fetchAgentSegments, { ...agentCall, ...call }, { account, source, exchange: by, now })).reply;
  const { bySkill } = await ask({ skills: "all" });
  const skillsOf = (agent: string) => [...(bySkill ?? [])].filter(([, rows]) => rows.has(agent)).map(([skill]) => skill);
  const seen = new Set([...(bySkill?.values() ?? [])].flatMap((rows) => [...rows.keys()]));
  const agents = [...seen].filter(named).sort((a, b) => skillsOf(b).length - skillsOf(a).length);
  const [agent = "0"] = agents;
  const [skill = "0"] = skillsOf(agent).filter(named);
  const own = ({ agents: rows, total }: AgentSegmentsReply) => ({ row: rows.get(agent) ?? null, total });
  const row = (reply: AgentSegmentsReply) => ({ row: own(reply).row });
  const alone = async () => own(await ask({ agents: [agent] }));

  yield {
    merge: "widen",
    assumption: "agents' rows are the same alone and with all others",
    alone: async () => row(await ask({ agents: [agent] })),
    shared: async () => row(await ask({})),
  };
  yield {
    merge: "split",
    assumption: "agents' rows and totals are the same beside a split by one skill",
    alone,
    shared: async () => own(await ask({ agents: [agent], skills: [skill] })),
  };
  yield {
    merge: null,
    assumption: "agents' rows and totals are the same beside a split by all skills",
    alone,
    shared: async () => own(await ask({ agents: [agent], skills: "all" })),
  };
  yield {
    merge: "summary",
    assumption: "agents' rows and totals are the same beside intervals",
    alone,
    shared: async () => own(await ask({ agents: [agent], everyMinutes: 60 })),
  };
  const unnamed: Exchange = (request) => exchange({ ...request, path: request.path.replace("&agentIds=all", "") });
  const total = ({ total }: AgentSegmentsReply) => ({ total });
  yield {
    merge: null,
    assumption: "the total of agentIds=all is the total without agentIds",
    alone: async () => total(await ask({}, unnamed)),
    shared: async () => total(await ask({})),
  };
}

async function* skillPairs(platform: Platform): AsyncGenerator<Pair> {
  const ask = async (call: Partial<SkillSegmentsCall>) => (await wholeCall(fetchSkillSegments, { ...skillCall, ...call }, platform)).reply;
  const { skills } = await ask({});
  const [skill = "0"] = busiest(skills, "totalSkillConversationSegments");
  const row = async (call: Partial<SkillSegmentsCall>) => ({ row: (await ask(call)).skills.get(skill) ?? null });
  const alone = () => row({ skills: [skill] });
  yield { merge: "widen", assumption: "skills' rows are the same alone and with all others", alone, shared: () => row({}) };
  yield {
    merge: "summary",
    assumption: "skills' rows are the same beside intervals",
    alone,
    shared: () => row({ skills: [skill], everyMinutes: 60 }),
  };
}

async function* keyPairs(platform: Platform): AsyncGenerator<Pair> {
  const ask = async (call: Partial<KeyMetricsCall>) => (await wholeCall(fetchKeyMetrics, { ...keyCall, ...call }, platform)).reply;
  const counted = ({ byTime }: KeyMetricsRow) => byTime.closedConversations ?? 0;
  // With current values the platform lists every skill, busy or not.
  const { rows } = await ask({ current: true });
  const busy = rows.toSorted((a, b) => counted(b) - counted(a)).slice(0, mostRows);
  const skills = busy.length > 0 ? busy.map(({ id }) => id) : ["0"];
  const byTime = ({ rows: found }: KeyMetricsReply) => picked(found, skills, (row) => row.byTime);
  const current = ({ rows: found }: KeyMetricsReply) => picked(found, skills, (row) => steady(row.current));
  const total = ({ total: all }: KeyMetricsReply) => ({ total: all && { ...all.byTime, ...steady(all.current) } });
  const filtered = { filters: { ...noFilters, skillIds: skills } };
  const both = { current: true, total: true };

  yield {
    merge: "keys",
    assumption: "skills' rows are the same with and without a filter for them",
    alone: async () => byTime(await ask({})),
    shared: async () => byTime(await ask(filtered)),
  };
  yield {
    merge: "total",
    assumption: "the total is the same with and without rows beside it",
    alone: async () => total(await ask({ ...both, groupBy: null, take: 0 })),
    shared: async () => total(await ask(both)),
  };
  yield {
    merge: "current",
    assumption: "current values are the same in a window of a day and in one of a minute with its figures beside them",
    alone: async () => current(await ask({ byTime: false, current: true })),
    shared: async () => current(await ask({ ...both, window: { lastMinutes: 1 } })),
  };
}

async function intervalPair(platform: Platform): Promise<Pair> {
  const to = floorTo(platform.now(), hourMs) - 3 * hourMs;
  const call: IntervalMetricsCall = {
    api: "interval-metrics",
    grouping: ["SKILL", "AGENT"],
    everyMinutes: 60,
    handleTimeModel: "IFT",
    window: { from: to - 8 * hourMs, to },
    filters: {},
    includeBotSkills: false,
  };
  const ask = async (filters: IntervalMetricsCall["filters"]) =>
    (await wholeCall(fetchIntervalMetrics, { ...call, filters }, platform)).reply.rows;
  const agents = (await ask({})).map(({ ids }) => ids.AGENT).filter((id) => id !== undefined);
  const count = (agent: string) => agents.filter((other) => other === agent).length;
  const [agent = "0"] = [...new Set(agents)].sort((a, b) => count(b) - count(a));
  const ofAgent = (rows: readonly IntervalRow[]) =>
    Object.fromEntries(
      rows
        .filter(({ ids }) => ids.AGENT === agent)
        .map(({ ids, window, values }) => [`${ids.SKILL} ${new Date(window.from).toISOString()}`, values]),
    );
  return {
    merge: "unfiltered",
    assumption: "an agent's interval rows are the same with and without a filter for the agent",
    alone: async () => ofAgent(await ask({ AGENT: agent })),
    shared: async () => ofAgent(await ask({})),
  };
}

/** The key "null" is a row without an entity, which nobody can ask for. */
const named = (id: string): boolean => id !== "null";

const busiest = (rows: Rows, metric: string): string[] =>
  [...rows.keys()].filter(named).sort((a, b) => (rows.get(b)?.[metric] ?? 0) - (rows.get(a)?.[metric] ?? 0));

const picked = (rows: readonly KeyMetricsRow[], ids: readonly string[], valuesOf: (row: KeyMetricsRow) => Values): Reading =>
  Object.fromEntries(ids.map((id) => [id, rows.filter((row) => row.id === id).map(valuesOf)[0] ?? null]));

/** Current values without those that grow while one looks: how long consumers have waited. */
function steady(current: Values): Values {
  const growing = new Set(keyMetricsCurrent.inOrder.flatMap(({ field, unit }) => (unit === "MILLISECONDS" ? [field] : [])));
  return Object.fromEntries(Object.entries(current).filter(([field]) => !growing.has(field)));
}
