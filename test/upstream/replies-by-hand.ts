import { minuteMs, slotsOf, type Window } from "../../src/time.js";
import { rowsBySlot } from "../../src/upstream/apis/interval-metrics/fetch.js";
import { rowsById } from "../../src/upstream/apis/key-metrics/fetch.js";
import type { Call } from "../../src/upstream/call.js";
import type { ApiName, ReplyByApi, Rows } from "../../src/upstream/question.js";

/** Ids that the platform has of every kind. */
export const everyId = ["1", "2", "3", "4", "5"];

/** Whose interval rows are those of bots. */
export const botId = "5";

/** Whose figure it is: different for every account and credential. */
export const ownerOf = (account: string, credential: string): number =>
  [...`${account}/${credential}`].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);

/** Every figure tells whose it is and of which id. `ids`: those the platform has. `most`: keys that were read of a list of keys. */
export function replyTo(
  call: Call,
  account: string,
  credential: string,
  asOf: number,
  pending: readonly Window[],
  { ids: every = everyId, most = Number.POSITIVE_INFINITY }: { ids?: readonly string[] | undefined; most?: number } = {},
): ReplyByApi[ApiName] {
  const owner = ownerOf(account, credential);
  const values = (id: string | null) => ({ owner, id: id === null ? null : Number(id), asOf });
  const rows = (ids: "all" | readonly string[]): Rows => new Map((ids === "all" ? every : ids).map((id) => [id, values(id)]));
  const back = (lastMinutes: number): Window => ({ from: asOf - lastMinutes * minuteMs, to: asOf });
  switch (call.api) {
    case "skill-segments": {
      const level = (window: Window) => ({ window, skills: rows(call.skills), total: values(null) });
      return {
        asOf,
        newestAskedAt: asOf,
        ...level(back(call.lastMinutes)),
        intervals: cut(back(call.lastMinutes), call.everyMinutes)?.map(level) ?? null,
      };
    }
    case "agent-segments": {
      const split = call.skills;
      const bySkill = split && new Map((split === "all" ? every : split).map((id) => [id, rows(call.agents)]));
      const level = (window: Window) => ({ window, agents: rows(call.agents), bySkill, total: values(null) });
      return {
        asOf,
        newestAskedAt: asOf,
        ...level(back(call.lastMinutes)),
        intervals: cut(back(call.lastMinutes), call.everyMinutes)?.map(level) ?? null,
      };
    }
    case "key-metrics": {
      const window = "lastMinutes" in call.window ? back(call.window.lastMinutes) : call.window;
      const ids = (call.groupBy === "skillId" ? call.filters.skillIds : call.filters.agentGroupIds) ?? every;
      const skip = call.skip ?? 0;
      const taken = ids.slice(skip, skip + Math.min(most, call.take === "all" ? ids.length : call.take));
      const list = taken.map((id) => ({ id, name: null, byTime: values(id), current: values(id) }));
      const total = { byTime: values(null), current: values(null) };
      return { asOf, newestAskedAt: asOf, window, ...rowsById(call.groupBy ? list : []), count: ids.length, order: call.order, total };
    }
    case "interval-metrics": {
      const slots = slotsOf(call.window, call.everyMinutes * minuteMs);
      const done = slots.filter((slot) => !pending.some(({ from, to }) => slot.from < to && from < slot.to));
      const kind = call.grouping[0] ?? "SKILL";
      const picked = call.filters[kind];
      const list = done.flatMap((window) =>
        (picked ? [picked] : every)
          .filter((id) => call.includeBotSkills || id !== botId)
          .map((id) => ({
            window,
            ids: { [kind]: id },
            skillName: null,
            agentGroupName: null,
            agentName: null,
            agentLogin: null,
            human: id !== botId,
            values: values(id),
          })),
      );
      return { asOf, newestAskedAt: asOf, window: call.window, ...rowsBySlot(list, call.everyMinutes), pending };
    }
  }
}

const cut = (window: Window, everyMinutes: number | null): Window[] | null =>
  everyMinutes === null ? null : slotsOf(window, everyMinutes * minuteMs);
