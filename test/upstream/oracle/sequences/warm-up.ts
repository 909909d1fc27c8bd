import type { ApiName, Grouping, IntervalMetricsQuestion, Question } from "../../../../src/upstream/question.js";
import { agentRows, intervalRows, keyRows, skillRows } from "../../questions-by-hand.js";
import { oracleOf } from "./api-oracle.js";
import { noon, type Sequence } from "./sequence.js";

/** The warm-up is over so long before the first arrival that none of its answers is fresh or stale then. */
export const warmUpMs = 2_700_000;
const dayMs = 86_400_000;

const groupings: readonly (readonly Grouping[])[] = [["SKILL"], ["AGENT"], ["SKILL", "AGENT"]];
const lengths = [30, 60] as const satisfies IntervalMetricsQuestion["everyMinutes"][];
const dayBefore = { from: noon - 2.5 * dayMs, to: noon - 1.5 * dayMs };

const questions: Record<ApiName, readonly Question[]> = {
  "agent-segments": [agentRows({ lastMinutes: 45, agents: "all", skills: "all" })],
  "skill-segments": [skillRows({ lastMinutes: 45, skills: "all" })],
  "key-metrics": (["skillId", "agentGroupId"] as const).map((of) => keyRows({ of, keys: "all", window: { lastMinutes: 45 } })),
  "interval-metrics": groupings.flatMap((grouping) =>
    lengths.map((everyMinutes) => intervalRows({ grouping, everyMinutes, window: dayBefore })),
  ),
};

/** What has been asked before a warm sequence: all ids, unfiltered, in a window that the sequence never asks for. */
export const warmUp = (api: ApiName): readonly Question[] => questions[api];

/** The names of the sizes that are known when the sequence begins. */
export function sizesKnown({ api, warm }: Pick<Sequence, "api" | "warm">): ReadonlySet<string> {
  const { calls, sizeName } = oracleOf(api);
  return new Set(warm ? warmUp(api).flatMap((question) => calls([question]).map(sizeName)) : []);
}
