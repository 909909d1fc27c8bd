import { agentSegmentMetrics } from "../../../catalogue/agent-segments.js";
import type { Window } from "../../../time.js";
import type { AgentSegmentsCall, ExchangeRequest, Fetch } from "../../call.js";
import {
  type AgentSegmentsLevel,
  type AgentSegmentsQuestion,
  type AgentSegmentsReply,
  canonical,
  common,
  contains,
  fitsUrl,
  type Ids,
  type Rows,
  type SegmentsSection,
  union,
  type Values,
} from "../../question.js";
import { type Api, counted, type QuestionOf } from "../descriptor.js";
import { AnswerReader, idList, type Json, requestPath, Sections } from "../platform-form.js";
import {
  combinedSegments,
  intervalInUse,
  maxFreeCells,
  mayTryAll,
  mayWiden,
  mergeSegments,
  type Place,
  pickedRows,
  readSegments,
  segmentsApi,
  segmentsCovered,
  segmentsFault,
  skillsOf,
  totalOf,
} from "../segments/segments.js";
import { stored } from "./stored.js";

/**
 * One GET of msgagentsegments, whatever the number of agents and skills. `window` ends when the platform was asked, or
 * where its intervals end. `total` is the platform's own, over exactly the agents of the call.
 */
export const fetchAgentSegments: Fetch<"agent-segments"> = async (call, { account, exchange, read }) => {
  const response = await exchange(agentSegmentsRequest(call, account));
  const reader = new AnswerReader("AGENT_SEGMENTS", account);
  const sections = new Sections<SegmentsSection>();
  const parts = { call, reader, sections };
  const reply = readSegments(response, call, { ...parts, readLevel: (level, window, place) => readLevel(level, window, place, parts) });
  read({ rows: reply.agents.size });
  return { reply, pages: 1, bytes: response.bytes, remarks: [] };
};

const agentSegmentsRequest = (call: AgentSegmentsCall, account: string): ExchangeRequest => ({
  api: "AGENT_SEGMENTS",
  service: "operations",
  method: "GET",
  idsAreKeys: true,
  path: requestPath(`/operations/api/account/${encodeURIComponent(account)}/msgagentsegments`, {
    v: 1,
    timeframe: call.lastMinutes,
    interval: call.everyMinutes,
    agentIds: idList(call.agents),
    skillIds: call.skills && idList(call.skills),
    groupIds: call.groupIds && idList(call.groupIds),
    userType: call.userType.toLowerCase(),
    source: call.source,
  }),
});

interface Parts {
  call: AgentSegmentsCall;
  reader: AnswerReader;
  sections: Sections<SegmentsSection>;
}

function readLevel(level: Json | null, window: Window, place: Place, { call: { skills }, reader, sections }: Parts): AgentSegmentsLevel {
  if (level === null) return { window, agents: new Map(), bySkill: skills && new Map(), total: null };
  const rows = () => readAgents(reader.requiredMap(level.agentsMetrics, "agentsMetrics"), reader);
  const agents = sections.read(`${place}rows`, rows, null);
  const bySkill = () => readSkills(level, agents?.size !== 0, reader);
  const total = () => readValues(reader.object(totalOf(level, level.agentsMetrics), "metricsTotal"), reader);
  return {
    window,
    agents: agents ?? new Map(),
    bySkill: skills && sections.read(`${place}bySkill`, bySkill, new Map()),
    total: sections.read(`${place}total`, total, null),
  };
}

/** `isThere`: agents have rows, so the map of skills must be there. */
function readSkills(level: Json, isThere: boolean, reader: AnswerReader): ReadonlyMap<string, Rows> {
  const section = skillsOf(level, "metricsPerSkill");
  const skills = isThere ? reader.requiredMap(section, "metricsPerSkill") : reader.map(section, "metricsPerSkill");
  return new Map(Object.entries(skills).map(([id, skill]) => [id, readAgents(reader.requiredMap(skill, "a skill"), reader)]));
}

const readAgents = (section: Json, reader: AnswerReader): Rows =>
  reader.rows(reader.map(section.metricsPerAgent, "metricsPerAgent"), "an agent", (raw) => readValues(raw, reader));

const readValues = (raw: Json, reader: AnswerReader): Values =>
  reader.segmentValues(agentSegmentMetrics, agentSegmentMetrics.metrics.totalAgentConversationSegments, raw);

/** The message of the faulty section that the question needs; null when the reply can answer it. */
export function faultFor({ faults }: AgentSegmentsReply, { of, everyMinutes, skills }: AgentSegmentsQuestion): string | null {
  return segmentsFault(faults, { of, everyMinutes, split: skills !== null });
}

// ---------------------------------------------------------------- descriptor

type Asked = QuestionOf<"agent-segments">;

const part = (question: Asked) => ({ of: question.of, ids: question.agents, everyMinutes: question.everyMinutes });
const splitCovers = (split: Ids | null, wanted: Ids | null): boolean => wanted === null || (split !== null && contains(split, wanted));

/** Agent ids, skill ids of the split and metrics share a call; intervals, filters and totals over other agents do not. */
export const agentSegments: Api<"agent-segments"> = {
  ...segmentsApi,
  name: "agent-segments",
  metricsApi: "AGENT_SEGMENTS",
  title: "Agent segments",

  scope: ({ lastMinutes, groupIds, userType, source }) => [lastMinutes, groupIds, userType, source],
  // A call that is split by all skills gives agents the same figures whether its skills filter agents or not.
  restricted: (question, off) => (off.includes("split") && question.skills !== null ? { ...question, skills: "all" } : question),
  apartBy(question, off) {
    if (off === "widen") return [question.agents, question.skills];
    if (off === "split") return question.skills !== null;
    return off === "summary" ? question.everyMinutes : undefined;
  },
  ids: (question) => (question.of === "total" ? null : isOfSkills(question) ? question.skills : question.agents),
  withIds: (question, ids) => (isOfSkills(question) ? { ...question, skills: ids } : { ...question, agents: ids }),
  contains: (whole, wanted) =>
    whole.of === wanted.of &&
    segmentsCovered({ ids: whole.agents, everyMinutes: whole.everyMinutes }, part(wanted)) === wanted.agents &&
    splitCovers(whole.skills, wanted.skills),
  overlaps(one, other) {
    const [ids, others] = isOfSkills(one) && isOfSkills(other) ? [one.skills!, other.skills!] : [one.agents, other.agents];
    return one.of === other.of && common(ids, others) !== null;
  },
  combined: (_, parts) =>
    combinedSegments(
      parts,
      (level: AgentSegmentsLevel, question: Asked) => ({
        ...level,
        agents: pickedRows(level.agents, question.agents),
        bySkill: pickedSplit(level.bySkill, question),
      }),
      (a, b) => ({ ...a, agents: new Map([...a.agents, ...b.agents]), bySkill: bothSplits(a.bySkill, b.bySkill) }),
    ),

  merge(questions, seen) {
    const merged = mergeSegments(questions.map(part));
    const first = questions[0];
    if (!merged || !first) return null;
    const { lastMinutes, groupIds, userType, source } = first;
    const split = questions.map((question) => question.skills).filter((skills) => skills !== null);
    const named = split.length > 0 ? union(split) : null;
    const sizeOf = (what: string) => seen.size(sizeName(what, first)) ?? seen.size(what);
    const cells = (intervals: number, bySkill: boolean): number =>
      (sizeOf("agents") ?? Number.POSITIVE_INFINITY) * intervals * (bySkill ? (sizeOf("skills") ?? Number.POSITIVE_INFINITY) : 1);
    const everyMinutes =
      merged.everyMinutes ?? intervalInUse(lastMinutes, seen.inUse as readonly Asked[], (count) => cells(count, named !== null));
    const intervals = lastMinutes / (everyMinutes ?? lastMinutes);
    const skills = named !== null && (!fitsUrl(named) || cells(intervals, true) <= maxFreeCells) ? "all" : named;
    const splits = skills === null ? 1 : skills === "all" ? (sizeOf("skills") ?? assumedSkills) : skills.length;
    const isUnknown = sizeOf("agents") === undefined;
    const isFree = isUnknown ? mayTryAll(intervals * splits, seen, shape) : cells(intervals, skills !== null) <= maxFreeCells;
    const agents = !merged.totalled && isFree && mayWiden(first) ? "all" : merged.ids;
    return { call: { api: "agent-segments", lastMinutes, everyMinutes, groupIds, userType, source, agents, skills }, exchanges: 1 };
  },
  signature: ({ everyMinutes, of, agents, skills }) =>
    canonical({ everyMinutes, of, agents: of === "total" ? agents : null, split: skills !== null }),
  totalOver: ({ of, agents }) => (of === "total" ? canonical(agents) : null),
  totalIds: ({ agents }) => agents,

  covered(call, question) {
    if (question.of === "rows" && isOfSkills(question)) {
      if (
        call.agents !== "all" ||
        call.skills === null ||
        segmentsCovered({ ids: "all", everyMinutes: call.everyMinutes }, part(question)) === null
      )
        return null;
      const skills = common(call.skills, question.skills!);
      return skills === question.skills ? question : skills && this.withIds(question, skills as readonly string[]);
    }
    if (!splitCovers(call.skills, question.skills)) return null;
    const ids = segmentsCovered({ ids: call.agents, everyMinutes: call.everyMinutes }, part(question));
    if (ids === null) return null;
    return ids === question.agents ? question : this.withIds(question, ids as readonly string[]);
  },
  // Every answer has rows. Only an answer for exactly these agents has the total.
  holds: ({ agents }) => ["rows", `total ${agents}`],
  sought: ({ of, agents }) => (of === "rows" ? "rows" : `total ${agents}`),
  faultFor,

  slot: ({ everyMinutes, agents, skills }) => canonical([everyMinutes, agents, skills]),
  named: ({ agents, skills }) => (agents !== "all" ? agents : skills === "all" ? null : skills),
  withNamed: (call, ids) => (call.agents !== "all" ? { ...call, agents: ids } : { ...call, skills: ids }),
  shape: ({ agents }) => (agents === "all" ? null : shape),
  *sizes({ call, reply }) {
    if (call.agents !== "all") return;
    yield [sizeName("agents", call), reply.agents.size];
    if (call.skills === "all") yield [sizeName("skills", call), reply.bySkill?.size ?? 0];
  },
  rows: ({ agents }) => agents.size,

  fetch: fetchAgentSegments,
  stored,
  probe: () => ({
    call: {
      api: "agent-segments",
      lastMinutes: 60,
      everyMinutes: null,
      groupIds: null,
      userType: "ALL",
      source: null,
      agents: "all",
      skills: null,
    },
    said: ({ agents }) => `${counted(agents.size, "agent")} with segments in the last hour.`,
  }),
};

type Split = AgentSegmentsLevel["bySkill"];
function pickedSplit(split: Split, question: Asked): Split {
  const picked = split && isOfSkills(question) ? [...split].filter(([skill]) => contains(question.skills!, [skill])) : [...(split ?? [])];
  return split && new Map(picked.map(([skill, rows]) => [skill, pickedRows(rows, question.agents)]));
}
const bothSplits = (a: Split, b: Split): Split => {
  if (!a || !b) return a ?? b;
  const skills = new Set([...a.keys(), ...b.keys()]);
  return new Map([...skills].map((skill) => [skill, new Map([...(a.get(skill) ?? []), ...(b.get(skill) ?? [])])]));
};

/** Whether the question is for rows of all agents within named skills. Its ids are the skills then. */
const isOfSkills = ({ agents, skills }: Pick<Asked, "agents" | "skills">): boolean =>
  agents === "all" && skills !== null && skills !== "all";

/** Sizes are known for the whole account, and for each kind of filter. */
const sizeName = (what: string, { groupIds, userType, source }: Pick<Asked, "groupIds" | "userType" | "source">): string =>
  [what, ...(groupIds ? ["of groups"] : []), ...(userType === "ALL" ? [] : [userType]), ...(source === null ? [] : ["of a source"])].join(
    " ",
  );

/** Skills that an account is assumed to have until they are counted. */
const assumedSkills = 20;

/** The one shape of calls by named agents. */
const shape = "agents";
