import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { fetchIntervalMetrics } from "../../../src/upstream/apis/interval-metrics/fetch.js";
import type { CallContext, Exchange, ExchangeRequest, IntervalMetricsCall } from "../../../src/upstream/call.js";
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

async function fetched(
  answer: (request: ExchangeRequest, index: number) => Scripted,
  part: Partial<IntervalMetricsCall> = {},
  context: Partial<CallContext> = {},
) {
  const { read, expected, ...platform } = scripted(answer, 1000);
  const result = await fetchIntervalMetrics(call(part), platform.context(context));
  const requests = platform.requests.map(queryOf);
  return { ...result, requests, read, expected, agents: result.reply.rows.map(({ ids }) => ids.AGENT) };
}

const asked = ({ from, to }: Record<string, string>) => `${from?.slice(11, 16)}-${to?.slice(11, 16)}`;

describe("pages of interval metrics", () => {
  test("follow nextPageKey over empty pages and repeat every other parameter", async () => {
    const pages = [
      { metadata: { paging: { nextPageKey: "k/1 +" } }, intervals: [row(1)] },
      { metadata: { count: 0, paging: { nextPageKey: "k2" } }, intervals: [] },
      { metadata: { count: 1, paging: {} }, intervals: [row(2)] },
    ];
    const { agents, requests, pages: pagesRead, bytes, reply, read, expected } = await fetched((_, index) => ok(pages[index]));
    expect(agents).toEqual(["1", "2"]);
    expect(requests.map(({ pageKey }) => pageKey)).toEqual([undefined, "k/1 +", "k2"]);
    const others = requests.map(({ pageKey: _, ...rest }) => rest);
    expect(others[1]).toEqual(others[0]);
    expect(others[2]).toEqual(others[0]);
    expect([pagesRead, bytes, reply.asOf, reply.newestAskedAt]).toEqual([3, 30, 1000, 1002]);
    expect([read, expected]).toEqual([
      [1, 0, 1],
      [1, 1],
    ]);
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

  test("may have statuses off the UTC grid: each is that of the interval in which it begins", async () => {
    const { reply, requests } = await fetched((_, index) =>
      index === 0
        ? notReady(["13:07", "13:22", "Done"], ["13:22", "13:37", "Done"], ["13:37", "13:52", "In Progress"])
        : ok({ intervals: [] }),
    );
    expect(requests.map(asked)).toEqual(["13:00-14:00", "13:00-13:30"]);
    expect(reply.pending).toEqual([window("13:30", "14:00")]);
  });

  test("asks once whether its runs may be read, and tells that the 202 brought no row", async () => {
    const statuses = notReady(["13:00", "13:15", "Done"], ["13:15", "13:30", "In Progress"], ["13:30", "14:00", "Done"]);
    const { expected, read } = await fetched((_, index) => (index === 0 ? statuses : ok({ intervals: [row(index)] })));
    expect([expected, read]).toEqual([[2], [0, 1, 1]]);
  });

  test("remarks on rows once, though their page was read before the 202 that came in its place", async () => {
    const idle = { ...row(1), metrics: {} };
    const { remarks } = await fetched((_, index) => {
      if (index === 0) return ok({ metadata: { paging: { nextPageKey: "b" } }, intervals: [idle] });
      return index === 1 ? notReady(["13:00", "14:00", "Done"]) : ok({ intervals: [idle] });
    });
    expect(remarks).toEqual(["Interval rows without metrics: 1. They are left out."]);
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

describe("a window read in parts", () => {
  const clock = (text: string | undefined) => String(text).slice(11, 16);
  /** Two pages for each part: a row at its beginning, then a row at the beginning of its last quarter of an hour. */
  const twoPages = (request: ExchangeRequest): Scripted => {
    const { from, to, pageKey } = queryOf(request);
    const last = new Date(Date.parse(String(to)) - 900_000).toISOString();
    if (pageKey === undefined)
      return ok({ metadata: { paging: { nextPageKey: clock(from) } }, intervals: [row(1, clock(from), quarterAfter(clock(from)))] });
    expect(pageKey).toBe(clock(from));
    return ok({ intervals: [row(2, clock(last), clock(to))] });
  };
  const quarterAfter = (start: string) => new Date(time(start) + 900_000).toISOString().slice(11, 16);
  const partsOf = async (parts: number, of: Partial<IntervalMetricsCall> = {}) => {
    const { requests } = await fetched(() => ok({ intervals: [] }), of, { parts });
    return requests.map(asked);
  };

  test("is cut at whole intervals, as evenly as they allow, and never into more parts than it has", async () => {
    expect(await partsOf(1)).toEqual(["13:00-14:00"]);
    expect(await partsOf(2)).toEqual(["13:00-13:30", "13:30-14:00"]);
    expect(await partsOf(3)).toEqual(["13:00-13:15", "13:15-13:45", "13:45-14:00"]);
    expect(await partsOf(9)).toEqual(["13:00-13:15", "13:15-13:30", "13:30-13:45", "13:45-14:00"]);
    expect(await partsOf(4, { everyMinutes: 60, window: window("10:00", "14:00") })).toEqual([
      "10:00-11:00",
      "11:00-12:00",
      "12:00-13:00",
      "13:00-14:00",
    ]);
  });

  test("comes together in order, each part with its own chain of page keys", async () => {
    const { reply, requests, expected, pages } = await fetched(twoPages, {}, { parts: 2 });
    expect(reply.rows.map(({ window: { from }, ids }) => [from, ids.AGENT])).toEqual([
      [time("13:00"), "1"],
      [time("13:15"), "2"],
      [time("13:30"), "1"],
      [time("13:45"), "2"],
    ]);
    expect(requests.map(({ pageKey }) => pageKey)).toEqual([undefined, undefined, "13:00", "13:30"]);
    expect([expected, pages]).toEqual([[1, 1], 4]);
    expect([reply.window, reply.pending]).toEqual([window("13:00", "14:00"), []]);
  });

  test("has the same rows as in one, however it is cut", async () => {
    const at = (quarter: number) => new Date(time("00:00") + quarter * 900_000).toISOString().slice(11, 16);
    const answer = (request: ExchangeRequest): Scripted => {
      const [from, to] = [queryOf(request).from, queryOf(request).to].map((text) => (Date.parse(String(text)) - time("00:00")) / 900_000);
      const place = Number(queryOf(request).pageKey ?? from);
      const next = place + 1 < to! ? { nextPageKey: String(place + 1) } : {};
      return ok({ metadata: { paging: next }, intervals: [row(place, at(place), at(place + 1))] });
    };
    const whole = { window: window("02:00", "05:00") };
    const inOne = await fetched(answer, whole);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), async (parts) => {
        const cut = await fetched(answer, whole, { parts });
        expect(cut.reply.rows).toEqual(inOne.reply.rows);
        expect(cut.reply.pending).toEqual([]);
      }),
    );
  });

  test("is read side by side", async () => {
    let running = 0;
    let peak = 0;
    const exchange: Exchange = async () => {
      running++;
      peak = Math.max(peak, running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return { ...ok({ intervals: [] }), bytes: 1, askedAt: 1 };
    };
    await fetched(() => ok({}), {}, { parts: 3, exchange });
    expect(peak).toBe(3);
  });

  test("is pending where a part is not computed yet", async () => {
    const statuses = [
      { ...timeframe("13:30", "13:45"), status: "Done" },
      { ...timeframe("13:45", "14:00"), status: "In Progress" },
    ];
    const { reply } = await fetched(
      (request) => {
        const isNewest = clock(queryOf(request).to) === "14:00";
        return isNewest
          ? { status: 202, body: { intervals: statuses } }
          : ok({ intervals: [row(1, clock(queryOf(request).from), quarterAfter(clock(queryOf(request).from)))] });
      },
      {},
      { parts: 2 },
    );
    expect(reply.rows.map(({ window: { from } }) => from)).toEqual([time("13:00"), time("13:30")]);
    expect(reply.pending).toEqual([window("13:45", "14:00")]);
  });

  test("is given up whole when a part fails: no other part reads on", async () => {
    const platform = scripted((request) => {
      const { from, pageKey } = queryOf(request);
      if (clock(from) === "13:30") return ok({ intervals: "none" });
      return ok({ metadata: { paging: { nextPageKey: `${pageKey ?? ""}x` } }, intervals: [] });
    });
    await expect(fetchIntervalMetrics(call(), platform.context({ parts: 2 }))).rejects.toMatchObject({
      code: "UPSTREAM_INVALID_RESPONSE",
    });
    const before = platform.requests.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(platform.requests.length).toBe(before);
  });

  test("and one in a single part end when another page is refused", async () => {
    const refusal = new GatewayError("PLAN_TOO_LARGE", "Too many.");
    const endless = (_: ExchangeRequest, index: number) => ok({ metadata: { paging: { nextPageKey: String(index) } }, intervals: [] });
    let left = 3;
    const expects = () => {
      left--;
      if (left < 0) throw refusal;
      return true;
    };
    await expect(fetched(endless, {}, { expects })).rejects.toBe(refusal);
  });
});
