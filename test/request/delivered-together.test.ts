import { expect, test } from "vitest";
import { deliveredTogether } from "../../src/request/request-questions.js";
import { noon, pass, settle, standAtNoon } from "../upstream/fake-time.js";

standAtNoon();

/** Results by hand; `told`: which were told, by the ms after noon at which they were. */
function held(count: number, graceMs = 100) {
  const there: (() => void)[] = [];
  const results = Array.from({ length: count }, (_, index) => new Promise<number>((resolve) => there.push(() => resolve(index))));
  const told: Record<number, number[]> = {};
  for (const each of deliveredTogether(results, graceMs)) {
    void each.then((index) => {
      const at = Date.now() - noon;
      told[at] = [...(told[at] ?? []), index];
    });
  }
  return { there, told };
}

test("results that come soon after each other are told together, when the last is there", async () => {
  const { there, told } = held(3);
  there[0]!();
  await pass(60);
  there[2]!();
  await pass(39);
  there[1]!();
  await settle();
  expect(told).toEqual({ 99: [0, 2, 1] });
});

test("a slow result keeps the others for the grace of the first, and is told with those that came as late", async () => {
  const { there, told } = held(5);
  there[0]!();
  await pass(99);
  there[1]!();
  await pass(901);
  there[2]!();
  await pass(50);
  there[3]!();
  await pass(950);
  there[4]!();
  await settle();
  expect(told).toEqual({ 100: [0, 1], 1100: [2, 3], 2000: [4] });
});
