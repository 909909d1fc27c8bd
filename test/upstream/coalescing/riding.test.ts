import { describe, expect, test } from "vitest";
import { minuteMs } from "../../../src/time.js";
import type { Call, KeyMetricsCall } from "../../../src/upstream/call.js";
import type { KeyMetricsReply, Question } from "../../../src/upstream/question.js";
import { noon, pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { endOf } from "../outcomes-by-hand.js";
import { agentRows, keyRows, keyTotal, skillRows } from "../questions-by-hand.js";

standAtNoon();

const upTo = (last: number) => Array.from({ length: last }, (_, index) => String(index + 1));
const current = keyRows({ window: null, current: true, keys: "all" });
const byTime = (lastMinutes: number) => keyRows({ keys: "all", window: { lastMinutes } });
const windowsOf = (platform: HeldPlatform) =>
  platform.sent.map(({ call }) => {
    const { byTime: isByTime, window } = call as KeyMetricsCall;
    return isByTime && "lastMinutes" in window ? window.lastMinutes : null;
  });

/** The exchanges of a dashboard that asks all of these every so often, over some minutes. */
async function polled(platform: HeldPlatform, questions: readonly Question[], everyMs: number, forMs: number): Promise<number> {
  const before = platform.sent.length;
  for (let ms = 0; ms < forMs; ms += everyMs) {
    await asked(platform, ...questions);
    await pass(everyMs);
  }
  return platform.sent.length - before;
}

describe("a refresh of current figures", () => {
  test("carries the window in use, so that its figures need no call of their own", async () => {
    const platform = new HeldPlatform();
    await asked(platform, byTime(30));
    await pass(12_000);
    await asked(platform, current);
    expect(windowsOf(platform)).toEqual([30, 30]);
    await pass(5_000);
    expect(await endOf(platform, byTime(30))).toMatchObject({ answered: { stale: false, reply: { asOf: noon + 12_000 } } });
    expect(platform.sent).toHaveLength(2);
  });

  test("carries of several windows the one whose figures are oldest", async () => {
    const platform = new HeldPlatform();
    await asked(platform, byTime(30));
    await pass(1_000);
    await asked(platform, byTime(15));
    await pass(11_000);
    await asked(platform, current);
    await pass(11_000);
    await asked(platform, current);
    expect(windowsOf(platform)).toEqual([30, 15, 30, 15]);
  });

  test("carries no window that nobody has asked for within twice its time to live, and none of other filters", async () => {
    const platform = new HeldPlatform();
    await asked(platform, byTime(30), keyRows({ keys: "all", of: "agentGroupId", window: { lastMinutes: 45 } }));
    await pass(30_001);
    await asked(platform, current);
    expect(windowsOf(platform).at(-1)).toBeNull();
    await asked(platform, keyTotal({ window: { lastMinutes: 20 }, filters: { agentIds: ["1"], agentGroupIds: null, skillIds: null } }));
    await pass(12_000);
    await asked(platform, current);
    expect(windowsOf(platform).at(-1)).toBeNull();
  });

  test("makes a wallboard of current figures and a window cost no more than the current figures alone", async () => {
    const costOf = async (board: readonly Question[]) => {
      const platform = new HeldPlatform();
      await polled(platform, board, 1_000, minuteMs);
      return polled(platform, board, 1_000, 5 * minuteMs);
    };
    expect([await costOf([current]), await costOf([current, byTime(30)])]).toEqual([30, 30]);
  });
});

describe("a refresh of figures without intervals", () => {
  test.each<[string, (everyMinutes: number | null) => Question]>([
    ["skills", (everyMinutes) => skillRows({ skills: "all", everyMinutes })],
    ["agents", (everyMinutes) => agentRows({ agents: "all", everyMinutes })],
  ])("of %s carries the intervals in use: six calls where both alone are twelve", async (_, question) => {
    const platform = new HeldPlatform();
    await asked(platform, question(null));
    await pass(10_000);
    await asked(platform, question(15));
    expect(platform.sent).toHaveLength(2);
    await pass(16_000);
    await asked(platform, question(null));
    expect(platform.sent.map(({ call }) => (call as Call & { everyMinutes: number | null }).everyMinutes)).toEqual([null, 15, 15]);
    await pass(1_000);
    expect(await asked(platform, question(15))).toMatchObject([{ answered: { stale: false } }]);
    expect(platform.sent).toHaveLength(3);
  });

  test("carries none where that would be more than the platform answers quickly", async () => {
    const platform = new HeldPlatform({ ids: upTo(20_000) });
    await asked(platform, agentRows({ agents: "all" }));
    await pass(10_000);
    await asked(platform, agentRows({ agents: "all", everyMinutes: 15 }));
    await pass(16_000);
    await asked(platform, agentRows({ agents: "all" }));
    expect(platform.sent.map(({ call }) => "everyMinutes" in call && call.everyMinutes)).toEqual([null, 15, null]);
  });
});

describe("a list in order", () => {
  const top = (first: number) => keyRows({ keys: { metric: "agentLoad", direction: "desc", first } });
  const rowsOf = (ended: Awaited<ReturnType<typeof endOf>>) => (ended.answered!.reply as KeyMetricsReply).rows.map(({ id }) => id);

  /** 120 skills, of which each answer tells the pages it took. */
  const centre = () =>
    new HeldPlatform({
      ids: upTo(120),
      pages: (call) => ("take" in call && typeof call.take === "number" ? Math.ceil(Math.min(call.take, 120 - (call.skip ?? 0)) / 50) : 1),
    });

  test("goes on from what is stored of it: three pages for three readers who go on and on", async () => {
    const platform = centre();
    for (const first of [50, 100, 150]) {
      const [end] = await asked(platform, top(first));
      expect((end!.answered!.reply as KeyMetricsReply).rows.map(({ id }) => id)).toEqual(upTo(Math.min(120, first)));
      await pass(1_000);
    }
    expect(platform.sent.map(({ call }) => "take" in call && [call.skip ?? 0, call.take])).toEqual([
      [0, 50],
      [50, 50],
      [100, 50],
    ]);
    expect(await endOf(platform, top(100)), "as old as its beginning").toMatchObject({
      answered: { stale: false, reply: { asOf: noon } },
      afterMs: 0,
    });
    expect(platform.sent).toHaveLength(3);
  });

  test("is read from its beginning when what is stored is no longer fresh, or of another order", async () => {
    const platform = centre();
    await asked(platform, top(50));
    await asked(platform, keyRows({ keys: { metric: "agentLoad", direction: "asc", first: 100 } }));
    await pass(15_000);
    const end = endOf(platform, top(100));
    await settle();
    for (const sent of platform.sent) sent.answer();
    await settle();
    for (const sent of platform.sent) sent.answer();
    expect(rowsOf(await end)).toEqual(upTo(100));
    expect(platform.sent.map(({ call }) => ("skip" in call ? call.skip : 0))).not.toContain(50);
  });
});

describe("a window by its length and one by its ends that are the same to the minute", () => {
  const ends = { from: noon - 60 * minuteMs, to: noon };
  const length = { lastMinutes: 60 };
  const rows = (window: typeof ends | typeof length) => keyRows({ window, keys: "all" });

  test("share a call", async () => {
    const platform = new HeldPlatform();
    expect(await asked(platform, rows(ends), rows(length))).toMatchObject(Array(2).fill({ answered: { stale: false } }));
    expect(platform.sent).toHaveLength(1);
  });

  test.each([
    ["length", "ends", length, ends],
    ["ends", "length", ends, length],
  ])("share the answer of the one by its %s, stored or in flight, with the one by its %s", async (_, __, first, second) => {
    const platform = new HeldPlatform();
    platform.ask([rows(first)]);
    await settle();
    const joined = endOf(platform, rows(second));
    await settle();
    expect(platform.sent).toHaveLength(1);
    platform.sent[0]!.answer();
    expect(await joined).toMatchObject({ answered: { stale: false }, seen: [{ outcome: "JOINED" }] });
    await pass(5_000);
    expect(await endOf(platform, rows(second))).toMatchObject({ seen: [{ outcome: "CACHED" }] });
  });

  test("do not share once a minute has passed", async () => {
    const platform = new HeldPlatform();
    await pass(minuteMs);
    await asked(platform, rows(ends), rows(length));
    expect(platform.sent).toHaveLength(2);
  });
});
