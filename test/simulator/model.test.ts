import { expect, test } from "vitest";
import { Truth } from "../../src/simulator/answers/truth.js";
import { ContactCenter } from "../../src/simulator/model/contact-center.js";
import { day, hour, minute } from "../../src/simulator/model/duration.js";
import { type Scale, scales } from "../../src/simulator/model/scale.js";
import { noon } from "./live.js";

function center(seed: number, scale: Scale = scales.small, opened = noon): ContactCenter {
  return new ContactCenter(scale, seed, opened);
}

/** Everything there is to say about a window. */
function all(of: ContactCenter, from: number, to: number): unknown {
  const truth = new Truth(of, () => noon);
  return [
    truth.agentSegmentsByInterval({ from, to, intervalMs: 15 * minute, skillIds: "all" }),
    truth.skillSegmentsByInterval({ from, to, intervalMs: 15 * minute }),
    truth.keyMetrics({ from, to, asOf: to, groupBy: "skillId" }),
    truth.keyMetrics({ from, to, asOf: to, groupBy: "agentGroupId", includeSubGroups: true }),
    truth.intervalMetrics({
      from,
      to,
      intervalMinutes: 15,
      grouping: ["skill", "agent"],
      handleTimeModel: "EHT",
      metrics: ["handleTime", "workTime"],
    }),
    truth.intervalMetrics({
      from,
      to,
      intervalMinutes: 60,
      grouping: ["skill"],
      handleTimeModel: "IFT",
      metrics: ["handleTime", "arrivals"],
      includeBotSkills: true,
    }),
  ];
}

test("the same seed makes the same contact centre", () => {
  const [one, other] = [center(7), center(7)];
  for (const each of [one, other]) each.advanceTo(noon);
  expect(one.directory).toEqual(other.directory);
  expect(all(one, noon - day, noon)).toEqual(all(other, noon - day, noon));
});

test("another seed makes other figures under the same ids", () => {
  const [one, other] = [center(7), center(8)];
  for (const each of [one, other]) each.advanceTo(noon);
  const ids = ({ directory }: ContactCenter) =>
    [directory.agents, directory.skills, directory.groups].map((list) => list.map(({ id }) => id));
  expect(ids(one)).toEqual(ids(other));
  expect(all(one, noon - day, noon)).not.toEqual(all(other, noon - day, noon));
});

test("time passes in the same way in one leap and in small steps", () => {
  const [leap, steps] = [center(3), center(3)];
  for (let time = noon - day; time < noon; time += 7 * minute + 1) steps.advanceTo(time);
  steps.advanceTo(noon);
  leap.advanceTo(noon);
  expect(all(steps, noon - day, noon)).toEqual(all(leap, noon - day, noon));
});

test("the past stays as it was while time goes on, up to the last millisecond", () => {
  const one = center(5, { ...scales.small, conversationsPerDay: 600 });
  for (let hours = 1; hours < 12; hours++) {
    const end = Math.floor((noon - hours * 2 * hour) / (15 * minute)) * 15 * minute;
    const fresh = center(5, { ...scales.small, conversationsPerDay: 600 });
    fresh.advanceTo(end);
    const before = all(fresh, end - 4 * hour, end);
    one.advanceTo(noon);
    expect(all(one, end - 4 * hour, end)).toEqual(before);
  }
});

test("a restart on the same day has the same past", () => {
  const [morning, evening] = [center(9, scales.small, noon - 5 * hour), center(9, scales.small, noon)];
  for (const each of [morning, evening]) each.advanceTo(noon);
  expect(all(morning, noon - day, noon)).toEqual(all(evening, noon - day, noon));
});

test("an agent looks at one conversation at a time, and bots at none", () => {
  const { ledger } = busy();
  const until = new Map<unknown, number>();
  for (const { agent, start, engagedUntil, end } of ledger.focuses) {
    expect(agent.bot).toBe(false);
    expect(start).toBeGreaterThanOrEqual(until.get(agent) ?? 0);
    expect(engagedUntil).toBeGreaterThanOrEqual(start);
    expect(end).toBeGreaterThanOrEqual(engagedUntil);
    until.set(agent, end);
  }
});

test("everything that people do to a conversation happens: takeovers, resumes, transfers, all ways to end", () => {
  const { ledger } = busy();
  const seen = new Set(ledger.endedAgentSegments.flatMap(({ began, ended, agent }) => [began, `${ended}`, agent.bot ? "bot" : "human"]));
  expect([...seen].sort()).toEqual(["agent", "bot", "consumer", "human", "new", "resume", "system", "takeover", "transfer"]);
  expect(ledger.endedSkillSegments.some(({ endedInQueue }) => endedInQueue)).toBe(true);
  expect(new Set(ledger.surveys.map(({ score }) => score))).toEqual(new Set([1, 2, 3, 4, 5]));
  expect(new Set([...ledger.states.values()].flat().map(({ state }) => state))).toEqual(
    new Set(["ONLINE", "AWAY", "BACK_SOON", "OFFLINE"]),
  );
});

test("a conversation has one agent at a time, and is in one skill from opening to closing", () => {
  const { ledger } = busy();
  for (const list of [ledger.agentSegments, ledger.skillSegments]) {
    const until = new Map<unknown, number>();
    for (const { conversation, start, end } of list) {
      expect(start).toBeGreaterThanOrEqual(until.get(conversation) ?? 0);
      until.set(conversation, end);
    }
  }
});

test("no conversation is forgotten: what is open after a day has something happen to it within the next", () => {
  const { ledger } = busy();
  const oldest = ledger.agentSegments.filter(({ end }) => end === Number.POSITIVE_INFINITY).map(({ start }) => noon - start);
  expect(Math.max(...oldest)).toBeLessThan(12 * hour);
});

test("ids reach beyond 32 bits and include -1, and some agents, bots and skills have no name", () => {
  const { directory } = center(1);
  for (const list of [directory.agents, directory.skills]) expect(list.some(({ id }) => Number(id) > 2 ** 32)).toBe(true);
  expect(directory.skills.map(({ id }) => id)).toContain("-1");
  expect(directory.groups.map(({ id }) => id)).toContain("-1");
  expect(directory.skills.some(({ name }) => name === null)).toBe(true);
  expect(directory.agents.some(({ name, bot }) => name === null && bot)).toBe(true);
  expect(directory.agents.some(({ name, bot }) => name === null && !bot)).toBe(true);
});

test("any size is possible, and every skill has somebody", () => {
  const { directory } = center(1, { ...scales.small, agents: 400, skills: 120, groups: 30 });
  expect([directory.agents.length, directory.skills.length, directory.groups.length]).toEqual([400, 120, 30]);
  for (const { skills } of [center(1, { ...scales.small, agents: 8, skills: 120 }).directory, directory]) {
    expect(new Set(skills.map(({ id }) => id)).size).toBe(120);
  }
  expect(directory.skills.every((skill) => directory.agents.some((agent) => agent.skills.includes(skill)))).toBe(true);
});

let kept: ContactCenter | undefined;
function busy(): ContactCenter {
  if (kept === undefined) {
    kept = center(4, { ...scales.small, conversationsPerDay: 800 });
    kept.advanceTo(noon);
  }
  return kept;
}
