import type { KeyMetricsCall } from "../../../src/upstream/call.js";

/** Every metric of every skill in the last hour, unless told otherwise. */
export const keyMetricsCall = (part: Partial<KeyMetricsCall> = {}): KeyMetricsCall => ({
  api: "key-metrics",
  window: { lastMinutes: 60 },
  byTime: true,
  current: true,
  groupBy: "skillId",
  total: false,
  filters: { agentIds: null, agentGroupIds: null, skillIds: null },
  includeSubGroups: false,
  userType: "ALL",
  order: null,
  take: "all",
  ...part,
});

/** One page of skills; `hasNext`: with a link that must not be followed. */
export const keyMetricsPage = (keys: readonly string[], count: unknown, hasNext = false) => ({
  metadata: { count, ...(hasNext && { next: { rel: "next", href: "https://localhost:8082/never/follow" } }) },
  groupBy: {
    groupByField: "skillId",
    groups: keys.map((key) => ({ key, keyDescription: `Skill ${key}`, metrics: { closedConversations: 1 } })),
  },
});
