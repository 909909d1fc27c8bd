import { expect, test } from "vitest";
import { dayMs, hourMs, minuteMs } from "../../../src/time.js";
import type { IntervalMetricsReply } from "../../../src/upstream/question.js";
import { noon, pass, settle, standAtNoon } from "../fake-time.js";
import { asked, type Ended, HeldPlatform } from "../held-platform.js";
import { intervalRows } from "../questions-by-hand.js";
import { botId } from "../replies-by-hand.js";

const today = Date.UTC(2026, 0, 15);

standAtNoon();

const replyOf = ({ answered }: Ended) => answered?.reply as IntervalMetricsReply;
const windowsOf = (platform: HeldPlatform) => platform.sent.map(({ call }) => "grouping" in call && call.window);

const repliesTo = async (...args: Parameters<typeof asked>) => (await asked(...args)).map(replyOf);

const daysBack = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const from = today - (count - index) * dayMs;
    return intervalRows({ window: { from, to: from + dayMs }, everyMinutes: 60 });
  });

test("fourteen days after thirteen ask for the missing day alone", async () => {
  const platform = new HeldPlatform({ limits: { maxConcurrent: 20, maxPerMinute: 120 } });
  await asked(platform, ...daysBack(13));
  expect(platform.sent).toHaveLength(13);
  await pass(5 * hourMs);
  const replies = await repliesTo(platform, ...daysBack(14));
  expect(windowsOf(platform).slice(13)).toEqual([{ from: today - 14 * dayMs, to: today - 13 * dayMs }]);
  expect(replies.map(({ rows }) => rows.length)).toEqual(Array.from({ length: 14 }, () => 24 * 5));
});

test("a shorter window inside one that was read asks nothing and has its own rows alone", async () => {
  const platform = new HeldPlatform();
  await asked(platform, intervalRows({ window: { from: today, to: today + 8 * hourMs } }));
  const window = { from: today + 2 * hourMs, to: today + 3 * hourMs };
  const [reply] = await repliesTo(platform, intervalRows({ window, filters: { SKILL: "2" } }));
  expect(platform.sent).toHaveLength(1);
  expect(reply).toMatchObject({ window, pending: [], asOf: noon });
  expect(reply!.rows.map(({ window: { from }, ids }) => [from, ids.SKILL])).toEqual(
    [0, 15, 30, 45].map((minutes) => [window.from + minutes * minuteMs, "2"]),
  );
});

test("intervals that ended more than two hours ago are asked for once a day, later ones after the time to live", async () => {
  const platform = new HeldPlatform();
  const morning = intervalRows({ window: { from: today, to: noon } });
  await asked(platform, morning);
  await pass(2 * minuteMs);
  await asked(platform, morning);
  expect(windowsOf(platform)[1]).toEqual({ from: noon - 2 * hourMs, to: noon });
  await pass(6 * hourMs);
  await asked(platform, morning);
  expect(windowsOf(platform).slice(2), "the second answer was read before its intervals had settled").toEqual([
    { from: noon - 2 * hourMs, to: noon },
  ]);
  await pass(6 * hourMs);
  await asked(platform, morning);
  expect(platform.sent).toHaveLength(3);
});

test("a window put together from two answers is as old as the older of them", async () => {
  const platform = new HeldPlatform();
  await asked(platform, intervalRows({ window: { from: today, to: today + hourMs } }));
  await pass(minuteMs / 2);
  const ended = platform.ask([intervalRows({ window: { from: today, to: today + 2 * hourMs } })]);
  await settle();
  expect(windowsOf(platform)[1]).toEqual({ from: today + hourMs, to: today + 2 * hourMs });
  platform.sent[1]!.answer();
  const { answered } = (await ended[0])!;
  const reply = answered?.reply as IntervalMetricsReply;
  expect(answered).toMatchObject({ stale: false, reply: { asOf: noon } });
  expect(reply.rows).toHaveLength(8 * 5);
});

test("what the platform is still computing is ended as pending, and not asked for again within the time to live", async () => {
  const platform = new HeldPlatform();
  const question = intervalRows({ window: { from: noon - hourMs, to: noon } });
  const pending = [{ from: noon - 15 * minuteMs, to: noon }];
  const ended = platform.ask([question]);
  await settle();
  platform.sent[0]!.answer(pending);
  expect(replyOf((await ended[0])!)).toMatchObject({ pending });
  await pass(59_000);
  const [again] = await repliesTo(platform, question);
  expect(platform.sent).toHaveLength(1);
  expect(again!.pending).toEqual(pending);
  await pass(2 * minuteMs);
  const [complete] = await repliesTo(platform, question);
  expect(complete).toMatchObject({ pending: [] });
  expect(complete!.rows).toHaveLength(4 * 5);
});

test("a pending interval is never taken for a closed one, however long ago it ended", async () => {
  const platform = new HeldPlatform();
  const yesterday = intervalRows({ window: { from: today - dayMs, to: today }, everyMinutes: 60 });
  const late = { from: today - hourMs, to: today };
  const ended = platform.ask([yesterday]);
  await settle();
  platform.sent[0]!.answer([late]);
  await ended[0];
  await pass(3 * minuteMs);
  const [reply] = await repliesTo(platform, yesterday);
  expect(windowsOf(platform)[1]).toEqual(late);
  expect(reply).toMatchObject({ pending: [] });
  expect(reply!.rows).toHaveLength(24 * 5);
});

test("rows of bots are shown to who asked for them alone, whichever call brought them", async () => {
  const platform = new HeldPlatform();
  const grouping = ["AGENT"] as const;
  const bots = (reply: IntervalMetricsReply | undefined) => reply?.rows.filter(({ ids }) => ids.AGENT === botId).length;
  const [without] = await repliesTo(platform, intervalRows({ grouping, includeBotSkills: false }));
  expect(bots(without)).toBe(0);
  const [withBots, hidden] = await repliesTo(
    platform,
    intervalRows({ grouping, includeBotSkills: true }),
    intervalRows({ grouping, includeBotSkills: false, window: { from: 0, to: 1_800_000 } }),
  );
  expect(bots(withBots)).toBe(4);
  expect(bots(hidden)).toBe(0);
  const [again] = await repliesTo(platform, intervalRows({ grouping, includeBotSkills: false }));
  expect(bots(again)).toBe(0);
  expect(again!.rows).toHaveLength(4 * 4);
  expect(platform.sent.map(({ call }) => "includeBotSkills" in call && call.includeBotSkills)).toEqual([false, true]);
});
