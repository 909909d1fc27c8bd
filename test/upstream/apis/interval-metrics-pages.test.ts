import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intervalMetricsFetch } from "../../../src/upstream/apis/interval-metrics/fetch.js";
import type { ExchangeRequest, IntervalMetricsCall } from "../../../src/upstream/call.js";
import vendor from "../../fixtures/vendor/interval-metrics.json" with { type: "json" };
import { ok, queryOf, type Scripted, scripted } from "./scripted-exchange.js";

const time = (clock: string) => Date.parse(`2023-02-07T${clock}:00Z`);
const window = (from: string, to: string) => ({ from: time(from), to: time(to) });
const timeframe = (from: string, to: string) => ({ from: `2023-02-07T${from}:00Z`, to: `2023-02-07T${to}:00Z` });

const call = (part: Partial<IntervalMetricsCall> = {}): IntervalMetricsCall => ({
  api: "interval-metrics",
  grouping: ["AGENT"],
  everyMinutes: 15,
  handleTimeModel: "IFT",
  window: window("13:00", "14:00"),
  filters: {},
  includeBotSkills: false,
  ...part,
});

const row = (agentId: number, from = "13:00", to = "13:15") => ({ timeframe: timeframe(from, to), agentId, metrics: { handleTime: 1 } });

async function fetched(answer: (request: ExchangeRequest, index: number) => Scripted, part: Partial<IntervalMetricsCall> = {}) {
  const platform = scripted(answer, 1000);
  const result = await intervalMetricsFetch("tests")(call(part), platform.context());
  return { ...result, requests: platform.requests.map(queryOf), agents: result.reply.rows.map(({ ids }) => ids.AGENT) };
}

describe("pages of interval metrics", () => {
  test("follow nextPageKey over empty pages and repeat every other parameter", async () => {
    const pages = [
      { metadata: { paging: { nextPageKey: "k/1 +" } }, intervals: [row(1)] },
      { metadata: { count: 0, paging: { nextPageKey: "k2" } }, intervals: [] },
      { metadata: { count: 1, paging: {} }, intervals: [row(2)] },
    ];
    const { agents, requests, pages: read, bytes, reply } = await fetched((_, index) => ok(pages[index]));
    expect(agents).toEqual(["1", "2"]);
    expect(requests.map(({ pageKey }) => pageKey)).toEqual([undefined, "k/1 +", "k2"]);
    const others = requests.map(({ pageKey: _, ...rest }) => rest);
    expect(others[1]).toEqual(others[0]);
    expect(others[2]).toEqual(others[0]);
    expect([read, bytes, reply.asOf]).toEqual([3, 30, 1000]);
  });

  test.each([
    ["/api/account/le1/interval-metrics?v=1&pageKey=abc%3D", { pageKey: "abc=" }],
    ["https://somewhere.else.example:8443/x?limit=100&offset=100", { offset: "100" }],
    ["http://localhost/x?offset=100&pageKey=abc", { pageKey: "abc" }],
  ])("without nextPageKey take from %s only what it says, not its host", async (next, expected) => {
    const { requests } = await fetched((_, index) => ok({ metadata: { paging: { refs: index === 0 ? { next } : {} } }, intervals: [] }));
    expect(requests).toHaveLength(2);
    expect(requests[1]).toEqual({ ...requests[0], ...expected });
  });

  test("that come back to a page already read are UPSTREAM_INVALID_RESPONSE, not an endless series", async () => {
    const keys = ["a", "b", "a", "b"];
    const answer = (_: ExchangeRequest, index: number) => ok({ metadata: { paging: { nextPageKey: keys[index] } }, intervals: [] });
    await expect(fetched(answer)).rejects.toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE" });
  });

  test("of any sizes, empty ones among them, in either manner, bring every row once and in order", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom("nextPageKey", "key in link", "offset in link"), async (counts, manner) => {
        const starts = counts.map((_, index) => counts.slice(0, index).reduce((sum, count) => sum + count, 0));
        const pagingTo = (index: number) =>
          manner === "nextPageKey"
            ? { nextPageKey: `p${index}` }
            : { refs: { next: manner === "key in link" ? `/x?pageKey=p${index}` : `/x?limit=9&offset=${index}` } };
        const { agents } = await fetched((request) => {
          const { pageKey, offset } = queryOf(request);
          const index = Number(pageKey?.slice(1) ?? offset ?? 0);
          const intervals = Array.from({ length: counts[index] ?? 0 }, (_, at) => row((starts[index] ?? 0) + at));
          return ok({ metadata: { paging: index + 1 < counts.length ? pagingTo(index + 1) : {} }, intervals });
        });
        const total = counts.reduce((sum, count) => sum + count, 0);
        expect(agents).toEqual(Array.from({ length: total }, (_, index) => String(index)));
      }),
    );
  });
});

describe("a window that the platform is still computing", () => {
  const notReady = (...statuses: [from: string, to: string, status: string][]): Scripted => ({
    status: 202,
    body: { intervals: statuses.map(([from, to, status]) => ({ ...timeframe(from, to), status })) },
  });
  const asked = ({ from, to }: Record<string, string>) => `${from?.slice(11, 16)}-${to?.slice(11, 16)}`;

  test("is asked again for each longest run of done intervals, and the rest is pending", async () => {
    const statuses = notReady(
      ["13:45", "14:00", "Done"],
      ["13:00", "13:15", "Done"],
      ["13:30", "13:45", "In Progress"],
      ["13:15", "13:30", "Done"],
    );
    const { reply, requests, pages } = await fetched((request, index) => {
      if (index === 0) return statuses;
      return ok({ intervals: [queryOf(request).from?.includes("13:00") ? row(1) : row(2, "13:45", "14:00")] });
    });
    expect(requests.map(asked)).toEqual(["13:00-14:00", "13:00-13:30", "13:45-14:00"]);
    expect(reply.rows.map(({ ids }) => ids.AGENT)).toEqual(["1", "2"]);
    expect(reply.pending).toEqual([window("13:30", "13:45")]);
    expect(reply.window).toEqual(window("13:00", "14:00"));
    expect(pages).toBe(3);
  });

  test("reads the vendor's example of a 202 by its RFC 3339 times", async () => {
    const body = vendor.examples.notReady.answer;
    const { reply, requests } = await fetched((_, index) => (index === 0 ? { status: 202, body } : ok({ intervals: [] })), {
      window: window("13:15", "13:45"),
    });
    expect(requests.map(asked)).toEqual(["13:15-13:45", "13:15-13:30"]);
    expect(reply.pending).toEqual([window("13:30", "13:45")]);
  });

  test("is pending whole, after one exchange, when nothing is done", async () => {
    const { reply, requests } = await fetched(() => notReady(["13:00", "14:00", "In Progress"]));
    expect([reply.rows, reply.pending, requests.length]).toEqual([[], [window("13:00", "14:00")], 1]);
  });

  test("has pending what the list does not name, and done only what lies on the boundaries of its intervals", async () => {
    const { reply, requests } = await fetched(
      (_, index) => (index === 0 ? notReady(["12:00", "13:15", "Done"], ["13:15", "13:30", "Done"]) : ok({ intervals: [] })),
      { window: window("12:00", "15:00"), everyMinutes: 60 },
    );
    expect(requests.map(asked)).toEqual(["12:00-15:00", "12:00-13:00"]);
    expect(reply.pending).toEqual([window("13:00", "15:00")]);
  });

  test("a run that turns out unfinished is narrowed once more by its own statuses", async () => {
    const { reply, requests } = await fetched((_, index) => {
      if (index === 0) return notReady(["13:00", "13:45", "Done"], ["13:45", "14:00", "In Progress"]);
      if (index === 1) return notReady(["13:00", "13:15", "Done"], ["13:15", "13:45", "In Progress"]);
      return ok({ intervals: [row(1)] });
    });
    expect(requests.map(asked)).toEqual(["13:00-14:00", "13:00-13:45", "13:00-13:15"]);
    expect(reply.pending).toEqual([window("13:15", "14:00")]);
  });

  test("that is said to be done again and again, yet never is, is pending after three exchanges", async () => {
    const { reply, requests } = await fetched(() => notReady(["13:00", "14:00", "Done"]));
    expect([reply.rows, reply.pending, requests.length]).toEqual([[], [window("13:00", "14:00")], 3]);
  });

  test("on a later page gives no half of the rows", async () => {
    const { reply, requests } = await fetched((_, index) => {
      if (index === 0) return ok({ metadata: { paging: { nextPageKey: "b" } }, intervals: [row(1), row(2, "13:45", "14:00")] });
      if (index === 1) return notReady(["13:00", "13:45", "Done"], ["13:45", "14:00", "In Progress"]);
      return ok({ intervals: [row(1)] });
    });
    expect(requests.map(asked)).toEqual(["13:00-14:00", "13:00-14:00", "13:00-13:45"]);
    expect(reply.rows.map(({ ids }) => ids.AGENT)).toEqual(["1"]);
    expect(reply.pending).toEqual([window("13:45", "14:00")]);
  });

  test.each([
    ["an empty list", { intervals: [] }],
    ["no list", { message: "Accepted" }],
    ["an interval without status", { intervals: [timeframe("13:00", "13:15")] }],
    ["an interval without times", { intervals: [{ status: "Done", fromL: 1, toL: 2 }] }],
  ])("with %s is UPSTREAM_INVALID_RESPONSE", async (_, body) => {
    await expect(fetched(() => ({ status: 202, body }))).rejects.toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE" });
  });
});
