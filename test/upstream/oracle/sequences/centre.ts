import type { Call } from "../../../../src/upstream/call.js";
import type { Grouping, IntervalFilters, KeyKind } from "../../../../src/upstream/question.js";

/** How large a contact centre is: this alone decides how many pages an answer has. */
export interface Centre {
  /** 1..120. */
  skills: number;
  /** 1..600. */
  agents: number;
  agentGroups: number;
}

const minuteMs = 60_000;
const keysOnPage = 50;
const rowsOnPage = 500;
/** Each agent works in this many skills, where there are as many. */
const skillsOfAgent = 2;
/** One agent of so many is at work in any one interval. */
const agentsPerWorker = 4;

const numbered = (from: number, count: number): string[] => Array.from({ length: count }, (_, index) => String(from + index));
const skillsFrom = 1_000;
const agentsFrom = 2_000;
const agentGroupsFrom = 3_000;

export const skillIds = ({ skills }: Centre): string[] => numbered(skillsFrom, skills);
export const agentIds = ({ agents }: Centre): string[] => numbered(agentsFrom, agents);
export const agentGroupIds = ({ agentGroups }: Centre): string[] => numbered(agentGroupsFrom, agentGroups);
export const keyIds = (kind: KeyKind, centre: Centre): string[] => (kind === "skillId" ? skillIds(centre) : agentGroupIds(centre));

/** Rows of one interval, for each combination of ids that the grouping and the filters leave. */
export function rowsOfInterval(grouping: readonly Grouping[], { SKILL, AGENT }: IntervalFilters, { skills, agents }: Centre): number {
  const workers = Math.ceil(agents / agentsPerWorker);
  const skillsOfOne = Math.min(skillsOfAgent, skills);
  const workersOfSkill = Math.max(1, Math.ceil((workers * skillsOfOne) / skills));
  const bySkill = grouping.includes("SKILL");
  const byAgent = grouping.includes("AGENT");
  if (bySkill && byAgent) {
    if (AGENT !== undefined) return SKILL === undefined ? skillsOfOne : 1;
    return SKILL === undefined ? workers * skillsOfOne : workersOfSkill;
  }
  if (bySkill) return SKILL !== undefined ? 1 : AGENT === undefined ? skills : skillsOfOne;
  return AGENT !== undefined ? 1 : SKILL === undefined ? workers : workersOfSkill;
}

/** Rows of the answer, over all the pages that the call reads. */
export function rowsOf(call: Call, centre: Centre): number {
  switch (call.api) {
    case "agent-segments":
      return call.agents === "all" ? centre.agents : call.agents.length;
    case "skill-segments":
      return call.skills === "all" ? centre.skills : call.skills.length;
    case "key-metrics": {
      if (call.groupBy === null) return 0;
      const named = call.groupBy === "skillId" ? call.filters.skillIds : call.filters.agentGroupIds;
      const keys = named?.length ?? keyIds(call.groupBy, centre).length;
      return call.take === "all" ? keys : Math.min(keys, call.take);
    }
    case "interval-metrics": {
      const intervals = (call.window.to - call.window.from) / (call.everyMinutes * minuteMs);
      return intervals * rowsOfInterval(call.grouping, call.filters, centre);
    }
  }
}

/** Agents x skills x intervals of an answer of the segment APIs; 0 for the others, which have pages. */
function cellsOf(call: Call, centre: Centre): number {
  if (call.api !== "agent-segments" && call.api !== "skill-segments") return 0;
  const intervals = call.lastMinutes / (call.everyMinutes ?? call.lastMinutes);
  const split = call.api === "agent-segments" && call.skills !== null ? (call.skills === "all" ? centre.skills : call.skills.length) : 1;
  return rowsOf(call, centre) * intervals * split;
}

/** Exchanges of the call. */
export function pagesOf(call: Call, centre: Centre): number {
  if (call.api === "key-metrics") return Math.max(1, Math.ceil(rowsOf(call, centre) / keysOnPage));
  return call.api === "interval-metrics" ? Math.max(1, Math.ceil(rowsOf(call, centre) / rowsOnPage)) : 1;
}

const maxFreeCells = 50_000;

/** Whether a call over all ids may be made on behalf of questions that name so many: the caps on widening of the gateway. */
export const withinCaps = (all: Call, idsNamed: number, centre: Centre): boolean =>
  rowsOf(all, centre) <= Math.max(500, 20 * idsNamed) && cellsOf(all, centre) <= maxFreeCells;
