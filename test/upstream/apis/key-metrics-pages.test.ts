import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fetchKeyMetrics } from "../../../src/upstream/apis/key-metrics/fetch.js";
import type { KeyMetricsCall } from "../../../src/upstream/call.js";
import { keyMetricsCall as call, keyMetricsPage as page } from "./key-metrics-page.js";
import { ok, queryOf, scripted } from "./scripted-exchange.js";

const now = 1_591_955_386_814;

describe("pages of key metrics", () => {
  /** A list that may change before each page. */
  async function read(keysAt: (page: number) => readonly string[], part: Partial<KeyMetricsCall> = {}) {
    const platform = scripted((request, index) => {
      const keys = keysAt(index);
      const offset = Number(queryOf(request).offset);
      return ok(page(keys.slice(offset, offset + 50), keys.length));
    }, now);
    const result = await fetchKeyMetrics(call(part), platform.context());
    return {
      ids: result.reply.rows.map(({ id }) => id),
      offsets: platform.requests.map((request) => Number(queryOf(request).offset)),
      ...result,
    };
  }
  const keys = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1000));

  test("advance by offset to the end, never by the platform's links", async () => {
    const { ids, offsets, reply, pages, bytes } = await read(() => keys(120));
    expect(ids).toEqual(keys(120));
    expect(offsets).toEqual([0, 50, 100]);
    expect([pages, bytes, reply.count, reply.asOf]).toEqual([3, 30, 120, now]);
  });

  test("end exactly where the count ends", async () => {
    expect((await read(() => keys(100))).offsets).toEqual([0, 50]);
    expect((await read(() => [])).offsets).toEqual([0]);
  });

  test("stop as soon as the rows that are wanted are there", async () => {
    const { ids, offsets, reply } = await read(() => keys(500), { take: 60 });
    expect(ids).toEqual(keys(60));
    expect([offsets, reply.count]).toEqual([[0, 50], 500]);
  });

  test("tell the order in which they were asked for, and none where none was", async () => {
    const order = { metric: "avgWaitTime", direction: "desc" } as const;
    expect((await read(() => keys(60), { order, take: 50 })).reply.order).toEqual(order);
    expect((await read(() => keys(60))).reply.order).toBeNull();
  });

  test("a key that vanishes between pages makes no other key be missed", async () => {
    const all = keys(101);
    const without = all.filter((key) => key !== "1010");
    const { ids } = await read((index) => (index === 0 ? all : without));
    expect(ids.filter((id) => id !== "1010").sort()).toEqual(without);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("a key that appears between pages is not repeated by the others moving on", async () => {
    const all = keys(100);
    const { ids, offsets } = await read((index) => (index === 0 ? all : ["0999", ...all]));
    expect(ids).toEqual(all);
    expect(offsets).toEqual([0, 50, 100]);
  });

  test("keys that change places between pages are all there, once", async () => {
    const all = keys(100);
    const swapped = [...all.slice(60, 70), ...all.slice(10, 60), ...all.slice(0, 10), ...all.slice(70)];
    const { ids } = await read((index) => (index === 0 ? all : swapped), { order: { metric: "onlineAgents", direction: "desc" } });
    expect(ids.toSorted()).toEqual(all);
  });

  test("that never stand still end after a second reading", async () => {
    const { offsets } = await read((index) => keys(200 - index));
    expect(offsets.filter((offset) => offset === 0)).toHaveLength(2);
  });

  test("of any count bring every key once, in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 420 }), async (count) => {
        const { ids, pages } = await read(() => keys(count));
        expect(ids).toEqual(keys(count));
        expect(pages).toBe(Math.max(1, Math.ceil(count / 50)));
      }),
    );
  });
});
