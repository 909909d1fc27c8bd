import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intervalWindow, keyMetricsWindow } from "../../src/graphql/bounds.js";
import { dayMs, minuteMs } from "../../src/time.js";
import { byHand, noon } from "./platform-by-hand.js";

const at = (text: string) => Date.parse(`2026-11-${text}Z`);
const between = (from: string, to: string) => ({ between: { from: new Date(at(from)), to: new Date(at(to)) } });
const asker = byHand();

describe("a window of the interval metrics", () => {
  test.each([
    ["neither argument: the last 60 minutes, to the last boundary passed", {}, 15, "21T11:00:00", "21T12:00:00"],
    ["neither argument and longer intervals: the last whole one", {}, 1440, "20T00:00:00", "21T00:00:00"],
    ["lastMinutes that do not divide: outward to a whole interval", { lastMinutes: 70 }, 15, "21T10:45:00", "21T12:00:00"],
    ["between: outward on both sides", between("21T09:01:00", "21T09:31:00"), 30, "21T09:00:00", "21T10:00:00"],
    ["between up to now: only up to the last boundary passed", between("21T11:00:00", "21T12:07:30"), 15, "21T11:00:00", "21T12:00:00"],
    ["between into the future: the same", between("21T11:00:00", "25T00:00:00"), 15, "21T11:00:00", "21T12:00:00"],
    ["between the last 14 days and now: inward at the edge", between("07T12:07:30", "21T12:07:30"), 15, "07T12:15:00", "21T12:00:00"],
    ["between longer ago and now: the same", between("01T00:00:00", "21T12:07:30"), 60, "07T13:00:00", "21T12:00:00"],
    [
      "between midnight and now, by day: nothing of today has ended",
      between("20T00:00:00", "21T12:07:30"),
      1440,
      "20T00:00:00",
      "21T00:00:00",
    ],
    ["14 days: inward at the edge, with a margin", { lastMinutes: 20160 }, 15, "07T12:15:00", "21T12:00:00"],
    ["14 days of days: inward to the next midnight", { lastMinutes: 20160 }, 1440, "08T00:00:00", "21T00:00:00"],
  ])("%s", (_, args, everyMinutes, from, to) => {
    expect(intervalWindow(args, everyMinutes, asker)).toEqual({ from: at(from), to: at(to) });
  });

  test("is aligned, ended, never empty and within the platform's reach, whatever lastMinutes asks", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(15, 30, 60, 1440),
        fc.integer({ min: 1440, max: 20160 }),
        fc.integer({ min: 0, max: dayMs }),
        (every, last, ms) => {
          const now = noon + ms;
          const { from, to } = intervalWindow({ lastMinutes: last }, every, { now: () => now, holdsUntil: () => undefined });
          expect(from % (every * minuteMs)).toBe(0);
          expect(to % (every * minuteMs)).toBe(0);
          expect(from).toBeLessThan(to);
          expect(to).toBeLessThanOrEqual(now);
          expect(from).toBeGreaterThan(now - 14 * dayMs);
        },
      ),
    );
  });
});

describe("a window of the key metrics", () => {
  test("by length keeps its length, so that passing minutes do not make another scope", () => {
    expect(keyMetricsWindow({ lastMinutes: 30 }, "a1", asker)).toEqual({ lastMinutes: 30 });
    expect(keyMetricsWindow({}, "a1", asker)).toEqual({ lastMinutes: 60 });
    expect(keyMetricsWindow({ lastMinutes: null, between: null }, "a1", asker)).toEqual({ lastMinutes: 60 });
  });

  test("between is rounded outward to whole minutes", () => {
    expect(keyMetricsWindow(between("21T10:00:01", "21T10:30:59"), "a1", asker)).toEqual({
      from: at("21T10:00:00"),
      to: at("21T10:31:00"),
    });
  });

  test.each([
    ["now minus 24 hours to now", "20T12:07:30", "21T12:07:30", "20T12:08:00", "21T12:08:00"],
    ["the same, read from a clock a moment earlier", "20T12:07:29.400", "21T12:07:29.900", "20T12:08:00", "21T12:08:00"],
    ["the 24th hour before this one", "20T12:00:00", "20T13:00:00", "20T12:08:00", "20T13:00:00"],
    ["a UTC day that began less than 24 hours ago", "21T00:00:00", "22T00:00:00", "21T00:00:00", "22T00:00:00"],
    ["24 hours that are not whole minutes", "20T12:30:30", "21T12:30:30", "20T12:31:00", "21T12:31:00"],
    ["half out of reach", "19T20:00:00", "20T19:00:00", "20T12:08:00", "20T19:00:00"],
  ])("%s is shortened at its beginning to what the platform can be asked", (_, from, to, usedFrom, usedTo) => {
    expect(keyMetricsWindow(between(from, to), "a1", asker)).toEqual({ from: at(usedFrom), to: at(usedTo) });
  });

  test("is on whole minutes, within the reach, not empty, and no longer than a day, whatever the span", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 * 60 * minuteMs }), fc.integer({ min: 1, max: dayMs + minuteMs }), (ago, length) => {
        const span = { between: { from: new Date(noon - ago), to: new Date(noon - ago + length) } };
        fc.pre(noon - ago + length > noon - dayMs + 2 * minuteMs);
        const window = keyMetricsWindow(span, "a1", asker) as { from: number; to: number };
        expect([window.from % minuteMs, window.to % minuteMs]).toEqual([0, 0]);
        expect(window.from).toBeGreaterThan(noon - dayMs);
        expect(window.to - window.from).toBeGreaterThan(0);
        expect(window.to - window.from).toBeLessThanOrEqual(dayMs);
        expect(window.to).toBe(Math.ceil((noon - ago + length) / minuteMs) * minuteMs);
      }),
    );
  });

  test("may begin as far back as the account's look-back, and no further", () => {
    const far = { ...asker, accounts: [{ id: "a1", keyMetricsLookbackHours: 336 }] };
    const week = between("14T10:00:00", "14T11:00:00");
    expect(keyMetricsWindow(week, "a1", far)).toEqual({ from: at("14T10:00:00"), to: at("14T11:00:00") });
    expect(() => keyMetricsWindow(week, "a1", asker)).toThrow(
      "between.to must be within the last 24 hours (LP_KEY_METRICS_LOOKBACK_HOURS), but is",
    );
  });
});
