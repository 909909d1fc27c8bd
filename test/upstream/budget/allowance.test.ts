import { expect, test } from "vitest";
import { Allowance } from "../../../src/upstream/budget/allowance.js";
import { plan } from "../../../src/upstream/planning/plan.js";
import type { Question } from "../../../src/upstream/question.js";
import { keyTotal, nowhere } from "../questions-by-hand.js";

/** Each agent's total is a call of its own. */
const agent = (id: number) => keyTotal({ filters: { ...nowhere, agentIds: [String(id)] } });
const agents = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => agent(from + index));
const free = agent(99);
const allowance = (most: number, sent = () => 0) =>
  new Allowance(
    most,
    async (questions: readonly Question[]) =>
      plan(
        questions.filter((question) => question !== free),
        () => undefined,
      ),
    sent,
  );

test("stages begin while all of them together stay within the limit", async () => {
  const five = allowance(5);
  expect(await five.begin(agents(0, 3))).toHaveLength(3);
  expect(await five.refused(agents(3, 5))).toEqual(new Map());
});

test("a later stage that would exceed the limit is refused whole, with what was spent and what it needs", async () => {
  const five = allowance(5);
  await five.begin(agents(0, 3));
  const later = agents(3, 6);
  const refused = await five.refused(later);
  expect([...refused.keys()]).toEqual(later);
  for (const error of refused.values()) {
    expect(error.code).toBe("PLAN_TOO_LARGE");
    expect(error.message).toMatch(/^After 3 calls, the next stage .* needs 3 calls .* at most 5\. Ask for fewer ids/);
  }
});

test("a stage that was refused costs nothing, so a smaller one may still begin", async () => {
  const five = allowance(5);
  await five.begin(agents(0, 3));
  await five.refused(agents(3, 6));
  expect(await five.refused(agents(3, 5))).toEqual(new Map());
});

test("of a refused stage, what costs nothing is answered", async () => {
  const two = allowance(2);
  const refused = await two.refused([...agents(0, 3), free]);
  expect([...refused.keys()]).toEqual(agents(0, 3));
});

test("the first stage is refused as a whole", async () => {
  await expect(allowance(5).begin(agents(0, 6))).rejects.toMatchObject({ code: "PLAN_TOO_LARGE" });
});

test("what was really sent counts where it is more than was planned: an answer can have more pages than anybody knew", async () => {
  let sent = 0;
  const five = allowance(5, () => sent);
  await five.begin(agents(0, 1));
  sent = 4;
  const refused = await five.refused(agents(1, 3));
  expect([...refused.values()].map(({ message }) => message)[0]).toMatch(/^After 4 calls/);
  expect(await five.refused(agents(1, 2))).toEqual(new Map());
});
