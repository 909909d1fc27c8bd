import { expect, test } from "vitest";
import type { KeyMetricsCall } from "../../../src/upstream/call.js";
import { familyOf, plan } from "../../../src/upstream/planning/plan.js";
import { SizesSeen } from "../../../src/upstream/planning/sizes-seen.js";
import type { KeyMetricsReply } from "../../../src/upstream/question.js";
import { keyRows, keyTotal, nowhere } from "../questions-by-hand.js";

const ofAgent = (id: string) => ({ ...nowhere, agentIds: [id] });
const exchangesOf = (agent: string, sizes: SizesSeen) =>
  plan([keyTotal({ filters: ofAgent(agent) }), keyRows({ filters: ofAgent(agent), keys: ["7"] })], sizes.known).map(
    ({ exchanges }) => exchanges,
  );

/** As if a list of skills under this agent's filter had been read, with so many keys. */
function learn(sizes: SizesSeen, agent: string, count: number): void {
  const question = keyTotal({ filters: ofAgent(agent) });
  const call = plan([question, keyRows({ filters: ofAgent(agent) })], () => undefined)[0]!.call as KeyMetricsCall;
  const reply = { rows: [], count } as unknown as KeyMetricsReply;
  sizes.learn(familyOf(question), { call, reply, bytes: 0 });
}

test("what a filter's list had is known of it, and taken for the same filter with other ids until that was seen", () => {
  const sizes = new SizesSeen();
  expect(exchangesOf("1", sizes)).toEqual([1]);
  learn(sizes, "1", 1_150);
  expect(exchangesOf("1", sizes)).toEqual([1, 1]);
  expect(exchangesOf("2", sizes)).toEqual([1, 1]);
  learn(sizes, "3", 40);
  expect(exchangesOf("2", sizes)).toEqual([1]);
  expect(exchangesOf("1", sizes)).toEqual([1, 1]);
});

test("what a filter by agents showed says nothing of one by groups, nor of another family", () => {
  const sizes = new SizesSeen();
  learn(sizes, "1", 1_150);
  const filters = { ...nowhere, agentGroupIds: ["1"] };
  expect(plan([keyTotal({ filters }), keyRows({ filters })], sizes.known)).toHaveLength(1);
  const others = { filters: ofAgent("1"), userType: "BOT" as const };
  expect(plan([keyTotal(others), keyRows(others)], sizes.known)).toHaveLength(1);
});
