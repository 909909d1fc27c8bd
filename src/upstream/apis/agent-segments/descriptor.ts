import { common, contains, fitsUrl, lookUpByIds, union } from "../../planning/parts.js";
import { type AgentSegmentsLevel, canonical, type Ids } from "../../question.js";
import { type Api, counted, largest, type QuestionOf } from "../descriptor.js";
import {
  combinedSegments,
  intervalInUse,
  joinedByIds,
  maxFreeCells,
  mayTryAll,
  mayWiden,
  mergeSegments,
  pickedRows,
  segmentsCovered,
  splitByIds,
  withoutPages,
} from "../segments/segments.js";
import { faultFor, fetchAgentSegments } from "./fetch.js";
import { stored } from "./stored.js";

type Asked = QuestionOf<"agent-segments">;

const part = (question: Asked) => ({ of: question.of, ids: question.agents, everyMinutes: question.everyMinutes });
const splitCovers = (split: Ids | null, wanted: Ids | null): boolean => wanted === null || (split !== null && contains(split, wanted));

/** Agent ids, skill ids of the split and metrics share a call; intervals, filters and totals over other agents do not. */
export const agentSegments: Api<"agent-segments"> = {
  ...withoutPages,
  name: "agent-segments",
  metricsApi: "AGENT_SEGMENTS",
  title: "Agent segments",

  scope: ({ lastMinutes, groupIds, userType, source }) => [lastMinutes, groupIds, userType, source],
  // Split by every skill, agents' own figures are those of every skill, whether skills filter them or not.
  restricted: (question, off) => (off.includes("split") && question.skills !== null ? { ...question, skills: "all" } : question),
  split(question) {
    return splitByIds(this, question);
  },
  joined(question, replies) {
    return joinedByIds(this, question, replies);
  },
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
  // Rows are in every answer, a total in those of exactly its agents.
  holds: ({ agents }) => ["rows", `total ${agents}`],
  sought: ({ of, agents }) => (of === "rows" ? "rows" : `total ${agents}`),
  lookUp(records, question, usable) {
    return lookUpByIds(this, records, question, ["segments"], usable);
  },
  faultFor,

  slot: ({ everyMinutes, agents, skills }) => canonical([everyMinutes, agents, skills]),
  named: ({ agents, skills }) => (agents !== "all" ? agents : skills === "all" ? null : skills),
  withNamed: (call, ids) => (call.agents !== "all" ? { ...call, agents: ids } : { ...call, skills: ids }),
  shape: ({ agents }) => (agents === "all" ? null : shape),
  *sizes({ call, reply }, known) {
    if (call.agents !== "all") return;
    yield largest(sizeName("agents", call), reply.agents.size, known);
    if (call.skills === "all") yield largest(sizeName("skills", call), reply.bySkill?.size ?? 0, known);
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

/** Rows of all agents within named skills: its ids are those of the skills. */
const isOfSkills = ({ agents, skills }: Pick<Asked, "agents" | "skills">): boolean =>
  agents === "all" && skills !== null && skills !== "all";

/** Sizes are known for the whole account, and for each kind of filter. */
const sizeName = (what: string, { groupIds, userType, source }: Pick<Asked, "groupIds" | "userType" | "source">): string =>
  [what, ...(groupIds ? ["of groups"] : []), ...(userType === "ALL" ? [] : [userType]), ...(source === null ? [] : ["of a source"])].join(
    " ",
  );

/** Skills that an account is taken to have while none were counted. */
const assumedSkills = 20;

/** The one shape of calls by named agents. */
const shape = "agents";
