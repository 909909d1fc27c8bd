import { rowsBySlot } from "../../../../src/upstream/apis/interval-metrics/fetch.js";
import { rowsById } from "../../../../src/upstream/apis/key-metrics/fetch.js";
import type { Call } from "../../../../src/upstream/call.js";
import type { ApiName, Ids, IntervalRow, ReplyByApi, Rows, Values } from "../../../../src/upstream/question.js";
import { agentIds, type Centre, keyIds, rowsOfInterval, skillIds } from "./centre.js";

const minuteMs = 60_000;
const values: Values = {};

/** What the platform of such a centre answers: every row, and no figure in it. */
export function replyOf(call: Call, centre: Centre, asOf: number): ReplyByApi[ApiName] {
  const ages = { asOf, newestAskedAt: asOf };
  const back = (lastMinutes: number) => ({ from: asOf - lastMinutes * minuteMs, to: asOf });
  const rows = (ids: Ids, all: readonly string[]): Rows => new Map((ids === "all" ? all : ids).map((id) => [id, values]));
  switch (call.api) {
    case "agent-segments": {
      const agents = rows(call.agents, agentIds(centre));
      const bySkill = call.skills && new Map([...rows(call.skills, skillIds(centre)).keys()].map((id) => [id, agents]));
      const level = { window: back(call.lastMinutes), agents, bySkill, total: values };
      return { ...ages, ...level, intervals: call.everyMinutes === null ? null : [level] };
    }
    case "skill-segments": {
      const level = { window: back(call.lastMinutes), skills: rows(call.skills, skillIds(centre)), total: values };
      return { ...ages, ...level, intervals: call.everyMinutes === null ? null : [level] };
    }
    case "key-metrics": {
      const window = "lastMinutes" in call.window ? back(call.window.lastMinutes) : call.window;
      const named = call.groupBy === "skillId" ? call.filters.skillIds : call.filters.agentGroupIds;
      const ids = call.groupBy === null ? [] : (named ?? keyIds(call.groupBy, centre));
      const total = { byTime: values, current: values };
      const skip = call.skip ?? 0;
      const list = ids
        .slice(skip, call.take === "all" ? ids.length : skip + call.take)
        .map((id) => ({ id, name: null, byTime: values, current: values }));
      return { ...ages, window, ...rowsById(list), count: call.groupBy && ids.length, order: call.order, total };
    }
    case "interval-metrics":
      return { ...ages, window: call.window, ...rowsBySlot(intervalRows(call, centre), call.everyMinutes), pending: [] };
  }
}

function intervalRows(
  { window, everyMinutes, grouping, filters }: Extract<Call, { api: "interval-metrics" }>,
  centre: Centre,
): IntervalRow[] {
  const everyMs = everyMinutes * minuteMs;
  const intervals = Array.from({ length: (window.to - window.from) / everyMs }, (_, index) => window.from + index * everyMs);
  return intervals.flatMap((from): IntervalRow[] => {
    const names = { skillName: null, agentGroupName: null, agentName: null, agentLogin: null };
    const row = { window: { from, to: from + everyMs }, ids: filters, ...names, human: true, values };
    return new Array<IntervalRow>(rowsOfInterval(grouping, filters, centre)).fill(row);
  });
}
