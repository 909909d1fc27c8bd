import { deserialize, serialize } from "node:v8";
import { describe, expect, test } from "vitest";
import { intervalMetrics } from "../../../src/upstream/apis/interval-metrics/descriptor.js";
import { fetchIntervalMetrics } from "../../../src/upstream/apis/interval-metrics/fetch.js";
import type { IntervalMetricsCall } from "../../../src/upstream/call.js";
import vendor from "../../fixtures/vendor/interval-metrics.json" with { type: "json" };
import { intervalRows } from "../questions-by-hand.js";
import { ok, queryOf, scripted } from "./scripted-exchange.js";

const time = (clock: string) => Date.parse(`2023-02-07T${clock}:00Z`);
const window = (from: string, to: string) => ({ from: time(from), to: time(to) });

const call = (part: Partial<IntervalMetricsCall> = {}): IntervalMetricsCall => ({
  api: "interval-metrics",
  grouping: ["SKILL"],
  everyMinutes: 15,
  handleTimeModel: "IFT",
  window: window("13:15", "14:00"),
  filters: {},
  includeBotSkills: true,
  ...part,
});

const row = (from: string, to: string, metrics: object, ids: object = { skillId: 1, skillName: "Sales" }) => ({
  timeframe: { from: `2023-02-07T${from}:00Z`, to: `2023-02-07T${to}:00Z` },
  ...ids,
  metrics,
});

async function fetched(body: unknown, part: Partial<IntervalMetricsCall> = {}) {
  const platform = scripted(() => ok(body), 77);
  const result = await fetchIntervalMetrics(call(part), platform.context());
  return { ...result, requests: platform.requests };
}

describe("the request for interval metrics", () => {
  test("has its window in UTC without milliseconds, its fixed metrics, and the largest page", async () => {
    const { requests } = await fetched({ intervals: [] });
    expect(requests[0]).toMatchObject({ service: "intervalMetrics", method: "GET", toCheck: expect.stringContaining("feature is off") });
    expect(requests[0]?.path).toBe(
      "/api/account/le1/interval-metrics?v=1&source=tests&from=2023-02-07T13:15:00Z&to=2023-02-07T14:00:00Z&intervalDuration=15&grouping=skill&handleTimeModel=IFT&metrics=handleTime,workTime,handledConversations,repliedConversations,consumerMessages,agentMessages,arrivals,closedConversations&includeBotSkills=true&pageSize=500",
    );
  });

  test("names groupings and filters as the platform does", async () => {
    const { requests } = await fetched(
      { intervals: [] },
      {
        grouping: ["SKILL", "AGENT_GROUP", "AGENT", "CONVERSATION"],
        filters: { SKILL: "1", AGENT_GROUP: "-1", AGENT: "3", CONVERSATION: "a-b_c" },
        everyMinutes: 60,
        handleTimeModel: "EHT",
        includeBotSkills: false,
      },
    );
    expect(requests.map(queryOf)).toEqual([
      {
        v: "1",
        source: "tests",
        from: "2023-02-07T13:15:00Z",
        to: "2023-02-07T14:00:00Z",
        intervalDuration: "60",
        grouping: "skill,agentGroup,agent,conversation",
        skillId: "1",
        agentGroupId: "-1",
        agentId: "3",
        conversationId: "a-b_c",
        handleTimeModel: "EHT",
        metrics: "handleTime,workTime,handledConversations,repliedConversations",
        includeBotSkills: "false",
        pageSize: "500",
      },
    ]);
  });

  test.each([
    [["SKILL"], 8],
    [["AGENT"], 6],
    [["SKILL", "AGENT"], 6],
    [["AGENT_GROUP"], 6],
    [["SKILL", "CONVERSATION"], 4],
  ] as const)("grouped by %j asks for %i metrics", async (grouping, count) => {
    const { requests } = await fetched({ intervals: [] }, { grouping });
    expect(requests.map(queryOf)[0]?.metrics?.split(",")).toHaveLength(count);
  });
});

describe("rows of interval metrics", () => {
  test("the vendor's example by skill: times by the RFC 3339 pair, ids as number or string, seconds as milliseconds", async () => {
    const lastPage = ok({ intervals: [] });
    const platform = scripted((_, index) => (index === 0 ? ok(vendor.examples.bySkill.answer) : lastPage), 77);
    const bySkill = call({ window: window("13:15", "13:45") });
    const { reply } = await fetchIntervalMetrics(bySkill, platform.context());
    expect(platform.requests.map((request) => queryOf(request).offset)).toEqual([undefined, "100"]);
    expect(reply).toEqual({
      asOf: 77,
      newestAskedAt: 78,
      window: window("13:15", "13:45"),
      pending: [],
      bySlot: new Map([[time("13:15"), reply.rows]]),
      rows: [
        {
          window: window("13:15", "13:30"),
          ids: { SKILL: "123" },
          skillName: "Tech Support",
          agentGroupName: null,
          agentName: null,
          agentLogin: null,
          human: true,
          values: {
            handleTime: 240_000,
            workTime: null,
            handledConversations: 20,
            repliedConversations: 15,
            consumerMessages: 40,
            agentMessages: 60,
            arrivals: 120,
            closedConversations: 17,
          },
        },
        expect.objectContaining({ ids: { SKILL: "456" }, skillName: "Sales", values: expect.objectContaining({ handleTime: 360_000 }) }),
      ],
    });
  });

  test("the vendor's example by agent: ids and names of the grouping alone, though rows name skills too", async () => {
    const { intervals } = vendor.examples.byAgent.answer;
    const { reply } = await fetched({ intervals }, { grouping: ["AGENT"], window: window("13:15", "13:30") });
    expect(reply.rows.map(({ ids, agentName, agentLogin, skillName }) => [ids, agentName, agentLogin, skillName])).toEqual([
      [{ AGENT: "123" }, "John Doe", "john.doe@brand.com", null],
      [{ AGENT: "456" }, "Jane Doe", "jane.doe@brand.com", null],
    ]);
  });

  test("without human activity keep only what needs no human: other zeros were not measured", async () => {
    const idle = { handleTime: 0, workTime: 0, handledConversations: 0, repliedConversations: 0, agentMessages: 0 };
    const { reply } = await fetched({
      intervals: [row("13:15", "13:30", { ...idle, consumerMessages: 4, arrivals: 2, closedConversations: 0 })],
    });
    expect(reply.rows.map(({ human, values }) => [human, values])).toEqual([
      [
        false,
        {
          handleTime: null,
          workTime: null,
          handledConversations: null,
          repliedConversations: null,
          agentMessages: null,
          consumerMessages: 4,
          arrivals: 2,
          closedConversations: 0,
        },
      ],
    ]);
  });

  test.each(["handleTime", "workTime", "handledConversations", "repliedConversations", "agentMessages"])(
    "with any %s are human, and their zeros are measured",
    async (name) => {
      const { reply } = await fetched({ intervals: [row("13:15", "13:30", { handleTime: 0, workTime: 0, [name]: 1 })] });
      expect(reply.rows[0]?.human).toBe(true);
      expect(reply.rows[0]?.values[name === "handleTime" ? "workTime" : "handleTime"]).toBe(0);
    },
  );

  test("outside the window are dropped: those that began before, and those that begin at its end", async () => {
    const metrics = { handleTime: 1 };
    const { reply } = await fetched({
      intervals: [
        row("13:00", "13:15", metrics),
        row("13:15", "13:30", metrics),
        row("13:45", "14:00", metrics),
        row("14:00", "14:15", metrics),
      ],
    });
    expect(reply.rows.map((entry) => entry.window.from)).toEqual([time("13:15"), time("13:45")]);
  });

  test("keep -1 as an id, leave out ids that are null, and have no name for NA", async () => {
    const { reply } = await fetched(
      { intervals: [row("13:15", "13:30", { workTime: 1 }, { skillId: -1, skillName: "NA", agentId: null, agentName: null })] },
      { grouping: ["SKILL", "AGENT"] },
    );
    expect(reply.rows[0]).toMatchObject({ ids: { SKILL: "-1" }, skillName: null, agentName: null });
    expect(reply.rows[0]?.ids).not.toHaveProperty("AGENT");
  });

  test("with fractions of seconds become whole milliseconds", async () => {
    const { reply } = await fetched({ intervals: [row("13:15", "13:30", { handleTime: 1.1, workTime: 2.2 })] });
    expect(reply.rows[0]?.values).toMatchObject({ handleTime: 1100, workTime: 2200 });
  });

  test.each([
    ["no list of intervals", {}],
    ["a row of another kind", { intervals: [7] }],
    ["a row without timeframe", { intervals: [{ skillId: 1, metrics: {} }] }],
    ["a row with another kind of time", { intervals: [{ ...row("13:15", "13:30", {}), timeframe: { from: "soon", to: "later" } }] }],
    ["a metric that is no number", { intervals: [row("13:15", "13:30", { handleTime: "4m" })] }],
    ["an id that is an object", { intervals: [row("13:15", "13:30", { workTime: 1 }, { skillId: {} })] }],
    [
      "a page link that leads nowhere",
      { metadata: { paging: { refs: { next: "/api/account/le1/interval-metrics?v=1" } } }, intervals: [] },
    ],
  ])("with %s are UPSTREAM_INVALID_RESPONSE", async (_, body) => {
    await expect(fetched(body)).rejects.toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE", extensions: { api: "INTERVAL_METRICS" } });
  });
});

describe("odd rows of interval metrics", () => {
  const metrics = { handleTime: 1 };
  const skill = (id: number) => ({ skillId: id, skillName: `Skill ${id}` });
  const kept = ({ reply }: Awaited<ReturnType<typeof fetched>>) =>
    reply.rows.map(({ ids, values }) => [ids.SKILL, values.handleTime, values.consumerMessages]);

  test("off the UTC grid keep their own times and belong to the interval in which they begin", async () => {
    const { reply, remarks } = await fetched({ intervals: [row("13:22", "13:37", metrics), row("13:45", "14:00", metrics)] });
    expect(reply.rows.map((each) => each.window)).toEqual([window("13:22", "13:37"), window("13:45", "14:00")]);
    expect([...reply.bySlot].map(([slot, rows]) => [slot, rows.map((each) => each.window.from)])).toEqual([
      [time("13:15"), [time("13:22")]],
      [time("13:45"), [time("13:45")]],
    ]);
    expect(remarks).toEqual([
      "Interval rows that begin off the UTC grid of 15 minutes: 1. Each belongs to the interval in which it begins.",
    ]);
  });

  test("off the grid may reach past the window, but one that began before it is not in it", async () => {
    const { reply, remarks } = await fetched({ intervals: [row("13:07", "13:22", metrics), row("13:52", "14:07", metrics)] });
    expect(reply.rows.map((each) => each.window)).toEqual([window("13:52", "14:07")]);
    expect(remarks).toHaveLength(1);
  });

  test("of a whole day elsewhere than in UTC are in our day in which they begin", async () => {
    const day = { from: Date.parse("2023-02-07T00:00:00Z"), to: Date.parse("2023-02-08T00:00:00Z") };
    const local = (date: number) => ({
      timeframe: { from: `2023-02-0${date}T18:30:00Z`, to: `2023-02-0${date + 1}T18:30:00Z` },
      ...skill(1),
      metrics,
    });
    const { reply } = await fetched({ intervals: [local(6), local(7)] }, { window: day, everyMinutes: 1440 });
    expect([...reply.bySlot].map(([slot, rows]) => [slot, rows.length])).toEqual([[day.from, 1]]);
  });

  test("of another length than asked are left out, with one remark", async () => {
    const { reply, remarks } = await fetched({
      intervals: [row("13:15", "13:45", metrics), row("13:30", "13:35", {}), row("13:45", "14:00", metrics)],
    });
    expect(reply.rows).toHaveLength(1);
    expect(remarks).toEqual(["Interval rows of another length than 15 minutes: 2. They are left out."]);
  });

  test.each<[what: string, metrics: unknown]>([
    ["no metrics", undefined],
    ["null for them", null],
    ["none in them", {}],
    ["an empty list of them", []],
    ["null for each", { handleTime: null, workTime: null }],
    ["only such as nobody asked for", { other: 1 }],
  ])("with %s are left out, with one remark", async (_, none) => {
    const { reply, remarks } = await fetched({ intervals: [row("13:15", "13:30", none as object), row("13:30", "13:45", metrics)] });
    expect(reply.rows.map((each) => each.window.from)).toEqual([time("13:30")]);
    expect(remarks).toEqual(["Interval rows without metrics: 1. They are left out."]);
  });

  test("given twice and equal are one row", async () => {
    const twice = [
      row("13:15", "13:30", metrics, skill(1)),
      row("13:15", "13:30", metrics, skill(2)),
      row("13:15", "13:30", metrics, skill(1)),
    ];
    const result = await fetched({ intervals: twice });
    expect(kept(result).map(([id]) => id)).toEqual(["1", "2"]);
    expect(result.remarks).toEqual([]);
  });

  test("given twice and different are the later row, with one remark", async () => {
    const result = await fetched({
      intervals: [
        row("13:15", "13:30", { handleTime: 1, consumerMessages: 1 }, skill(1)),
        row("13:15", "13:30", metrics, skill(2)),
        row("13:15", "13:30", { handleTime: 1, consumerMessages: 2 }, skill(1)),
        row("13:15", "13:30", { handleTime: 1, consumerMessages: 3 }, skill(1)),
      ],
    });
    expect(kept(result)).toEqual([
      ["1", 1000, 3],
      ["2", 1000, null],
    ]);
    expect(result.remarks).toEqual(["Interval rows that came more than once with different figures: 1. The later figures count."]);
  });

  test("of one skill in other intervals, or of other skills, are not the same row", async () => {
    const { reply, remarks } = await fetched(
      {
        intervals: [
          row("13:15", "13:30", metrics, { skillId: 1, agentId: 2 }),
          row("13:15", "13:30", { handleTime: 2 }, { skillId: 12, agentId: null }),
          row("13:30", "13:45", { handleTime: 3 }, { skillId: 1, agentId: 2 }),
        ],
      },
      { grouping: ["SKILL", "AGENT"] },
    );
    expect([reply.rows.length, remarks]).toEqual([3, []]);
  });

  test("outside the window are not judged", async () => {
    const { remarks } = await fetched({ intervals: [row("13:00", "13:15", { handleTime: "x" }), row("14:00", "14:07", {})] });
    expect(remarks).toEqual([]);
  });
});

test("a reply of interval metrics survives serialisation", async () => {
  const { reply } = await fetched({ intervals: vendor.examples.bySkill.answer.intervals });
  expect(reply.rows.length).toBeGreaterThan(0);
  expect(deserialize(serialize(reply))).toEqual(reply);
  expect(structuredClone(reply)).toEqual(reply);
});

test("no section of interval metrics is judged apart: a reply answers every question", async () => {
  const { reply } = await fetched({ intervals: [] });
  expect(intervalMetrics.faultFor(reply, intervalRows())).toBeNull();
});
