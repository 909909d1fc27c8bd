import { check, data, type Workload } from "../workload.js";

const dayMs = 86_400_000;
const query = `query ($from: DateTime!, $to: DateTime!) { contactCenter { intervals(between: { from: $from, to: $to }, everyMinutes: 60, groupBy: [SKILL], first: 5000) {
  window { from to } pending { from } totalCount nodes { from skill { id } handledConversations } } } }`;

type Rows = { contactCenter: { intervals: { pending: unknown[]; nodes: { from: string; handledConversations: number | null }[] } } };

const span = (now: number, fromDaysAgo: number, toDaysAgo: number) => {
  const midnight = Math.floor(now / dayMs) * dayMs;
  return { from: new Date(midnight - fromDaysAgo * dayMs).toISOString(), to: new Date(midnight - toDaysAgo * dayMs).toISOString() };
};

/** A call spans a day at most, and a day of this account is one page of rows; closed days never change, so twice costs once. */
const twoWeeks: Workload = {
  name: "13 closed days of intervals, twice",
  simulated: { accounts: [{ id: "demo", historyDays: 14, skills: 4 }] },
  async run(line, clock) {
    const first = await data<Rows>(line, query, span(clock.now(), 13, 0));
    clock.advance(3_600_000);
    const second = await data<Rows>(line, query, span(clock.now(), 13, 0));
    check(first.contactCenter.intervals.pending.length === 0, "closed days are pending");
    check(JSON.stringify(first) === JSON.stringify(second), "closed days have changed");
    return { least: 13 };
  },
};

/** Twelve days are known; a thirteenth is one call. */
const oneMoreDay: Workload = {
  name: "a window of 13 closed days after one of 12",
  simulated: { accounts: [{ id: "demo", historyDays: 14, skills: 4 }] },
  async warmUp(line, clock) {
    await data(line, query, span(clock.now(), 12, 0));
  },
  async run(line, clock) {
    await data(line, query, span(clock.now(), 13, 0));
    return { least: 1 };
  },
};

/** A shorter window inside a longer one is contained in it: nothing is asked, so the bound counts the first alone. */
const inside: Workload = {
  name: "a day of intervals, then ten shorter windows inside",
  simulated: { accounts: [{ id: "demo", historyDays: 14, skills: 4 }] },
  async run(line, clock) {
    const { from } = span(clock.now(), 1, 0);
    const at = (hours: number) => new Date(Date.parse(from) + hours * 3_600_000).toISOString();
    const day = await data<Rows>(line, query, { from, to: at(24) });
    for (let hour = 0; hour < 20; hour += 2) {
      const part = await data<Rows>(line, query, { from: at(hour), to: at(hour + 4) });
      const expected = day.contactCenter.intervals.nodes.filter((row) => row.from >= at(hour) && row.from < at(hour + 4));
      check(JSON.stringify(part.contactCenter.intervals.nodes) === JSON.stringify(expected), "a part differs from the whole");
    }
    return { least: 1 };
  },
};

export const intervals = [twoWeeks, oneMoreDay, inside];
