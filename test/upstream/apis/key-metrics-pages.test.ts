import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { fetchKeyMetrics } from "../../../src/upstream/apis/key-metrics/fetch.js";
import type { CallContext, Exchange, KeyMetricsCall } from "../../../src/upstream/call.js";
import { keyMetricsCall as call, keyMetricsPage as page } from "./key-metrics-page.js";
import { ok, queryOf, scripted } from "./scripted-exchange.js";

const now = 1_591_955_386_814;

const keys = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1000));

interface Claims {
  /** What the platform says of the number of keys; absent: the truth. */
  count?: (keys: number, keysOnPage: number) => unknown;
  /** Whether it names a next page; absent: where there is one. */
  hasNext?: boolean;
}

/** A list that may change before each page. */
async function read(
  keysAt: (page: number) => readonly string[],
  part: Partial<KeyMetricsCall> = {},
  { count = (all) => all, hasNext }: Claims = {},
  context: Partial<CallContext> = {},
) {
  const platform = scripted((request, index) => {
    const all = keysAt(index);
    const offset = Number(queryOf(request).offset);
    const onPage = all.slice(offset, offset + 50);
    return ok(page(onPage, count(all.length, onPage.length), hasNext ?? offset + 50 < all.length));
  }, now);
  const result = await fetchKeyMetrics(call(part), platform.context(context));
  return {
    ids: result.reply.rows.map(({ id }) => id),
    offsets: platform.requests.map((request) => Number(queryOf(request).offset)),
    expected: platform.expected,
    rowsRead: platform.read,
    ...result,
  };
}

describe("pages of key metrics", () => {
  test("advance by offset to the end, never by the platform's links", async () => {
    const { ids, offsets, reply, pages, bytes, rowsRead } = await read(() => keys(120));
    expect(ids).toEqual(keys(120));
    expect(offsets).toEqual([0, 50, 100]);
    expect([pages, bytes, reply.count]).toEqual([3, 30, 120]);
    expect(rowsRead).toEqual([50, 50, 20]);
  });

  test("carry the age of the oldest, and of the newest beside it", async () => {
    const { reply } = await read(() => keys(120));
    expect([reply.asOf, reply.newestAskedAt]).toEqual([now, now + 2]);
    const single = (await read(() => keys(5))).reply;
    expect([single.asOf, single.newestAskedAt]).toEqual([now, now]);
  });

  test("end exactly where the count ends", async () => {
    expect((await read(() => keys(100))).offsets).toEqual([0, 50]);
    expect((await read(() => keys(50))).offsets).toEqual([0]);
    expect((await read(() => [])).offsets).toEqual([0]);
  });

  test("stop as soon as the rows that are wanted are there", async () => {
    const { ids, offsets, reply } = await read(() => keys(500), { take: 60 });
    expect(ids).toEqual(keys(60));
    expect([offsets, reply.count]).toEqual([[0, 50], 500]);
  });

  test("have an index of their rows by id", async () => {
    const { reply } = await read(() => keys(60));
    expect([...reply.byId.values()]).toEqual(reply.rows);
    expect(reply.byId.get("1059")).toBe(reply.rows[59]);
  });

  test("tell the order in which they were asked for, and none where none was", async () => {
    const order = { metric: "avgWaitTime", direction: "desc" } as const;
    expect((await read(() => keys(60), { order, take: 50 })).reply.order).toEqual(order);
    expect((await read(() => keys(60))).reply.order).toBeNull();
  });

  test("begin at the offset that the call skips to, and `take` counts from there", async () => {
    const { ids, offsets, reply } = await read(() => keys(500), { skip: 100, take: 70 });
    expect(ids).toEqual(keys(170).slice(100));
    expect([offsets, reply.count]).toEqual([[100, 150], 500]);
    expect((await read(() => keys(120), { skip: 100 })).reply.count).toBe(120);
    expect((await read(() => keys(80), { skip: 100 })).reply).toMatchObject({ rows: [], count: 80 });
  });

  test("of any count bring every key once, in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1200 }), async (count) => {
        const { ids, pages, remarks } = await read(() => keys(count));
        expect(ids).toEqual(keys(count));
        expect(pages).toBe(Math.max(1, Math.ceil(count / 50)));
        expect(remarks).toEqual([]);
      }),
    );
  });
});

describe("pages after a full first one", () => {
  /** The most exchanges that ran at once. */
  async function peakFor(count: number): Promise<number> {
    let running = 0;
    let peak = 0;
    const exchange: Exchange = async (request) => {
      running++;
      peak = Math.max(peak, running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      const offset = Number(queryOf(request).offset);
      return { ...ok(page(keys(count).slice(offset, offset + 50), count, offset + 50 < count)), bytes: 1, askedAt: now };
    };
    const { reply } = await fetchKeyMetrics(call(), scripted(() => ok({}), now).context({ exchange }));
    expect(reply.rows).toHaveLength(count);
    return peak;
  }

  test("are read side by side, all of them once the last one by the count has come", async () => {
    expect(await peakFor(49)).toBe(1);
    expect(await peakFor(250)).toBe(4);
    expect(await peakFor(2000)).toBe(35);
  });

  test("are asked for as soon as their number is known, each once", async () => {
    expect((await read(() => keys(49))).expected).toEqual([]);
    expect((await read(() => keys(250))).expected).toEqual([4]);
    expect((await read(() => keys(2000))).expected).toEqual([4, 35]);
    expect((await read(() => keys(2000), { take: 120 })).expected).toEqual([2]);
  });

  test("are not read when they are refused", async () => {
    const refusal = new GatewayError("PLAN_TOO_LARGE", "Too many.");
    const asked: number[] = [];
    const keysAt = (index: number) => {
      asked.push(index);
      return keys(200);
    };
    const expects = () => {
      throw refusal;
    };
    await expect(read(keysAt, {}, {}, { expects })).rejects.toBe(refusal);
    expect(asked).toEqual([0]);
  });
});

describe("the count of keys", () => {
  test.each<[what: string, there: number, Claims["count"], offsets: number[], count: number]>([
    ["too large for a page that is not full", 10, () => 4000, [0], 10],
    ["too large for two pages", 60, () => 4000, [0, 50, 100, 150, 3950], 60],
    ["too large for any account", 60, () => 1_000_000_000, [0, 50, 100, 150, 200], 60],
    ["too large for many pages", 310, () => 1_000_000_000, Array.from({ length: 13 }, (_, index) => index * 50), 310],
    ["too large by a page", 60, () => 140, [0, 50, 100], 60],
    ["too small for the first page", 120, () => 7, [0, 50, 100], 120],
    ["too small for the second page", 170, () => 70, [0, 50, 100, 150], 170],
    ["that of each page alone", 120, (_, onPage) => onPage, [0, 50, 100], 120],
    ["zero", 60, () => 0, [0, 50], 60],
    ["left out", 120, () => undefined, [0, 50, 100], 120],
    ["a text that is no numeral", 60, () => "many", [0, 50], 60],
    ["negative", 60, () => -3, [0, 50], 60],
    ["beyond every count", 60, () => 2 ** 31, [0, 50], 60],
    ["a numeral as text", 120, () => "120", [0, 50, 100], 120],
  ])("may be %s: pages show where the list ends", async (_, there, claim, offsets, count) => {
    const { ids, reply, ...result } = await read(() => keys(there), {}, { count: claim! });
    expect(ids).toEqual(keys(there));
    expect([result.offsets, reply.count]).toEqual([offsets, count]);
  });

  test("is remarked on once where it is wrong", async () => {
    const { remarks } = await read(() => keys(60), {}, { count: () => 1_000_000_000 });
    expect(remarks).toEqual(["The platform counts 1000000000 keys, but there are 60."]);
  });

  test("that is wrong costs no more than twice the pages there are and a handful", async () => {
    const claims = fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 3000 }), fc.constant(1_000_000_000));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1200 }), claims, async (there, claimed) => {
        const { ids, pages } = await read(() => keys(there), {}, { count: () => claimed });
        expect(ids).toEqual(keys(there));
        expect(pages).toBeLessThanOrEqual(2 * Math.ceil(there / 50) + 5);
      }),
    );
  });

  test("is null where nobody can know it: not all was read, and the platform's is too small", async () => {
    expect((await read(() => keys(500), { take: 60 }, { count: () => 7 })).reply.count).toBeNull();
    expect((await read(() => keys(500), { take: 60 }, { count: () => undefined })).reply.count).toBeNull();
  });

  test("that ends with a full page is doubted when the platform names a next page all the same", async () => {
    const { ids, offsets } = await read(() => keys(60), {}, { count: () => 50 });
    expect([ids, offsets]).toEqual([keys(60), [0, 50]]);
    expect((await read(() => keys(50), {}, { hasNext: true })).offsets).toEqual([0, 50]);
  });
});

describe("a page of key metrics that comes again, whatever is asked,", () => {
  test("is the last: it brings no new key", async () => {
    const platform = scripted(() => ok(page(keys(50), 4000, true)), now);
    const { reply, remarks } = await fetchKeyMetrics(call(), platform.context());
    expect(reply.rows.map(({ id }) => id)).toEqual(keys(50));
    expect(platform.requests).toHaveLength(5);
    expect(remarks).toEqual(["The platform counts 4000 keys, but there are 50."]);
  });
});

describe("a key that comes twice on one page", () => {
  const group = (key: string, closedConversations: number) => ({ key, metrics: { closedConversations } });
  const answered = async (...groups: object[]) => {
    const platform = scripted(() => ok({ metadata: { count: groups.length - 1 }, groupBy: { groups } }), now);
    const { reply, remarks } = await fetchKeyMetrics(call(), platform.context());
    return { closed: reply.rows.map(({ id, byTime }) => [id, byTime.closedConversations]), remarks };
  };

  test("with equal figures is one row", async () => {
    expect(await answered(group("1", 5), group("2", 6), group("1", 5))).toEqual({
      closed: [
        ["1", 5],
        ["2", 6],
      ],
      remarks: [],
    });
  });

  test("with different figures is the later row, with a remark", async () => {
    expect(await answered(group("1", 5), group("2", 6), group("1", 7))).toEqual({
      closed: [
        ["1", 7],
        ["2", 6],
      ],
      remarks: ["Keys that came more than once on a page with different figures: 1. The later figures count."],
    });
  });
});

describe("a list that changes while it is read", () => {
  test("misses no key because another vanished between pages", async () => {
    const all = keys(101);
    const without = all.filter((key) => key !== "1010");
    const { ids } = await read((index) => (index === 0 ? all : without));
    expect(ids.filter((id) => id !== "1010").sort()).toEqual(without);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("misses no key because another vanished among pages read side by side", async () => {
    const all = keys(201);
    const without = all.filter((key) => key !== "1010");
    const { ids } = await read((index) => (index < 2 ? all : without));
    expect(ids.filter((id) => id !== "1010").sort()).toEqual(without);
  });

  test("does not repeat keys that moved on because another appeared", async () => {
    const all = keys(100);
    const { ids, offsets } = await read((index) => (index === 0 ? all : ["0999", ...all]));
    expect(ids).toEqual(all);
    expect(offsets).toEqual([0, 50, 100]);
  });

  test("has every key once when keys change places between pages", async () => {
    const all = keys(100);
    const swapped = [...all.slice(60, 70), ...all.slice(10, 60), ...all.slice(0, 10), ...all.slice(70)];
    const { ids } = await read((index) => (index === 0 ? all : swapped), { order: { metric: "onlineAgents", direction: "desc" } });
    expect(ids.toSorted()).toEqual(all);
  });

  test("and never stands still is read twice and no more", async () => {
    const { offsets } = await read((index) => keys(200 - index));
    expect(offsets.filter((offset) => offset === 0)).toHaveLength(2);
  });

  test("is read again only when that is not refused", async () => {
    const refusal = new GatewayError("PLAN_TOO_LARGE", "Too many.");
    let asked = 0;
    const expects = () => {
      asked++;
      if (asked > 1) throw refusal;
      return true;
    };
    await expect(read((index) => keys(200 - index), {}, {}, { expects })).rejects.toBe(refusal);
  });
});
