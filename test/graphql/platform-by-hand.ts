import { GatewayError } from "../../src/errors.js";
import { type GatewayContext, PlannedQuestions } from "../../src/graphql/context.js";
import { createDirectoryMemory } from "../../src/graphql/directory-memory.js";
import { minuteMs, slotsOf, type Window } from "../../src/time.js";
import { rowsBySlot } from "../../src/upstream/apis/interval-metrics/fetch.js";
import { rowsById } from "../../src/upstream/apis/key-metrics/fetch.js";
import type {
  AgentSegmentsLevel,
  AgentSegmentsQuestion,
  AgentSegmentsReply,
  Answered,
  ApiName,
  Ids,
  IntervalMetricsQuestion,
  IntervalMetricsReply,
  IntervalRow,
  KeyMetricsQuestion,
  KeyMetricsReply,
  Question,
  SkillSegmentsQuestion,
  SkillSegmentsReply,
} from "../../src/upstream/question.js";

/** Saturday noon, UTC, so that days and hours behind it are whole. */
export const noon = Date.parse("2026-11-21T12:07:30Z");

export const names: Record<string, string> = { 1: "Sales", 2: "Support", 10: "Billing", 5: "Day", "-1": "Main" };
const skills = ["1", "2", "10"];
const groups = ["5", "-1"];
/** Who worked where: agent, group, skill, conversation. */
const worked = [
  { AGENT: "12", AGENT_GROUP: "5", SKILL: "1", CONVERSATION: "c-1" },
  { AGENT: "13", AGENT_GROUP: "5", SKILL: "2", CONVERSATION: "c-2" },
  { AGENT: "100", AGENT_GROUP: "-1", SKILL: "1", CONVERSATION: "c-1" },
];
const agents = worked.map(({ AGENT }) => AGENT);

const only = (ids: Ids, known: readonly string[]) => known.filter((id) => ids === "all" || ids.includes(id));
const sum = (ids: readonly string[]) => ids.reduce((total, id) => total + Number(id), 0);

function agentLevel({ agents: wanted, skills: split, of }: AgentSegmentsQuestion, window: Window): AgentSegmentsLevel {
  const named = only(wanted, agents);
  const rowsOf = (ids: readonly string[]) => new Map(ids.map((id) => [id, { totalAgentConversationSegments: Number(id) }]));
  const within = (skill: string) =>
    rowsOf(worked.filter(({ SKILL, AGENT }) => SKILL === skill && named.includes(AGENT)).map(({ AGENT }) => AGENT));
  return {
    window,
    agents: rowsOf(named),
    bySkill: split && new Map(only(split, skills).map((skill) => [skill, within(skill)])),
    total: of === "total" ? { totalAgentConversationSegments: sum(named) } : null,
  };
}

const windowOf = (lastMinutes: number): Window => ({ from: noon - lastMinutes * minuteMs, to: noon });

function agentSegments(question: AgentSegmentsQuestion): AgentSegmentsReply {
  const window = windowOf(question.lastMinutes);
  const intervals = question.everyMinutes && slotsOf(window, question.everyMinutes * minuteMs).map((slot) => agentLevel(question, slot));
  return { asOf: noon, newestAskedAt: noon, ...agentLevel(question, window), intervals: intervals || null };
}

function skillSegments({ lastMinutes, everyMinutes, skills: wanted, of }: SkillSegmentsQuestion): SkillSegmentsReply {
  const level = (window: Window) => ({
    window,
    skills: new Map(only(wanted, skills).map((id) => [id, { totalSkillConversationSegments: Number(id) }])),
    total: of === "total" ? { totalSkillConversationSegments: sum(only(wanted, skills)) } : null,
  });
  const window = windowOf(lastMinutes);
  return {
    asOf: noon,
    newestAskedAt: noon,
    ...level(window),
    intervals: everyMinutes ? slotsOf(window, everyMinutes * minuteMs).map(level) : null,
  };
}

/** Waits: 1 longest, 10 shorter, 2 none at all. */
const waits: Record<string, number | null> = { 1: 9000, 10: 500, 2: null, 5: 70, "-1": 80 };

function keyMetrics({ of, keys, window, current }: KeyMetricsQuestion): KeyMetricsReply {
  const known = of === "skillId" ? skills : groups;
  const ids = of === "total" ? [] : typeof keys === "object" && "metric" in keys ? known : only(keys, known);
  const figures = (id: string) => ({
    byTime: window ? { avgWaitTime: waits[id] ?? null } : {},
    current: current ? { onlineAgents: Number(id) } : {},
  });
  return {
    asOf: noon,
    newestAskedAt: noon,
    window: window && "from" in window ? window : windowOf(window?.lastMinutes ?? 60),
    ...rowsById(ids.map((id) => ({ id, name: names[id] ?? null, ...figures(id) }))),
    count: of === "total" ? null : ids.length,
    order: null,
    total: of === "total" ? figures("7") : null,
  };
}

function intervalRow(question: IntervalMetricsQuestion, window: Window, ids: (typeof worked)[number]): IntervalRow {
  const grouped = Object.fromEntries(question.grouping.map((kind) => [kind, ids[kind]]));
  const has = (kind: IntervalMetricsQuestion["grouping"][number]) => question.grouping.includes(kind);
  return {
    window,
    ids: grouped,
    skillName: has("SKILL") ? (names[ids.SKILL] ?? null) : null,
    agentGroupName: has("AGENT_GROUP") ? (names[ids.AGENT_GROUP] ?? null) : null,
    agentName: has("AGENT") ? `Agent ${ids.AGENT}` : null,
    agentLogin: has("AGENT") ? `agent${ids.AGENT}@example.org` : null,
    human: true,
    values: { handleTime: 1000, workTime: 2000 },
  };
}

/** One row per worker in the first and the last interval of the window; a bot skill without a human in the first. */
function intervalMetrics(question: IntervalMetricsQuestion): IntervalMetricsReply {
  const slots = slotsOf(question.window, question.everyMinutes * minuteMs);
  const wanted = worked.filter((ids) => Object.entries(question.filters).every(([kind, id]) => ids[kind as keyof typeof ids] === id));
  const rows = [...new Set([slots.at(-1)!, slots[0]!])].flatMap((slot) => {
    const distinct = new Map(wanted.map((ids) => intervalRow(question, slot, ids)).map((row) => [JSON.stringify(row.ids), row]));
    return [...distinct.values()];
  });
  if (question.includeBotSkills && Object.keys(question.filters).length === 0)
    rows.push({ ...rows[0]!, ids: { SKILL: "10" }, skillName: "Billing", human: false, values: { arrivals: 3 } });
  return { asOf: noon, newestAskedAt: noon, window: question.window, ...rowsBySlot(rows, question.everyMinutes), pending: [] };
}

/** What the platform by hand knows of a question. */
export function replyTo(question: Question): Answered<Question>["reply"] {
  switch (question.api) {
    case "agent-segments":
      return agentSegments(question);
    case "skill-segments":
      return skillSegments(question);
    case "key-metrics":
      return keyMetrics(question);
    case "interval-metrics":
      return intervalMetrics(question);
  }
}

export interface ByHand extends GatewayContext {
  /** Every question asked, in order. */
  readonly asked: Question[];
  readonly noted: { asOf: number; stale: boolean }[];
  /** Moments until which the answer holds, in the order noted. */
  readonly bounds: number[];
}

interface Conditions {
  accounts?: readonly string[];
  /** Default: all. */
  rights?: Partial<GatewayContext["rights"]>;
  /** APIs that fail, with their error. */
  failing?: Partial<Record<ApiName, GatewayError>>;
  stale?: boolean;
  now?: number;
  reply?: (question: Question) => Answered<Question>["reply"];
  memory?: GatewayContext["directoryMemory"];
}

/** A request's context whose `ask` writes every question down and answers it from a small table. */
export function byHand({
  accounts = ["a1"],
  rights = {},
  failing = {},
  stale = false,
  now = noon,
  reply = replyTo,
  memory,
}: Conditions = {}): ByHand {
  const asked: Question[] = [];
  const noted: { asOf: number; stale: boolean }[] = [];
  const bounds: number[] = [];
  return {
    asked,
    noted,
    bounds,
    ask: <Q extends Question>(question: Q) => {
      asked.push(question);
      const error = failing[question.api];
      const whole = () => {
        if (error) throw error;
        return { reply: reply(question), stale } as Answered<Q>;
      };
      return Promise.resolve({ question, whole, of: whole });
    },
    accounts: accounts.map((id) => ({ id, keyMetricsLookbackHours: 24 })),
    rights: { conversations: true, router: true, ...rights },
    credential: "own",
    now: () => now,
    planned: new PlannedQuestions(),
    directoryMemory: memory ?? createDirectoryMemory(),
    freshness: { note: (asOf, isStale) => noted.push({ asOf, stale: isStale }) },
    holdsUntil: (moment) => void bounds.push(moment),
  };
}

export const unavailable = (api: "AGENT_SEGMENTS" | "SKILL_SEGMENTS" | "KEY_METRICS" | "INTERVAL_METRICS") =>
  new GatewayError("UPSTREAM_UNAVAILABLE", "The platform does not answer.", { api });
