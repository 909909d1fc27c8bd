import { expect, test } from "vitest";
import type { AgentSegmentsCall, KeyMetricsCall } from "../../../src/upstream/call.js";
import { SizesSeen } from "../../../src/upstream/coalescing/open-scope.js";
import { nothingSeen, plan, scopeOf } from "../../../src/upstream/plan.js";
import type { AgentSegmentsReply, KeyMetricsReply } from "../../../src/upstream/question.js";
import { agentRows, keyRows, keyTotal, nowhere } from "../questions-by-hand.js";

const ofAgent = (id: string) => ({ ...nowhere, agentIds: [id] });
const exchangesOf = (agent: string, sizes: SizesSeen) =>
  plan([keyTotal({ filters: ofAgent(agent) }), keyRows({ filters: ofAgent(agent), keys: ["7"] })], seenBy(sizes)).map(
    ({ exchanges }) => exchanges,
  );
const seenBy = (sizes: SizesSeen) => (scope: ReturnType<typeof scopeOf>) => ({
  ...nothingSeen,
  size: (name: string) => sizes.known(scope, name),
});

let time = 0;

/** As if a list of skills under this agent's filter had been read, with so many keys. */
function learn(sizes: SizesSeen, agent: string, count: number): void {
  const question = keyTotal({ filters: ofAgent(agent) });
  const call = plan([question, keyRows({ filters: ofAgent(agent) })], () => nothingSeen)[0]!.call as KeyMetricsCall;
  const reply = { rows: [], count } as unknown as KeyMetricsReply;
  sizes.learn(scopeOf(question), { call, reply, bytes: 0, pages: 1 });
}

test("what a filter's list had is known of it, and taken for the same filter with other ids until that was seen", () => {
  const sizes = new SizesSeen(() => time);
  expect(exchangesOf("1", sizes)).toEqual([1]);
  learn(sizes, "1", 1_150);
  expect(exchangesOf("1", sizes)).toEqual([1, 1]);
  expect(exchangesOf("2", sizes)).toEqual([1, 1]);
  learn(sizes, "3", 40);
  expect(exchangesOf("2", sizes)).toEqual([1]);
  expect(exchangesOf("1", sizes)).toEqual([1, 1]);
});

test("what a filter by agents showed says nothing of one by groups, nor of a scope with another user type", () => {
  const sizes = new SizesSeen(() => time);
  learn(sizes, "1", 1_150);
  const filters = { ...nowhere, agentGroupIds: ["1"] };
  expect(plan([keyTotal({ filters }), keyRows({ filters })], seenBy(sizes))).toHaveLength(1);
  const others = { filters: ofAgent("1"), userType: "BOT" as const };
  expect(plan([keyTotal(others), keyRows(others)], seenBy(sizes))).toHaveLength(1);
});

test("a size is known for an hour, in whatever window it was seen; the largest of the hour counts", () => {
  const sizes = new SizesSeen(() => time);
  const scope = scopeOf(agentRows({ lastMinutes: 1_440 }));
  const seen = (agents: number) => sizes.learn(scope, agentsAnswer(agents));
  seen(192);
  time += 30 * 60_000;
  seen(12);
  expect(sizes.known(scopeOf(agentRows({ lastMinutes: 7 })), "agents")).toBe(192);
  expect(sizes.known(scopeOf(agentRows({ credential: "another" })), "agents")).toBeUndefined();
  time += 61 * 60_000;
  expect(sizes.known(scope, "agents")).toBeUndefined();
});

const agentsAnswer = (agents: number) => {
  const call = plan([agentRows({ agents: "all" })], () => nothingSeen)[0]!.call as AgentSegmentsCall;
  const reply = { agents: new Map(Array.from({ length: agents }, (_, id) => [String(id), {}])), asOf: 0 } as unknown as AgentSegmentsReply;
  return { call, reply, bytes: 0, pages: 1 };
};
