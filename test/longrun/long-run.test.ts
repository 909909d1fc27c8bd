import { expect, it } from "vitest";
import { longRun } from "./long-run.js";

/** What a platform in trouble may make of a question. */
const told = new Set([
  "BUDGET_EXHAUSTED",
  "UPSTREAM_RATE_LIMITED",
  "UPSTREAM_TIMEOUT",
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_REJECTED",
  "UPSTREAM_INVALID_RESPONSE",
]);

it("minutes of mixed traffic over random faults bring no number that is not the truth of its own moment", async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", note);
  try {
    const { asked, comparison, faults, errors } = await longRun({ minutes: 4, seed: 3, speed: 100 });
    expect(comparison.differences).toEqual([]);
    expect(asked).toBeGreaterThan(100);
    expect(comparison.numbers).toBeGreaterThan(3_000);
    expect(faults).toBeGreaterThan(5);
    expect([...errors.keys()].filter((code) => !told.has(code))).toEqual([]);
    expect(rejections).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
}, 60_000);
