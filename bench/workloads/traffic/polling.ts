import { seeded } from "../../../src/simulator/random.js";
import { fewestCalls } from "./fewest.js";
import { list, one, type Panel, total } from "./panel.js";
import { agentSegments, current, keyMetrics, skillIntervals, skillSegments } from "./parts.js";
import { accountId, agentIds, apart, jittered, rounds, sized, skillIds, type TrafficWorkload, usualLatency } from "./traffic-workload.js";

/** Rounds are 17 s apart and the time to live is 15 s, so each round needs a call. Twelve keys are one page. Minimum 3. */
const twelveSkills: TrafficWorkload = {
  name: "12 viewers polling a skill each, 3 times",
  simulated: sized({ skills: 12, agents: 20 }),
  async run(scene) {
    const panels = skillIds(scene).map((id) => one(accountId, "skill", id, keyMetrics()));
    await scene.timeline(rounds(3, 17, () => jittered(apart(50, panels), 40)));
    return 3;
  },
};

/** Rounds are 17 s apart and the time to live is 15 s, so each round needs a call. One call holds all agents. Minimum 4. */
const tenAgents: TrafficWorkload = {
  name: "10 viewers polling an agent each, 4 times",
  simulated: sized({ agents: 30 }),
  async run(scene) {
    const panels = agentIds(scene)
      .slice(0, 10)
      .map((id) => one(accountId, "agent", id, agentSegments("agent")));
    await scene.timeline(rounds(4, 17, () => jittered(apart(50, panels), 40)));
    return 4;
  },
};

/** Questions arrive each second from 0 to 39 s. A call over all agents is fresh for 15 s: calls at 0, 15 and 30 s. Minimum 3. */
const ownFive: TrafficWorkload = {
  name: "20 viewers of five own agents each, 1 s apart, twice",
  simulated: sized({ agents: 110 }),
  async run(scene) {
    const ids = agentIds(scene);
    const panels = Array.from({ length: 20 }, (_, viewer) =>
      list(accountId, "agent", ids.slice(5 * viewer, 5 * viewer + 5), [agentSegments("agent")]),
    );
    const arrivals = rounds(2, 20, () => apart(1_000, panels));
    await scene.timeline(arrivals);
    return fewestCalls(
      arrivals.map(({ atMs }) => atMs),
      15_000,
    );
  },
};

/** Windows of segments share no call. Four windows, three rounds 17 s apart, time to live 15 s. Minimum 12. */
const ownWindows: TrafficWorkload = {
  name: "12 viewers, an own agent and one of four windows each, 3 times",
  simulated: sized({ agents: 30 }),
  async run(scene) {
    const windows = [15, 30, 45, 60];
    const panels = agentIds(scene)
      .slice(0, 12)
      .map((id, viewer) => one(accountId, "agent", id, agentSegments("agent", { lastMinutes: windows[viewer % 4]! })));
    await scene.timeline(rounds(3, 17, () => jittered(apart(25, panels), 20)));
    return windows.length * 3;
  },
};

/** Filters of segments share no call. Two user types and two groups, three rounds 17 s apart, time to live 15 s. Minimum 12. */
const ownFilters: TrafficWorkload = {
  name: "16 viewers, an own agent under one of four filters each, 3 times",
  simulated: sized({ agents: 48, groups: 4 }),
  async run(scene) {
    const { agents, groups } = scene.line.simulator.truth(accountId);
    const [first, second] = groups;
    const filters = [
      { agents: agents.filter(({ bot }) => !bot), asked: { userType: "HUMAN" as const } },
      { agents: agents.filter(({ bot }) => bot), asked: { userType: "BOT" as const } },
      { agents: agents.filter(({ group }) => group === first), asked: { agentGroupId: first!.id } },
      { agents: agents.filter(({ group }) => group === second), asked: { agentGroupId: second!.id } },
    ];
    const panels = Array.from({ length: 16 }, (_, viewer) => {
      const { agents: members, asked } = filters[viewer % 4]!;
      return one(accountId, "agent", members[Math.floor(viewer / 4)]!.id, agentSegments("agent", asked));
    });
    await scene.timeline(rounds(3, 17, () => jittered(apart(25, panels), 20)));
    return filters.length * 3;
  },
};

/** Key metrics of an agent are a total filtered by the agent, so each agent is a call. Four agents, two rounds 17 s apart. Minimum 8. */
const agentsKeyMetrics: TrafficWorkload = {
  name: "12 viewers of four agents' key and current metrics, twice",
  simulated: sized({ agents: 20 }),
  async run(scene) {
    const ids = agentIds(scene);
    const panels = Array.from({ length: 12 }, (_, viewer) => one(accountId, "agent", ids[viewer % 4]!, keyMetrics(), current));
    await scene.timeline(rounds(2, 17, () => jittered(apart(25, panels), 20)));
    return 4 * 2;
  },
};

/** A round needs one page of thirty keys and one call of segments. Three rounds 17 s apart. Minimum 6. */
const listAfterParts: TrafficWorkload = {
  name: "10 viewers of a skill each, then one of all 30, 3 times",
  simulated: sized({ skills: 30, agents: 20 }),
  async run(scene) {
    const parts = [current, keyMetrics(), skillSegments("skill")];
    const singles = skillIds(scene)
      .slice(0, 10)
      .map((id) => one(accountId, "skill", id, ...parts));
    const panels = [...singles, list(accountId, "skill", "all", parts)];
    await scene.timeline(rounds(3, 17, () => apart(25, panels)));
    return 2 * 3;
  },
};

/** Twelve skills in sixteen intervals are at most 192 rows, one page. The newest intervals are fresh for 60 s, rounds are 62 s apart. Minimum 3. */
const ownIntervals: TrafficWorkload = {
  name: "10 viewers of a skill's intervals each, 25 ms apart, 3 times",
  simulated: sized({ skills: 12, agents: 20 }),
  async run(scene) {
    const panels = skillIds(scene)
      .slice(0, 10)
      .map((id) => one(accountId, "skill", id, skillIntervals(240)));
    await scene.timeline(rounds(3, 62, () => apart(25, panels)));
    return 3;
  },
};

const accounts = ["north", "south"];

/**
 * Each account needs a page of key metrics whenever current values (10 s) have expired, which brings the figures of the window too.
 * It needs a call of segments whenever those (15 s) have expired. The minimum follows from the moments of the questions.
 */
const twoAccounts: TrafficWorkload = {
  name: "8 viewers of two accounts polling a skill each for a minute, warm",
  simulated: { accounts: accounts.map((id) => ({ id, skills: 12, agents: 20, conversationsPerDay: 1_000 })), latencyMs: usualLatency },
  async prepare(scene) {
    const parts = [current, keyMetrics(), skillSegments("skill")];
    for (const account of accounts) await scene.look(list(account, "skill", "all", parts));
    await scene.skip(400);
  },
  async run(scene) {
    const parts = [current, keyMetrics(), skillSegments("skill")];
    const viewers = accounts.flatMap((account) =>
      skillIds(scene, account)
        .slice(0, 4)
        .map((id) => one(account, "skill", id, ...parts)),
    );
    const arrivals = rounds(10, 6, (round) => jittered(apart(50, viewers), 1_000, seeded(round)));
    await scene.timeline(arrivals);
    const momentsOf = (account: string) => arrivals.filter(({ panel }) => panel.account === account).map(({ atMs }) => atMs);
    return accounts.map(momentsOf).reduce((sum, moments) => sum + fewestCalls(moments, 10_000) + fewestCalls(moments, 15_000), 0);
  },
};

/**
 * Ten viewers have each kind of screen. Agents' rows and their total share a call (15 s). Skills' segments and their total share a
 * call (15 s). Key metrics of skills, current values and the account's key metrics share a page, needed whenever current values
 * (10 s) have expired. The minimum follows from the moments of the questions.
 */
const manyScreens: TrafficWorkload = {
  name: "40 viewers of four kinds of screens polling for two minutes",
  simulated: sized({ agents: 40, skills: 20 }),
  async run(scene) {
    const agents = agentIds(scene);
    const skills = skillIds(scene);
    const screens: ((viewer: number) => Panel)[] = [
      (viewer) => list(accountId, "agent", agents.slice(viewer, viewer + 3), [agentSegments("agent")], [agentSegments("account")]),
      (viewer) => one(accountId, "skill", skills[viewer % 20]!, skillSegments("skill")),
      (viewer) => list(accountId, "skill", skills.slice(viewer % 18, (viewer % 18) + 2), [current, keyMetrics()]),
      () => total(accountId, keyMetrics(), skillSegments("account")),
    ];
    const viewers = Array.from({ length: 40 }, (_, viewer) => ({ kind: viewer % 4, panel: screens[viewer % 4]!(Math.floor(viewer / 4)) }));
    const arrivals = rounds(12, 10.5, (round) =>
      jittered(
        apart(
          10,
          viewers.map(({ panel }) => panel),
        ),
        100,
        seeded(round),
      ),
    );
    await scene.timeline(arrivals);
    const momentsOf = (...kinds: number[]) =>
      arrivals.filter(({ panel }) => kinds.includes(viewers.find((viewer) => viewer.panel === panel)!.kind)).map(({ atMs }) => atMs);
    return fewestCalls(momentsOf(0), 15_000) + fewestCalls(momentsOf(1, 3), 15_000) + fewestCalls(momentsOf(2), 10_000);
  },
};

export const polling = [
  twelveSkills,
  tenAgents,
  ownFive,
  ownWindows,
  ownFilters,
  agentsKeyMetrics,
  listAfterParts,
  ownIntervals,
  twoAccounts,
  manyScreens,
];
