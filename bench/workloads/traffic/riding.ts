import { ceilTo, minuteMs } from "../../../src/time.js";
import { fewestCalls } from "./fewest.js";
import { list, one, total } from "./panel.js";
import { agentSegments, current, keyMetrics } from "./parts.js";
import { accountId, apart, rounds, sized, skillIds, type TrafficWorkload } from "./traffic-workload.js";

/**
 * A refresh of current values (10 s) brings the figures of the window (15 s) at no cost, so the window needs no call of its own.
 * Of 12 polls 5.1 s apart, every second one finds current values expired. Minimum 6.
 */
const windowOnCurrent: TrafficWorkload = {
  name: "current values and a window's figures polled every 5 s for a minute",
  simulated: sized({ skills: 12, agents: 20 }),
  async run(scene) {
    const ids = skillIds(scene);
    const panels = [list(accountId, "skill", "all", [current, keyMetrics()]), list(accountId, "skill", ids.slice(0, 3), [keyMetrics()])];
    const arrivals = rounds(12, 5.1, () => apart(25, panels));
    await scene.timeline(arrivals);
    return fewestCalls(
      arrivals.map(({ atMs }) => atMs),
      10_000,
    );
  },
};

/** A call with intervals also answers the plain question. Four rounds 17 s apart, time to live 15 s. Minimum 4. */
const splitOnPlain: TrafficWorkload = {
  name: "a total, plain and cut into intervals, polled alternately 4 times",
  simulated: sized({ agents: 20 }),
  async run(scene) {
    const cut = total(accountId, agentSegments("account", { everyMinutes: 15 }));
    const plain = total(accountId, agentSegments("account"));
    await scene.timeline(rounds(4, 17, (round) => apart(50, round % 2 === 0 ? [cut, plain] : [plain, cut])));
    return 4;
  },
};

/** Both windows are equal after rounding to the minute, so one call answers both. Minimum 1. */
const equalWindows: TrafficWorkload = {
  name: "the last 60 minutes, and the same hour between two instants",
  simulated: sized({ agents: 20 }),
  async run(scene) {
    const end = ceilTo(scene.clock.now(), minuteMs);
    const between = `between: { from: "${new Date(end - 60 * minuteMs).toISOString()}", to: "${new Date(end).toISOString()}" }`;
    const panels = [keyMetrics(), keyMetrics(between)].map((part) => total(accountId, part));
    await scene.timeline(apart(50, [...panels, ...panels]));
    return 1;
  },
};

/** The account's total is one call without rows. The ten rows are one filtered page. Total and rows in one call are three pages. Minimum 2. */
const totalAndTen: TrafficWorkload = {
  name: "the account's key metrics with ten of 120 skills",
  simulated: sized({ skills: 120, agents: 20 }),
  async run(scene) {
    await scene.timeline(apart(0, [list(accountId, "skill", skillIds(scene).slice(20, 30), [keyMetrics()], [keyMetrics()])]));
    return 2;
  },
};

/** Twelve keys are one unfiltered page, which holds the account's total too. All arrive within 300 ms. Minimum 1. */
const totalThenRows: TrafficWorkload = {
  name: "the account's key metrics, then 12 people with a skill each",
  simulated: sized({ skills: 12, agents: 20 }),
  async run(scene) {
    const rows = skillIds(scene).map((id) => one(accountId, "skill", id, keyMetrics()));
    await scene.timeline(apart(25, [total(accountId, keyMetrics()), ...rows]));
    return 1;
  },
};

export const riding = [windowOnCurrent, splitOnPlain, equalWindows, totalAndTen, totalThenRows];
