import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { hourMs } from "../../../src/time.js";
import type { IntervalMetricsReply } from "../../../src/upstream/question.js";
import { noon, pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform, one } from "../held-platform.js";
import { intervalRows } from "../questions-by-hand.js";

standAtNoon();

/** Rows of whole hours, from so many hours before noon until noon. */
const rows = (hours: number) => intervalRows({ everyMinutes: 60, window: { from: noon - hours * hourMs, to: noon } });
/** The hours that have rows, counted back from noon. */
const hoursIn = ({ bySlot }: IntervalMetricsReply) => [...bySlot.keys()].map((from) => (noon - from) / hourMs);

test("a window whose last hours are stale is answered whole, and the stale hours are asked again behind it", async () => {
  const platform = new HeldPlatform();
  await asked(platform, rows(4));
  await pass(70_000);
  const [ended] = await asked(platform, rows(4));
  expect(hoursIn(ended!.answered!.reply as IntervalMetricsReply)).toEqual([4, 3, 2, 1]);
  expect(ended!.answered!.stale).toBe(true);
  expect(platform.sent.map(({ call }) => call)).toMatchObject([
    { window: { from: noon - 4 * hourMs, to: noon } },
    { window: { from: noon - 2 * hourMs, to: noon } },
  ]);
});

test("a window of which some hours are stale and some unknown is asked until it is whole", async () => {
  const platform = new HeldPlatform();
  await asked(platform, rows(2));
  await pass(70_000);
  const [ended] = await asked(platform, rows(4));
  expect(ended!.error).toBeUndefined();
  expect(hoursIn(ended!.answered!.reply as IntervalMetricsReply)).toEqual([4, 3, 2, 1]);
  expect(ended!.answered!.stale).toBe(false);
  expect(platform.sent).toHaveLength(2);
});

test("a window of which some hours are unknown fails when they cannot be had: the others are no answer to it", async () => {
  const platform = new HeldPlatform();
  await asked(platform, rows(2));
  await pass(70_000);
  const ended = one(platform.ask([rows(4)]));
  await settle();
  platform.sent[1]!.fail(new GatewayError("UPSTREAM_REJECTED", "No.", { status: 403 }));
  expect((await ended).outcome).toMatchObject({ answered: [], failed: [{ question: rows(4), error: { code: "UPSTREAM_REJECTED" } }] });
});
