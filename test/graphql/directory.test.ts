import { describe, expect, test } from "vitest";
import { GatewayError } from "../../src/errors.js";
import { keys } from "../../src/graphql/directory.js";
import { createDirectoryMemory } from "../../src/graphql/directory-memory.js";
import { minuteMs } from "../../src/time.js";
import { rowsById } from "../../src/upstream/apis/key-metrics/fetch.js";
import type { IntervalMetricsReply, KeyMetricsReply, Question } from "../../src/upstream/question.js";
import { contactCenter, executed, outlined } from "./executed.js";
import { byHand, noon, replyTo, unavailable } from "./platform-by-hand.js";

const off = new GatewayError("UPSTREAM_UNAUTHORIZED", "The feature may be off.", { api: "INTERVAL_METRICS", status: 403 });

test("agents come from their segments of the last 24 hours, with all skills, kept ten minutes", async () => {
  const context = byHand();
  const nodes = [{ id: "12" }, { id: "13" }, { id: "100" }];
  expect(await contactCenter(context, "agents { nodes { id } totalCount }")).toEqual({ agents: { nodes, totalCount: 3 } });
  expect(context.asked).toEqual([
    expect.objectContaining({ lastMinutes: 1440, agents: "all", skills: "all", userType: "ALL", freshForMs: 10 * minuteMs }),
  ]);
});

test("an agent's skills and a skill's agents are read from the same rows", async () => {
  const context = byHand();
  expect(await contactCenter(context, "agent(id: 12) { skills { id } } skill(id: 1) { agents { nodes { id } } }")).toEqual({
    agent: { skills: [{ id: "1" }] },
    skill: { agents: { nodes: [{ id: "12" }, { id: "100" }] } },
  });
  expect(new Set(context.asked.map((question) => JSON.stringify(question))).size).toBe(1);
});

test("the platform's rows without an entity, and rows without a segment, make no agent and no skill", async () => {
  const segments = { totalAgentConversationSegments: 1 };
  const rows = new Map([
    ["null", segments],
    ["12", segments],
    ["13", { totalAgentConversationSegments: 0 }],
  ]);
  const bySkill = new Map([
    ["null", rows],
    ["1", rows],
  ]);
  const context = byHand({
    reply: () => ({ asOf: noon, newestAskedAt: noon, window: { from: 0, to: noon }, agents: rows, bySkill, total: null, intervals: null }),
  });
  expect(
    await contactCenter(context, "agents { nodes { id } } agent(id: 12) { skills { id } } skill(id: 1) { agents { nodes { id } } }"),
  ).toEqual({
    agents: { nodes: [{ id: "12" }] },
    agent: { skills: [{ id: "1" }] },
    skill: { agents: { nodes: [{ id: "12" }] } },
  });
});

test("name, login and group of an agent come from yesterday's and today's rows of that agent", async () => {
  const context = byHand();
  expect(await contactCenter(context, "agent(id: 12) { name login group { id name } }")).toEqual({
    agent: { name: "Agent 12", login: "agent12@example.org", group: { id: "5", name: "Day" } },
  });
  const intervals = context.asked.filter((question) => question.api === "interval-metrics");
  expect(
    new Set(
      intervals.map(({ everyMinutes, window, filters }) =>
        JSON.stringify([everyMinutes, filters, new Date(window.from), new Date(window.to)]),
      ),
    ),
  ).toEqual(
    new Set([
      '[1440,{"AGENT":"12"},"2026-11-20T00:00:00.000Z","2026-11-21T00:00:00.000Z"]',
      '[60,{"AGENT":"12"},"2026-11-21T00:00:00.000Z","2026-11-21T12:00:00.000Z"]',
    ]),
  );
});

test("in the first hour of a day there is no today to ask for", async () => {
  const context = byHand({ now: Date.parse("2026-11-21T00:20:00Z") });
  await contactCenter(context, "agent(id: 12) { login }");
  expect(context.asked).toEqual([expect.objectContaining({ everyMinutes: 1440 })]);
});

test("the group is the one of the latest row", async () => {
  const moved = (question: Question) => {
    const reply = replyTo(question) as IntervalMetricsReply;
    if (question.api !== "interval-metrics") return reply;
    const group = (from: number) => (from >= Date.parse("2026-11-21T11:00:00Z") ? "-1" : "5");
    return { ...reply, rows: reply.rows.map((row) => ({ ...row, ids: { ...row.ids, AGENT_GROUP: group(row.window.from) } })) };
  };
  const fields =
    "agent(id: 12) { group { id } } agentGroup(id: -1) { agents { nodes { id } } } other: agentGroup(id: 5) { agents { totalCount } }";
  expect(await contactCenter(byHand({ reply: moved }), fields)).toEqual({
    agent: { group: { id: "-1" } },
    agentGroup: { agents: { nodes: [{ id: "12" }, { id: "13" }, { id: "100" }] } },
    other: { agents: { totalCount: 0 } },
  });
});

describe("an account without interval metrics", () => {
  const source =
    "{ contactCenter { agent(id: 12) { name login group { id } intervals { totalCount } } agentGroup(id: 5) { name agents { totalCount } } } }";

  test("has no names, logins and groups of agents, without an error; its metrics keep theirs", async () => {
    const { data, errors } = await executed(byHand({ failing: { "interval-metrics": off } }), source);
    expect(data).toEqual({
      contactCenter: { agent: { name: null, login: null, group: null, intervals: null }, agentGroup: { name: "Day", agents: null } },
    });
    expect(errors?.map(({ path, extensions }) => [path?.join("."), extensions.code])).toEqual([
      ["contactCenter.agent.intervals", "UPSTREAM_UNAUTHORIZED"],
    ]);
  });

  test("is remembered for ten minutes, by account, for the directory alone", async () => {
    const memory = createDirectoryMemory();
    await executed(byHand({ memory, failing: { "interval-metrics": off } }), source);
    const directory = "{ contactCenter { agent(id: 12) { name login group { id } } agentGroup(id: 5) { agents { totalCount } } } }";
    const soon = byHand({ memory, now: noon + 10 * minuteMs - 1 });
    expect((await executed(soon, directory)).errors).toBeUndefined();
    expect([...soon.asked, ...outlined(soon, directory).questions]).toEqual([]);
    const metrics = byHand({ memory });
    await contactCenter(metrics, "agent(id: 12) { intervals { totalCount } }");
    expect(metrics.asked).toHaveLength(1);
    for (const other of [byHand({ memory, accounts: ["a2"] }), byHand({ memory, now: noon + 10 * minuteMs })])
      expect(outlined(other, directory).questions.length).toBeGreaterThan(0);
  });

  test("is not taken for one whose interval metrics fail otherwise", async () => {
    const memory = createDirectoryMemory();
    const { errors } = await executed(
      byHand({ memory, failing: { "interval-metrics": unavailable("INTERVAL_METRICS") } }),
      "{ contactCenter { agent(id: 12) { name } } }",
    );
    expect(errors?.map(({ path }) => path?.join("."))).toEqual(["contactCenter.agent.name"]);
    expect(memory.intervalsOffUntil({ account: "a1", credential: "own" }, noon)).toBeNull();
  });
});

describe("a name seen in any answer", () => {
  const rows = "intervals(groupBy: [SKILL, AGENT_GROUP, AGENT]) { totalCount }";
  const named = "skill(id: 1) { name } agentGroup(id: 5) { name } agent(id: 12) { name login }";

  test("is remembered for ten minutes, and asked for again after them", async () => {
    const memory = createDirectoryMemory();
    await contactCenter(byHand({ memory }), rows);
    const soon = byHand({ memory, now: noon + 10 * minuteMs - 1 });
    expect(await contactCenter(soon, named)).toEqual({
      skill: { name: "Sales" },
      agentGroup: { name: "Day" },
      agent: { name: "Agent 12", login: "agent12@example.org" },
    });
    expect(soon.asked).toEqual([]);
    const later = byHand({ memory, now: noon + 10 * minuteMs });
    await contactCenter(later, named);
    expect(later.asked.map(({ api }) => api)).toEqual(expect.arrayContaining(["key-metrics", "interval-metrics"]));
  });

  test("belongs to its account and credential", async () => {
    const memory = createDirectoryMemory();
    await contactCenter(byHand({ memory }), rows);
    const other = { ...byHand({ memory }), credential: "somebody else" };
    await contactCenter(other, "skill(id: 1) { name }");
    expect(other.asked).toHaveLength(1);
    expect(memory.naming({ account: "a2", credential: "own" }, "SKILL", "1", noon)).toBeUndefined();
  });

  describe("in replies of different age", () => {
    const scope = { account: "a1", credential: "own" };
    const question = keys("skillId", { account: "a1", ids: null }, byHand());
    const reply = (name: string | null, asOf: number): KeyMetricsReply => ({
      asOf,
      newestAskedAt: asOf,
      window: { from: 0, to: 1 },
      ...rowsById([{ id: "1", name, byTime: {}, current: {} }]),
      count: 1,
      order: null,
      total: null,
    });
    const learnt = (...replies: KeyMetricsReply[]) => {
      const memory = createDirectoryMemory();
      for (const each of replies) memory.learn(question, each, noon);
      return memory.naming(scope, "SKILL", "1", noon);
    };

    test.each([
      ["gives way to a later one", [reply("old", noon - 2), reply("new", noon - 1)], "new", noon - 1],
      ["never gives way to an earlier one", [reply("new", noon - 1), reply("old", noon - 2)], "new", noon - 1],
      ["never gives way to none", [reply("known", noon - 2), reply(null, noon - 1)], "known", noon - 2],
      ["is worth more than none", [reply(null, noon - 1), reply("known", noon - 2)], "known", noon - 2],
    ])("%s, and is kept ten minutes from when the platform was asked", (_, replies, name, asOf) => {
      expect(learnt(...replies)).toEqual({ name, login: null, asOf, until: asOf + 10 * minuteMs });
    });

    test("is not kept longer because a stored answer is read again", () => {
      const memory = createDirectoryMemory();
      const stored = reply("Sales", noon);
      for (const minutes of [0, 3, 6, 9]) memory.learn(question, stored, noon + minutes * minuteMs);
      expect(memory.naming(scope, "SKILL", "1", noon + 10 * minuteMs - 1)?.name).toBe("Sales");
      expect(memory.naming(scope, "SKILL", "1", noon + 10 * minuteMs)).toBeUndefined();
    });

    test("is not learnt from an answer that is ten minutes old", () => {
      expect(learnt(reply("Sales", noon - 10 * minuteMs))).toBeUndefined();
    });

    test("is read from a reply once, however often that is asked for", () => {
      const memory = createDirectoryMemory();
      let reads = 0;
      const row = { id: "1", byTime: {}, current: {} };
      const counting = Object.defineProperty({ ...row, name: null }, "name", { get: () => `Sales ${++reads}` });
      const stored = { ...reply(null, noon), rows: [counting] };
      for (let times = 0; times < 3; times++) memory.learn(question, stored, noon);
      expect(reads).toBe(1);
    });
  });

  test("that rows leave out is null too, without a call, until any answer knows it", async () => {
    const memory = createDirectoryMemory();
    const unnamed = (question: Question) => {
      const reply = replyTo(question) as IntervalMetricsReply;
      return { ...reply, rows: reply.rows.map((row) => ({ ...row, skillName: null })) };
    };
    const context = byHand({ memory, reply: unnamed });
    expect(await contactCenter(context, "intervals(lastMinutes: 15, skillId: 1) { nodes { skill { name } } }")).toEqual({
      intervals: { nodes: [{ skill: { name: null } }] },
    });
    expect(context.asked).toHaveLength(1);
    await contactCenter(byHand({ memory }), "skills { nodes { id } }");
    expect(memory.naming({ account: "a1", credential: "own" }, "SKILL", "1", noon)?.name).toBe("Sales");
  });

  test("that the platform does not know is null, and remembered as such", async () => {
    const memory = createDirectoryMemory();
    expect(
      await contactCenter(
        byHand({
          memory,
          reply: (question) => ({ ...replyTo(question), ...rowsById([{ id: "1", name: null, byTime: {}, current: {} }]) }) as never,
        }),
        "skill(id: 1) { name }",
      ),
    ).toEqual({ skill: { name: null } });
    const again = byHand({ memory });
    expect(await contactCenter(again, "skill(id: 1) { name }")).toEqual({ skill: { name: null } });
    expect(again.asked).toEqual([]);
  });
});

describe("a row's own name", () => {
  const old = (question: Question) => ({ ...replyTo(question), asOf: noon - 3 * 60 * minuteMs });

  test.each([
    "intervals(groupBy: [SKILL, AGENT_GROUP, AGENT]) { nodes { skill { name } agentGroup { name } agent { name login } } }",
    'conversation(id: "c-1") { handling { agents { name login } skills { name } } }',
    "skills(orderBy: { metric: AVG_WAIT_TIME }) { nodes { name } }",
    "agentGroups { nodes { name } }",
  ])("needs no call, however old the stored answer is: %s", async (fields) => {
    const context = byHand({ reply: old });
    expect(JSON.stringify(await contactCenter(context, fields))).not.toContain('"name":null');
    expect(context.asked).toHaveLength(1);
  });

  test("is that of the group in which an agent last worked, too", async () => {
    const context = byHand({ reply: old });
    expect(await contactCenter(context, "agent(id: 12) { group { name } }")).toEqual({ agent: { group: { name: "Day" } } });
    expect(context.asked.map(({ api }) => api)).toEqual(["interval-metrics", "interval-metrics"]);
  });

  test("gives way to a later one that is remembered", async () => {
    const memory = createDirectoryMemory();
    await contactCenter(byHand({ memory }), "skills { nodes { id } }");
    const renamed = (question: Question) => {
      const reply = old(question) as IntervalMetricsReply;
      return { ...reply, rows: reply.rows.map((row) => ({ ...row, skillName: "Former name" })) };
    };
    expect(
      await contactCenter(byHand({ memory, reply: renamed }), "intervals(lastMinutes: 15, skillId: 1) { nodes { skill { name } } }"),
    ).toEqual({ intervals: { nodes: [{ skill: { name: "Sales" } }] } });
  });
});

test("that no row names an agent is remembered until the day's rows are asked for again", async () => {
  const memory = createDirectoryMemory();
  const naming = "agent(id: 999) { name login }";
  await contactCenter(byHand({ memory }), naming);
  const soon = byHand({ memory, now: noon + 10 * minuteMs - 1 });
  expect(await contactCenter(soon, naming)).toEqual({ agent: { name: null, login: null } });
  expect(soon.asked).toEqual([]);
  const later = byHand({ memory, now: noon + 10 * minuteMs });
  await contactCenter(later, naming);
  expect(later.asked.length).toBeGreaterThan(0);
});

test("nothing is remembered longer because the clock was set back by an hour", async () => {
  const memory = createDirectoryMemory();
  const scope = { account: "a1", credential: "own" };
  await contactCenter(byHand({ memory }), "skills { nodes { id } }");
  memory.noteIntervalsOff(scope, noon);
  const remembered = (now: number) => [memory.naming(scope, "SKILL", "1", now)?.name, memory.intervalsOffUntil(scope, now)];
  expect(remembered(noon - minuteMs)).toEqual(["Sales", noon + 10 * minuteMs]);
  expect(remembered(noon - 60 * minuteMs)).toEqual([undefined, null]);
});
