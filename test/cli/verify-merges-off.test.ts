import { describe, expect, it, vi } from "vitest";
import type { Merge } from "../../src/merges.js";
import { anybody } from "../../src/server/gateway-port.js";
import type { WireVariants } from "../../src/simulator/simulator.js";
import { Comparison } from "../longrun/comparison.js";
import { judge, operationOf } from "../longrun/judge.js";
import type { Probe } from "../longrun/probe.js";
import { agentTotal, rowsOfAgents } from "../longrun/probes/agent-segments.js";
import { intervalsBy } from "../longrun/probes/interval-metrics.js";
import { keyMetricsRows, keyMetricsTotal } from "../longrun/probes/key-metrics.js";
import { rowsOfSkills, skillTotal } from "../longrun/probes/skill-segments.js";
import { startWorld } from "../longrun/world.js";

// Each test models days of a contact centre of its own, twice.
vi.setConfig({ testTimeout: 30_000 });

const agents = ["1000", "1001", "41000001003"];
const skills = ["100", "101", "-1"];
const list = JSON.stringify(agents);

const duration = ["totalAgentConversationSegments", "avgAgentSegmentDuration"];
const scope = { lastMinutes: 240, agentGroupIds: undefined, userType: "ALL" as const, source: undefined };
const plain = { fields: duration, everyMinutes: undefined, bySkill: undefined };
const bySkills = {
  lastMinutes: 240,
  userType: "ALL" as const,
  fields: ["avgTimeToFirstAgentMessageFromAgentAssignment"],
  everyMinutes: undefined,
};
const none = { agentIds: undefined, agentGroupIds: undefined, skillIds: undefined };
const closed = {
  window: { lastMinutes: 720 },
  filters: none,
  includeSubGroups: false,
  userType: "ALL" as const,
  fields: ["closedConversations", "autoClosed"],
};
const rows = { list: "skills", of: "skillId", ids: skills } as const;
/** So many that the first page of them does not hold those of `lateSkills`, which are asked for by name. */
const manySkills = 120;
const lateSkills = ["205", "207", "208", "209", "211", "212", "213", "215", "216", "217"];
const handled = {
  lastMinutes: 240,
  everyMinutes: 60,
  groupBy: ["SKILL", "AGENT"],
  handleTimeModel: "IFT",
  includeBotSkills: false,
  filters: { AGENT: agents[1]! },
  fields: ["handleTime"],
} satisfies Parameters<typeof intervalsBy>[0];

interface Case {
  broken: WireVariants["breaks"][number];
  merge: Merge;
  /** Asked in the same operation, so that its calls can be shared; its own figures are the platform's affair. */
  beside: string[];
  judged: Probe[];
  /** Left out: as many as the simulator makes by itself. */
  skills?: number;
}

const cases: Case[] = [
  { broken: "wide-rows", merge: "widen", beside: [], judged: [rowsOfAgents(scope, agents, plain), rowsOfSkills(bySkills, skills)] },
  {
    broken: "split",
    merge: "split",
    beside: [`skill(id: "101") { agentSegments(lastMinutes: 240, agentIds: ${list}) { totalAgentConversationSegments } }`],
    judged: [rowsOfAgents(scope, agents, plain), agentTotal(scope, agents, { ...plain, bySkill: ["101"] })],
  },
  {
    broken: "summary",
    merge: "summary",
    beside: [
      "agentSegments(lastMinutes: 240) { intervals(everyMinutes: 60) { totalAgentConversationSegments } }",
      "skillSegments(lastMinutes: 240) { intervals(everyMinutes: 60) { totalSkillConversationSegments } }",
    ],
    judged: [agentTotal(scope, undefined, plain), skillTotal(bySkills, undefined)],
  },
  {
    broken: "filtered-keys",
    merge: "keys",
    beside: [],
    judged: [keyMetricsRows({ ...rows, ids: lateSkills }, [closed])],
    skills: manySkills,
  },
  { broken: "total-beside-rows", merge: "total", beside: [], judged: [keyMetricsRows(rows, [closed]), keyMetricsTotal(closed)] },
  {
    broken: "current-in-window",
    merge: "current",
    beside: [],
    judged: [
      keyMetricsTotal({ ...closed, window: { lastMinutes: 30 } }),
      keyMetricsTotal({ ...closed, window: null, fields: ["assignedConversations"] }),
    ],
  },
  {
    broken: "unpicked-intervals",
    merge: "unfiltered",
    beside: ["intervals(groupBy: [SKILL, AGENT], everyMinutes: 60, lastMinutes: 240) { nodes { handleTime } }"],
    judged: [intervalsBy(handled)],
  },
];

/** What is asked is answered; whether rightly is not judged. */
const unjudged = (field: string): Probe => ({ field, expected: (answer) => answer });

async function asked({ beside, judged, skills: count }: Case, off: string, breaks: WireVariants["breaks"]) {
  const world = await startWorld({
    start: Date.parse("2026-03-11T15:22:33.000Z"),
    simulated: { accounts: [{ id: "le1", seed: 4, conversationsPerDay: 1_500, historyDays: 1, ...(count && { skills: count }) }] },
    environment: off === "" ? {} : { LP_MERGES_OFF: off },
  });
  try {
    world.simulator.variants({ breaks });
    const parts = [{ account: "le1", probes: [...beside.map(unjudged), ...judged] }];
    const { ttlMs, staleMs } = world.config.accounts[0]!;
    const comparison = new Comparison();
    // Once with nothing stored, once from what that stored.
    for (let time = 0; time < 2; time++) {
      const answer = await world.ask(operationOf(parts), anybody);
      expect(answer.faults).toEqual([]);
      judge(answer, parts, ["le1"], { truthOf: (account) => world.simulator.truth(account), ages: { ttlMs, staleMs }, comparison });
    }
    return { differences: comparison.differences.length, numbers: comparison.numbers, calls: world.simulator.counts().total };
  } finally {
    await world.stop();
  }
}

describe.each(cases)("on a platform with the break $broken", (each) => {
  it("merging answers wrongly, and with the merge off every figure is right again, for as many calls or more", async () => {
    const merged = await asked(each, "", [each.broken]);
    expect(merged.differences).toBeGreaterThan(0);
    const apart = await asked(each, each.merge, [each.broken]);
    expect(apart.differences).toBe(0);
    expect(apart.numbers).toBeGreaterThan(0);
    expect(apart.calls).toBeGreaterThanOrEqual(merged.calls);
  });
});

it("with every merge off, all that was merged is still answered rightly on a platform that keeps its pages' word", async () => {
  const all = "widen, split, summary, keys, total, current, unfiltered";
  for (const each of cases) {
    const { differences } = await asked(each, all, []);
    expect(differences, each.merge).toBe(0);
  }
});
