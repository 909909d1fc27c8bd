import { describe, expect, test } from "vitest";
import { noon, pass, settle, standAtNoon } from "../fake-time.js";
import { freshness, HeldPlatform } from "../held-platform.js";
import { endOf } from "../outcomes-by-hand.js";
import { skillRows } from "../questions-by-hand.js";

standAtNoon();

const slow = { deadlineMs: 120_000 };

describe("the pages of one answer", () => {
  test.each([
    [15_000, false],
    [15_001, true],
  ])("%d ms apart, of figures fresh for 15,000, carry the age of the oldest page and are stale: %s", async (apartMs, stale) => {
    const platform = new HeldPlatform({ pages: () => 2 });
    const end = endOf(platform, skillRows(), slow);
    await pass(apartMs);
    platform.sent[0]!.answer();
    await settle();
    platform.sent[1]!.answer();
    expect(await end).toMatchObject({ answered: { stale, reply: { asOf: noon } } });
  });

  test("stop being fresh for the next asker when the oldest does", async () => {
    const platform = new HeldPlatform({ pages: () => 2 });
    const end = endOf(platform, skillRows(), slow);
    await pass(10_000);
    platform.sent[0]!.answer();
    await settle();
    platform.sent[1]!.answer();
    expect(await end).toMatchObject({ answered: { stale: false } });
    await pass(4_999);
    expect(await endOf(platform, skillRows())).toMatchObject({ answered: { stale: false, reply: { asOf: noon } } });
    await pass(1);
    expect(await endOf(platform, skillRows())).toMatchObject({ answered: { stale: true } });
  });
});

describe("whoever joins a slow call", () => {
  test("is told that its figures are stale when they are older than their time to live, and whoever asked first is not", async () => {
    const platform = new HeldPlatform();
    const first = endOf(platform, skillRows(), slow);
    await pass(14_999);
    const inTime = endOf(platform, skillRows(), slow);
    await pass(1);
    const late = endOf(platform, skillRows(), slow);
    await pass(5_000);
    platform.sent[0]!.answer();
    expect((await Promise.all([first, inTime, late])).map(({ answered }) => answered?.stale)).toEqual([false, false, true]);
    expect(platform.sent).toHaveLength(1);
  });

  test("with a question that has a longer time to live of its own is not", async () => {
    const platform = new HeldPlatform();
    platform.ask([skillRows()], slow);
    await pass(20_000);
    const end = endOf(platform, skillRows({ freshForMs: 60_000 }), slow);
    await settle();
    platform.sent[0]!.answer();
    expect(await end).toMatchObject({ answered: { stale: false } });
  });

  test.fails("is not given figures that would not stand in for a failure either: another call is made", async () => {
    const platform = new HeldPlatform({ freshness: { ...freshness, staleMs: 5_000 } });
    platform.ask([skillRows()], slow);
    await pass(20_000);
    const end = endOf(platform, skillRows(), slow);
    await settle();
    expect(platform.sent).toHaveLength(2);
    platform.sent[0]!.answer();
    platform.sent[1]!.answer();
    expect(await end).toMatchObject({ answered: { stale: false, reply: { asOf: noon + 20_000 } } });
  });
});
