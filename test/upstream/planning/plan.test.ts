import { describe, expect, test } from "vitest";
import { dayMs, hourMs } from "../../../src/time.js";
import { atLeast, costOf, nothingSeen, plan } from "../../../src/upstream/plan.js";
import { canonical, idSet, type Question } from "../../../src/upstream/question.js";
import { agentRows, intervalRows, keyRows, keyTotal, nowhere, skillRows } from "../questions-by-hand.js";

const unknown = () => nothingSeen;
const known = (sizes: Readonly<Record<string, number>>) => () => ({ ...nothingSeen, size: (name: string) => sizes[name] });
/** The name under which the number of all skills is known. */
const unfilteredSkills = `skillId ${canonical(nowhere)}`;
const ids = (count: number, from = 1_000) => Array.from({ length: count }, (_, index) => String(from + index));
const callsOf = (questions: readonly Question[], sizes: Parameters<typeof plan>[1] = unknown) =>
  plan(questions, sizes).map(({ call }) => call);

describe("what never shares a call", () => {
  const day = { from: 0, to: dayMs };
  test.each<[string, Question, Question]>([
    ["two accounts", skillRows(), skillRows({ account: "b" })],
    ["two credentials", skillRows(), skillRows({ credential: "another" })],
    ["two windows of agent segments", agentRows(), agentRows({ lastMinutes: 30 })],
    ["two intervals of agent segments", agentRows({ everyMinutes: 15 }), agentRows({ everyMinutes: 30 })],
    ["totals over different agents", agentRows({ of: "total", agents: ["1"] }), agentRows({ of: "total", agents: ["1", "2"] })],
    ["a total over some agents and the rows of others", agentRows({ of: "total", agents: ["1"] }), agentRows({ agents: ["2"] })],
    ["a total over some agents and the rows of all", agentRows({ of: "total", agents: ["1"] }), agentRows({ agents: "all" })],
    ["two group filters", agentRows({ groupIds: ["5"] }), agentRows({ groupIds: ["6"] })],
    ["two user types", agentRows({ userType: "HUMAN" }), agentRows()],
    ["a source and all sources", agentRows({ source: "APP" }), agentRows()],
    ["two intervals of skill segments", skillRows({ everyMinutes: 5 }), skillRows({ everyMinutes: 10 })],
    ["totals over different skills", skillRows({ of: "total", skills: ["1"] }), skillRows({ of: "total", skills: "all" })],
    ["two windows of key metrics", keyRows(), keyRows({ window: { lastMinutes: 30 } })],
    ["a window by length and one by its ends", keyRows(), keyRows({ window: { from: 0, to: hourMs } })],
    ["two groupings of key metrics", keyRows(), keyRows({ of: "agentGroupId" })],
    ["the total under a filter and under none", keyTotal({ filters: { ...nowhere, agentIds: ["1"] } }), keyTotal()],
    ["rows under a filter and under none", keyRows({ filters: { ...nowhere, agentGroupIds: ["1"] } }), keyRows()],
    ["rows and the total under another filter", keyRows(), keyTotal({ filters: { ...nowhere, agentIds: ["1"] } })],
    ["a total over some skills and the row of another", keyRows({ keys: ["2"] }), keyTotal({ filters: { ...nowhere, skillIds: ["1"] } })],
    ["sub-groups in and out", keyRows({ of: "agentGroupId" }), keyRows({ of: "agentGroupId", includeSubGroups: true })],
    ["two user types of key metrics", keyRows(), keyRows({ userType: "BOT" })],
    ["two groupings of interval metrics", intervalRows(), intervalRows({ grouping: ["SKILL", "AGENT"] })],
    ["two interval lengths", intervalRows(), intervalRows({ everyMinutes: 60 })],
    ["two handle time models", intervalRows(), intervalRows({ handleTimeModel: "EHT" })],
    ["interval metrics under a filter of another kind", intervalRows(), intervalRows({ filters: { AGENT: "1" } })],
    [
      "windows whose ends are more than a day apart",
      intervalRows({ window: day }),
      intervalRows({ window: { from: dayMs, to: 2 * dayMs } }),
    ],
  ])("%s", (_, one, other) => {
    expect(plan([one, other], unknown)).toHaveLength(2);
    expect(plan([one], unknown)).toHaveLength(1);
  });
});

describe("the fewest calls where placing one question after the other does not find them", () => {
  test.each<[string, Question[]]>([
    [
      "a total takes the intervals of its own rows, so that the others can share the rest",
      [
        agentRows({ agents: ["3"], everyMinutes: 30 }),
        agentRows({ agents: ["2", "3"] }),
        agentRows({ agents: ["2", "3"], everyMinutes: 15 }),
        agentRows({ of: "total", agents: ["3"] }),
      ],
    ],
    [
      "a row rides on the call of the intervals that all rows share, not on the total's",
      [
        skillRows({ skills: ["2"], everyMinutes: 15 }),
        skillRows({ skills: ["1", "2"] }),
        skillRows({ skills: "all", everyMinutes: 30 }),
        skillRows({ of: "total", skills: ["2"] }),
      ],
    ],
    [
      "windows pair up so that each pair fits a day",
      [
        intervalRows({ window: { from: 6 * hourMs, to: 24 * hourMs } }),
        intervalRows({ window: { from: 12 * hourMs, to: 30 * hourMs } }),
        intervalRows({ window: { from: 0, to: 24 * hourMs } }),
        intervalRows({ window: { from: 30 * hourMs, to: 36 * hourMs } }),
      ],
    ],
  ])("%s", (_, questions) => {
    for (let turn = 0; turn < questions.length; turn++) {
      questions.push(questions.shift()!);
      expect(costOf(plan(questions, unknown))).toBe(2);
    }
  });
});

describe("a wallboard of 200 agents and 60 skills", () => {
  const agents = ids(200);
  const skills = ids(60, 5_000);

  test("is one call of agent segments, with intervals, split and total, for rows asked agent by agent", () => {
    const questions = agents.flatMap((id) => [
      agentRows({ agents: [id] }),
      agentRows({ agents: [id], everyMinutes: 15 }),
      ...skills.slice(0, 5).map((skill) => agentRows({ agents: [id], skills: [skill] })),
    ]);
    const all = agentRows({ of: "total", agents: "all" });
    expect(callsOf([...questions, all])).toMatchObject([{ agents: "all", everyMinutes: 15, skills: skills.slice(0, 5) }]);
    expect(callsOf(questions)).toMatchObject([{ agents, everyMinutes: 15, skills: skills.slice(0, 5) }]);
  });

  test("is one call for each interval length, whatever else rides on them", () => {
    const questions = agents.flatMap((id) => [15, 30, null].map((everyMinutes) => agentRows({ agents: [id], everyMinutes })));
    expect(callsOf([...questions, agentRows({ of: "total", agents: "all" })])).toHaveLength(2);
  });

  test("rides on the totals of its teams, where they are asked for", () => {
    const teams = Array.from({ length: 10 }, (_, team) => agents.slice(team * 20, team * 20 + 20));
    const totals = teams.map((team) => agentRows({ of: "total", agents: idSet(team) }));
    const planned = plan([...agents.map((id) => agentRows({ agents: [id] })), ...totals], unknown);
    expect(planned.map(({ questions }) => questions.length)).toEqual(teams.map((team) => team.length + 1));
  });

  test("is one call of key metrics of two pages, where current figures, windows and the total would be three", () => {
    const questions = skills.flatMap((id) => [keyRows({ keys: [id] }), keyRows({ keys: [id], window: null, current: true })]);
    const planned = plan([...questions, keyTotal(), keyRows({ keys: "all" })], known({ [unfilteredSkills]: 60 }));
    expect(planned.map(({ call }) => call)).toMatchObject([{ groupBy: "skillId", take: "all", total: true, byTime: true, current: true }]);
    expect(costOf(planned)).toBe(2);
  });

  test("reads the skills named, when reading all that the account has would be more pages", () => {
    const many = known({ [unfilteredSkills]: 500 });
    const planned = plan(
      skills.map((id) => keyRows({ keys: [id] })),
      many,
    );
    expect(planned).toMatchObject([{ call: { filters: { skillIds: skills } }, exchanges: 2 }]);
  });

  test("reads all that the account has, when more are named than it has", () => {
    const planned = plan([keyRows({ keys: ids(200) })], known({ [unfilteredSkills]: 60 }));
    expect(planned).toMatchObject([{ call: { filters: { skillIds: null }, take: "all" }, exchanges: 2 }]);
  });

  test("reads a sorted list as far as the longest of equal orders needs, and whole where orders differ", () => {
    const sorted = (metric: string, first: number) => keyRows({ keys: { metric, direction: "desc", first } });
    const many = known({ [unfilteredSkills]: 500 });
    expect(callsOf([sorted("agentLoad", 50), sorted("agentLoad", 150), sorted("agentLoad", 100)], many)).toMatchObject([
      { order: { metric: "agentLoad", direction: "desc" }, take: 150 },
    ]);
    expect(callsOf([sorted("agentLoad", 50), sorted("csat", 50)], many)).toMatchObject([{ take: 50 }, { take: 50 }]);
    expect(callsOf([sorted("agentLoad", 450), sorted("csat", 450)], many)).toMatchObject([{ order: null, take: "all" }]);
  });

  test("is one call an agent where only a filter can say it", () => {
    const questions = agents.flatMap((id) => {
      const filters = { ...nowhere, agentIds: [id] };
      return [keyTotal({ filters }), keyTotal({ filters, window: null, current: true })];
    });
    const planned = plan(questions, unknown);
    expect(planned).toHaveLength(200);
    expect(planned.every(({ questions: answered }) => answered.length === 2)).toBe(true);
  });

  test("asks for all ids of a list in place of more than a URL holds", () => {
    const long = ids(500, 1_000_000_000);
    expect(callsOf(long.map((id) => skillRows({ skills: [id] })))).toMatchObject([{ skills: "all" }]);
  });

  test("asks for everybody while that is small, and only for who is wanted when it is not", () => {
    const rows = agents.slice(0, 3).map((id) => agentRows({ agents: [id], everyMinutes: 5 }));
    expect(callsOf(rows, known({ agents: 4_000 }))).toMatchObject([{ agents: "all" }]);
    expect(callsOf(rows, known({ agents: 5_000 }))).toMatchObject([{ agents: agents.slice(0, 3) }]);
  });
});

describe("the interval metrics of 60 skills over 14 days", () => {
  const days = Array.from({ length: 14 }, (_, day) => ({ from: day * dayMs, to: (day + 1) * dayMs }));
  const skills = ids(60, 5_000);
  const picks = (some: readonly string[], windows = days) =>
    windows.flatMap((window) => some.map((id) => intervalRows({ window, filters: { SKILL: id } })));

  test("are one call a day while nothing is known of their number", () => {
    expect(callsOf(picks(skills))).toHaveLength(14);
  });

  test("are read whole on days where that is fewer pages, and picked one by one on days where it is more", () => {
    // 96 slots of 60 rows are 12 pages of 500.
    const planned = plan(
      [...picks(skills, days.slice(0, 1)), ...picks(skills.slice(0, 3), days.slice(1))],
      known({ "rows SKILL 15 IFT ": 60 }),
    );
    expect(costOf(planned)).toBe(12 + 13 * 3);
    expect(planned).toHaveLength(1 + 13 * 3);
  });

  test("share one call where their windows lie within a day of each other, even across midnight", () => {
    const late = intervalRows({ window: { from: 20 * hourMs, to: dayMs } });
    const early = intervalRows({ window: { from: dayMs, to: dayMs + 4 * hourMs } });
    expect(callsOf([late, early])).toMatchObject([{ window: { from: 20 * hourMs, to: dayMs + 4 * hourMs } }]);
  });
});

test("equal questions are planned once, and thousands without trying each with each", () => {
  const everyone = ids(500);
  const questions = everyone.flatMap((id) => [
    agentRows({ agents: [id] }),
    keyTotal({ filters: { ...nowhere, agentIds: [id] } }),
    keyTotal({ filters: { ...nowhere, agentIds: [id] }, window: null, current: true }),
    ...Array.from({ length: 5 }, (_, day) =>
      intervalRows({ grouping: ["AGENT"], window: { from: day * dayMs, to: (day + 1) * dayMs }, filters: { AGENT: id } }),
    ),
  ]);
  const merges = { count: 0 };
  const size = (name: string) => {
    merges.count++;
    return name.startsWith("rows ") ? 1_000 : undefined;
  };
  const planned = plan([...questions, ...questions], () => ({ ...nothingSeen, size }));
  expect(planned.reduce((sum, { questions: answered }) => sum + answered.length, 0)).toBe(questions.length);
  // Every look at a size belongs to a merge that was tried: work that grew with the square of the questions would be millions.
  expect(merges.count).toBeLessThan(10 * questions.length);
});

describe("the number of calls below which nothing can answer", () => {
  const totals = ids(450).map((id, index) => agentRows({ of: "total", agents: ids(300, 1_000 + index).concat(id) }));
  const rows = ids(500).map((id) => agentRows({ agents: [id] }));

  test("counts different totals, which share no call", () => {
    expect(atLeast([...totals.slice(0, 3), ...rows])).toBe(3);
    expect(atLeast([keyTotal(), keyTotal({ window: { lastMinutes: 30 } }), keyTotal({ filters: { ...nowhere, skillIds: ["1"] } })])).toBe(
      3,
    );
  });

  test("is never above what a plan needs", () => {
    const some = [
      ...totals.slice(0, 4),
      ...rows.slice(0, 5),
      agentRows({ everyMinutes: 15, agents: "all" }),
      agentRows({ agents: "all", of: "total" }),
    ];
    expect(atLeast(some)).toBeLessThanOrEqual(costOf(plan(some, unknown)));
  });
});
