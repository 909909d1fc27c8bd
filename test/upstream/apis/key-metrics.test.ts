import { deserialize, serialize } from "node:v8";
import { describe, expect, test } from "vitest";
import { keyMetricsByTime, keyMetricsCurrent } from "../../../src/catalogue/key-metrics.js";
import { continued, faultFor, fetchKeyMetrics } from "../../../src/upstream/apis/key-metrics/fetch.js";
import type { KeyMetricsCall } from "../../../src/upstream/call.js";
import vendor from "../../fixtures/vendor/key-metrics.json" with { type: "json" };
import { keyRows, keyTotal } from "../questions-by-hand.js";
import { keyMetricsCall as call, keyMetricsPage as page } from "./key-metrics-page.js";
import { ok, scripted } from "./scripted-exchange.js";

const now = 1_591_955_386_814;

async function fetched(body: unknown, part: Partial<KeyMetricsCall> = {}) {
  const platform = scripted(() => ok(body), now);
  const result = await fetchKeyMetrics(call(part), platform.context());
  return { ...result, requests: platform.requests };
}

describe("the request for key metrics", () => {
  test("asks the vendor's example in the vendor's words", async () => {
    const { requests } = await fetched(page([], 0), {
      window: vendor.examples.request.filters.time,
      groupBy: "agentGroupId",
      userType: "HUMAN",
      order: { metric: "closedConversations", direction: "desc" },
    });
    expect(requests[0]).toMatchObject({ service: "keyMetrics", method: "POST" });
    expect(requests[0]?.path).toBe("/manager_workspace/api/account/le1/metrics?offset=0&limit=50&sort=closedConversations:desc");
    const { metricsToRetrieveByTime, metricsToRetrieveCurrentValue, ...rest } = vendor.examples.request;
    expect(requests[0]?.body).toEqual({
      ...rest,
      metricsToRetrieveByTime: expect.arrayContaining(metricsToRetrieveByTime),
      metricsToRetrieveCurrentValue: expect.arrayContaining(metricsToRetrieveCurrentValue),
    });
  });

  test("asks for every metric of a section or for none of it", async () => {
    const names = (metrics: { request: string }[]) => metrics.map(({ request }) => request).sort();
    const sections = async (byTime: boolean, current: boolean) => {
      const { requests } = await fetched(page([], 0), { byTime, current });
      const body = requests[0]?.body as Record<string, string[] | undefined>;
      return [body.metricsToRetrieveByTime?.toSorted(), body.metricsToRetrieveCurrentValue?.toSorted()];
    };
    const [byTime, current] = [names(vendor.metricsToRetrieveByTime), names(vendor.metricsToRetrieveCurrentValue)];
    expect(await sections(true, true)).toEqual([byTime, current]);
    expect(await sections(true, false)).toEqual([byTime, undefined]);
    expect(await sections(false, true)).toEqual([undefined, current]);
  });

  test("for the keys alone asks for the current metrics, because something must be asked", async () => {
    const { requests } = await fetched(page([], 0), { byTime: false, current: false });
    expect(requests[0]?.body).toHaveProperty("metricsToRetrieveCurrentValue");
    expect(requests[0]?.body).not.toHaveProperty("metricsToRetrieveByTime");
  });

  test("ends a window given by its length at the next whole minute, so that rounding cannot widen it past a day", async () => {
    const { requests, reply } = await fetched(page([], 0), { window: { lastMinutes: 1440 } });
    const to = 1_591_955_400_000;
    const time = { from: to - 86_400_000, to };
    expect(requests[0]?.body).toMatchObject({ filters: { time } });
    expect(reply.window).toEqual(time);
  });

  test("names its response sections always, and no grouping for a total", async () => {
    const body = { ...page([], 0), all: {} };
    const sections = async (part: Partial<KeyMetricsCall>) => (await fetched(body, part)).requests[0]?.body;
    expect(await sections({})).toMatchObject({ responseSections: ["groupBy"], groupBy: "skillId" });
    expect(await sections({ total: true })).toMatchObject({ responseSections: ["all", "groupBy"], groupBy: "skillId" });
    expect(await sections({ total: true, groupBy: null })).toMatchObject({ responseSections: ["all"] });
    expect(await sections({ total: true, groupBy: null })).not.toHaveProperty("groupBy");
  });

  test("filters by arrays of ids and user types, and sends no filter that does not filter", async () => {
    const filtersOf = async (part: Partial<KeyMetricsCall>) => {
      const { requests } = await fetched(page([], 0), part);
      return requests[0]?.body && (requests[0].body as { filters: object }).filters;
    };
    expect(await filtersOf({})).toEqual({ time: { from: expect.any(Number), to: expect.any(Number) } });
    expect(
      await filtersOf({
        filters: { agentIds: ["1", "2"], agentGroupIds: ["-1"], skillIds: ["9"] },
        includeSubGroups: true,
        userType: "BOT",
      }),
    ).toMatchObject({ agentIds: ["1", "2"], agentGroupIds: ["-1"], skillIds: ["9"], includeSubGroups: true, userTypes: ["BOT"] });
    await expect(filtersOf({ filters: { agentIds: [], agentGroupIds: null, skillIds: null } })).rejects.toThrow(TypeError);
  });
});

describe("an answer of key metrics", () => {
  test("the vendor's example: doubles as they are, ratios as ratios, what is absent is null", async () => {
    const { reply } = await fetched(vendor.examples.answer, { groupBy: "agentGroupId", take: 1 });
    expect(reply.rows).toHaveLength(1);
    expect(reply.rows[0]).toMatchObject({ id: "1641709730", name: "customerAssistanceSkill" });
    expect(reply.rows[0]?.byTime).toEqual({
      avgWaitTime: 228876.654,
      avgWaitTimeFirstResponse: 798118.667,
      avgTimeToResponse: 58490.731,
      avgTimeToFirstResponseFirstAssignment: 59779.667,
      closedConversations: 1,
      closedByAgent: null,
      closedByConsumer: null,
      autoClosed: null,
      concludedConversations: null,
      csat: null,
    });
    expect(reply.rows[0]?.current).toMatchObject({ assignedConversations: 6, humanAgentLoad: 1.18, agentLoad: null, onlineAgents: null });
    expect([reply.total, reply.asOf]).toEqual([null, now]);
  });

  test("reads every metric under the key that the page gives it", async () => {
    const answers = [...vendor.metricsToRetrieveByTime, ...vendor.metricsToRetrieveCurrentValue].flatMap(({ answer }) => answer ?? []);
    const { reply } = await fetched(
      { all: Object.fromEntries(answers.map((key, index) => [key, index + 1])) },
      { groupBy: null, total: true },
    );
    const values = { ...reply.total?.byTime, ...reply.total?.current };
    expect(Object.entries(values).filter(([, value]) => value === null)).toEqual([["concludedConversations", null]]);
    expect(new Set(Object.values(values)).size).toBe(keyMetricsByTime.inOrder.length + keyMetricsCurrent.inOrder.length);
  });

  test("may write a Long as 3986.0, and keeps a zero", async () => {
    const all: unknown = JSON.parse('{ "closedConversations": 3986.0, "csat": 0, "onlineAgents": 0 }');
    const { reply } = await fetched({ all }, { groupBy: null, total: true });
    expect(reply.total).toMatchObject({ byTime: { closedConversations: 3986, csat: 0 }, current: { onlineAgents: 0 } });
    expect([reply.rows, reply.count]).toEqual([[], null]);
  });

  test("may hold the metrics of its total inside `metrics`, as a group does", async () => {
    const { reply } = await fetched({ all: { metrics: { autoClosed: 4 } } }, { groupBy: null, total: true });
    expect(reply.total?.byTime.autoClosed).toBe(4);
  });

  test("may write an empty list for an empty map, of the total and of a group", async () => {
    const groups = [{ key: 1, keyDescription: "one", metrics: [] }];
    const { reply } = await fetched({ metadata: { count: 1 }, groupBy: { groups }, all: [] }, { total: true });
    expect(reply.faults).toBeUndefined();
    const figures = [reply.rows[0]?.byTime, reply.rows[0]?.current, reply.total?.byTime, reply.total?.current];
    for (const values of figures) expect(new Set(Object.values(values ?? {}))).toEqual(new Set([null]));
  });

  test("has ids as numbers or strings, and no name where the platform says NA or nothing", async () => {
    const groups = [
      { key: 1641709730, keyDescription: "NA", metrics: {} },
      { key: "-1", metrics: {} },
      { key: "null", keyDescription: "", metrics: null },
    ];
    const { reply } = await fetched({ metadata: { count: "3" }, groupBy: { groups } });
    expect(reply.rows.map(({ id, name }) => [id, name])).toEqual([
      ["1641709730", null],
      ["-1", null],
      ["null", null],
    ]);
  });

  test("without keys may leave the section out", async () => {
    expect((await fetched({ metadata: { count: 0 } })).reply).toMatchObject({ rows: [], count: 0 });
  });

  test.each([
    ["a count but no groups", { metadata: { count: 2 } }],
    ["groups that are no list", { metadata: { count: 2 }, groupBy: { groups: {} } }],
    ["a group that is no object", { metadata: { count: 1 }, groupBy: { groups: [7] } }],
    ["a key that is an object", { metadata: { count: 1 }, groupBy: { groups: [{ key: {}, metrics: {} }] } }],
    ["an error body", { message: "no" }],
    ["neither groups nor total of use", { metadata: { count: 2 }, all: [7] }],
    ["a list for a body", []],
  ])("with %s is UPSTREAM_INVALID_RESPONSE", async (_, body) => {
    const total = "all" in body;
    await expect(fetched(body, { total })).rejects.toMatchObject({
      code: "UPSTREAM_INVALID_RESPONSE",
      extensions: { api: "KEY_METRICS", account: "le1" },
    });
  });

  test("without the section all, where the total alone was asked for, is UPSTREAM_INVALID_RESPONSE", async () => {
    await expect(fetched({}, { total: true, groupBy: null })).rejects.toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE" });
  });

  test("survives serialisation", async () => {
    const { reply } = await fetched(page(["1", "2"], 2), { total: true });
    expect(reply.faults).toBeDefined();
    expect(deserialize(serialize(reply))).toEqual(reply);
    expect(structuredClone(reply)).toEqual(reply);
  });
});

describe("a faulty section of key metrics", () => {
  const sound = { ...page(["1"], 1), all: { autoClosed: 1, onlineAgents: 2 } };
  const group = (metrics: unknown) => ({ ...sound, groupBy: { groups: [{ key: "1", metrics }] } });
  const questions = {
    keys: keyRows({ window: null }),
    byTime: keyRows(),
    current: keyRows({ window: null, current: true }),
    both: keyRows({ current: true }),
    totalByTime: keyTotal(),
    totalCurrent: keyTotal({ window: null, current: true }),
    totalBoth: keyTotal({ current: true }),
  };
  const ofRows = ["keys", "byTime", "current", "both"];
  const ofTotal = ["totalByTime", "totalCurrent", "totalBoth"];

  test.each<[fault: string, body: object, sections: string[], failing: string[]]>([
    ["no groups", { ...sound, groupBy: {} }, ["rows"], ofRows],
    ["a group that is no object", { ...sound, groupBy: { groups: [null] } }, ["rows"], ofRows],
    ["a figure by time that is a text", group({ csat: "NaN" }), ["rows.byTime"], ["byTime", "both"]],
    ["half an agent", group({ onlineAgents: 0.5 }), ["rows.current"], ["current", "both"]],
    ["metrics of a group that are a number", group(7), ["rows.byTime", "rows.current"], ["byTime", "current", "both"]],
    ["no section all", { ...sound, all: undefined }, ["total.byTime", "total.current"], ofTotal],
    ["a negative total", { ...sound, all: { autoClosed: -2 } }, ["total.byTime"], ["totalByTime", "totalBoth"]],
    ["a total beyond every count", { ...sound, all: { awayAgents: 2 ** 31 } }, ["total.current"], ["totalCurrent", "totalBoth"]],
  ])("(%s) fails the questions that need it, and the others are answered", async (_, body, sections, failing) => {
    const { reply } = await fetched(body, { total: true });
    expect(Object.keys(reply.faults ?? {})).toEqual(sections);
    const failed = Object.entries(questions).filter(([, question]) => faultFor(reply, question) !== null);
    expect(failed.map(([name]) => name)).toEqual(failing);
  });

  test("is empty in the reply, and the others hold what they held", async () => {
    const { reply } = await fetched(group({ csat: "NaN", onlineAgents: 3 }), { total: true });
    expect(reply.rows).toMatchObject([{ id: "1", byTime: {}, current: { onlineAgents: 3 } }]);
    expect((await fetched({ ...sound, groupBy: {} }, { total: true })).reply).toMatchObject({
      rows: [],
      count: null,
      total: { byTime: {} },
    });
    expect((await fetched({ ...sound, all: 1 }, { total: true })).reply).toMatchObject({ total: null, count: 1 });
    expect((await fetched(sound, { total: true })).reply).not.toHaveProperty("faults");
  });

  test("says in its sentence what is wrong, and quotes nothing", async () => {
    const { reply } = await fetched(group({ csat: "secret" }), { total: true });
    expect(faultFor(reply, questions.byTime)).toBe(
      "Key Messaging Metrics API: the platform's answer is not as documented: the metric csat is not a number.",
    );
  });
});

describe("a list of key metrics that was continued", () => {
  const part = async (keys: string[], more: Partial<KeyMetricsCall>, at: number) => {
    const platform = scripted(() => ok({ ...page(keys, 120), all: { autoClosed: at } }), at);
    return (await fetchKeyMetrics(call({ total: true, window: { from: 0, to: 60_000 }, ...more }), platform.context())).reply;
  };

  test("has the rows of both once, is as old as the older, and keeps window, order and total of its beginning", async () => {
    const order = { metric: "closedConversations", direction: "desc" } as const;
    const prefix = await part(["1", "2"], { order, take: 2 }, 1000);
    const rest = await part(["2", "3"], { order, skip: 50, take: 2 }, 9000);
    const whole = continued(prefix, rest);
    expect(whole.rows.map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect([...whole.byId.values()]).toEqual(whole.rows);
    expect(whole).toMatchObject({ asOf: 1000, newestAskedAt: 9000, order, count: rest.count, window: { from: 0, to: 60_000 } });
    expect(whole.total?.byTime.autoClosed).toBe(1000);
    expect(whole).not.toHaveProperty("faults");
    expect(continued(rest, prefix).asOf).toBe(1000);
  });

  test("has the faults of all its rows, and of the total that it keeps", async () => {
    const sound = await part(["1"], {}, 1000);
    const faulty = { ...sound, faults: { "rows.current": "no agents", "total.byTime": "no total" } };
    expect(continued(sound, faulty).faults).toEqual({ "rows.current": "no agents" });
    expect(continued(faulty, sound).faults).toEqual(faulty.faults);
  });
});
