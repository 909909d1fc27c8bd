import { describe, expect, test, vi } from "vitest";
import { hourMs, minuteMs } from "../../../src/time.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { broken, endOf, limitedFor, numbered, platformOver, rejected } from "../outcomes-by-hand.js";
import { agentRows, intervalRows, keyRows, keyTotal, skillRows } from "../questions-by-hand.js";

standAtNoon();

const isAnswered = { answered: { stale: false } };

/** Sets the wall clock. Timers and the monotonic clock go on as if nothing had happened. */
const step = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** How many exchanges the questions cost. */
async function costOf(platform: HeldPlatform, ...questions: Parameters<HeldPlatform["ask"]>[0]): Promise<number> {
  const before = platform.sent.length;
  expect(await asked(platform, ...questions)).toMatchObject(questions.map(() => isAnswered));
  return platform.sent.length - before;
}

describe.each([
  ["back", -hourMs],
  ["forward", hourMs],
])("a step of an hour %s", (_, byMs) => {
  test("freezes no figure: what was stored is asked for again, once, and that is stored as before", async () => {
    const platform = new HeldPlatform();
    const questions = [skillRows(), agentRows(), keyRows(), keyTotal({ window: { lastMinutes: 30 } })];
    await costOf(platform, ...questions);
    await pass(1_000);
    step(byMs);
    expect(await costOf(platform, ...questions)).toBe(4);
    await pass(5_000);
    expect(await costOf(platform, ...questions), "fresh").toBe(0);
    await pass(15_000);
    expect(await endOf(platform, skillRows()), "stale, with a refresh behind it").toMatchObject({ answered: { stale: true } });
    await settle();
    platform.sent.at(-1)!.answer();
    await settle();
    expect(await costOf(platform, skillRows())).toBe(0);
  });

  test("frees no budget and blocks none", async () => {
    const platform = platformOver(["ok"], { limits: { maxConcurrent: 4, maxPerMinute: 4 } });
    for (const number of [1, 2, 3, 4]) await endOf(platform, numbered(number));
    await pass(30_000);
    step(byMs);
    expect(await endOf(platform, numbered(5))).toMatchObject({ code: "BUDGET_EXHAUSTED", facts: { retryAfterMs: 30_250 }, afterMs: 0 });
    await pass(30_250);
    expect(await endOf(platform, numbered(5))).toMatchObject({ ...isAnswered, afterMs: 0 });
  });

  test("moves no deadline, no pause after a 429 and no pause before another try", async () => {
    const hanging = platformOver(["hang"]);
    const late = endOf(hanging, numbered(1), { deadlineMs: 5_000 });
    const limited = endOf(platformOver([limitedFor(3_000), "ok"]), numbered(1));
    const failing = endOf(platformOver([broken, "ok"]), numbered(1));
    await pass(1_000);
    step(byMs);
    await pass(10_000);
    expect(await late).toMatchObject({ code: "UPSTREAM_TIMEOUT", afterMs: 5_000 });
    expect(await limited).toMatchObject({ ...isAnswered, afterMs: 3_000 });
    expect(await failing).toMatchObject({ ...isAnswered, afterMs: 5_000 });
  });

  test("makes no exchange overdue, and none less so", async () => {
    const platform = new HeldPlatform();
    platform.times.ended("skill-segments", 100);
    platform.ask([skillRows()], { deadlineMs: 60_000 });
    await pass(1_000);
    step(byMs);
    await pass(999);
    expect(platform.sent).toHaveLength(1);
    await pass(1);
    expect(platform.sent).toHaveLength(2);
  });

  test("opens and closes no circuit", async () => {
    const platform = platformOver([broken, broken, broken, broken, broken, "ok"], { retryPausesMs: [] });
    for (const number of [1, 2, 3, 4, 5]) await endOf(platform, numbered(number));
    await pass(1_000);
    step(byMs);
    expect(await endOf(platform, numbered(6))).toMatchObject({ facts: { retryAfterMs: 4_000 } });
    await pass(4_000);
    expect(await endOf(platform, numbered(7))).toMatchObject(isAnswered);
  });

  test("forgets no refused id, and remembers none longer", async () => {
    const platform = platformOver([rejected]);
    await endOf(platform, skillRows({ skills: ["9"] }));
    const sent = platform.sent.length;
    await pass(5 * minuteMs);
    step(byMs);
    expect(await endOf(platform, skillRows({ skills: ["9"] }))).toMatchObject({ code: "UPSTREAM_REJECTED", afterMs: 0 });
    expect(platform.sent).toHaveLength(sent);
    await pass(5 * minuteMs + 1);
    await endOf(platform, skillRows({ skills: ["9"] }));
    expect(platform.sent.length).toBeGreaterThan(sent);
  });

  test("while an exchange is under way leaves its answer to those who wait for it, with the age that it has", async () => {
    const platform = new HeldPlatform();
    const first = endOf(platform, skillRows());
    await pass(1_000);
    step(byMs);
    const second = endOf(platform, skillRows());
    await settle();
    platform.sent[0]!.answer();
    expect(await first).toMatchObject(isAnswered);
    expect(await second).toMatchObject({ answered: {} });
    expect(platform.sent).toHaveLength(1);
    await pass(1_000);
    await costOf(platform, skillRows());
    expect(await costOf(platform, skillRows()), "what is asked from then on is stored").toBe(0);
  });
});

test("a step back makes no figure younger than it is", async () => {
  const platform = new HeldPlatform();
  await costOf(platform, skillRows());
  await pass(14_000);
  step(-10_000);
  expect(await endOf(platform, skillRows())).toMatchObject({ answered: { stale: false } });
  await pass(1_000);
  expect(await endOf(platform, skillRows())).toMatchObject({ answered: { stale: true } });
});

test("a step back takes no stored intervals for those of a later time, and freezes none", async () => {
  const platform = new HeldPlatform();
  const now = Date.now();
  const window = { from: now - 2 * hourMs, to: now };
  await costOf(platform, intervalRows({ window }));
  await pass(1_000);
  step(-hourMs);
  expect(await costOf(platform, intervalRows({ window }))).toBe(1);
  expect(await costOf(platform, intervalRows({ window }))).toBe(0);
});
