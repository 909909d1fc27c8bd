import { type Condition, conditionOf, worstOf } from "./condition.js";
import type { AgentsSubscription, DaySubscription, MetricsApi, SkillsSubscription } from "./generated/graphql.js";
import { conditionOfAgents, conditionOfGroups } from "./parts/agents.js";
import { conditionOfHours } from "./parts/heat-map.js";
import { conditionOfHalfHours, conditionOfResponses } from "./parts/trends.js";
import type { Feed } from "./use-feed.js";

interface Feeds {
  skills: Feed<SkillsSubscription>;
  agents: Feed<AgentsSubscription>;
  day: Feed<DaySubscription>;
}

/** The worst condition of what the board shows of each API. */
export function lightsOf({ skills, agents, day }: Feeds, now: number): ReadonlyMap<MetricsApi, Condition> {
  const center = skills.data?.contactCenter;
  const nodes = center?.skills?.nodes ?? [];
  const account = conditionOf(center?.current, "KEY_METRICS", ["contactCenter", "current"], skills.errors, now);
  const segments = nodes.flatMap(({ segments }, index) =>
    segments === undefined
      ? []
      : [conditionOf(segments, "SKILL_SEGMENTS", ["contactCenter", "skills", "nodes", index, "segments"], skills.errors, now)],
  );
  return new Map<MetricsApi, Condition>([
    ["KEY_METRICS", worstOf([account, conditionOfGroups(agents, now)])],
    ["SKILL_SEGMENTS", nodes.length > 0 && segments.length === 0 ? { is: "empty" } : worstOf(segments)],
    ["AGENT_SEGMENTS", worstOf([conditionOfAgents(agents, now), conditionOfResponses(day, now)])],
    ["INTERVAL_METRICS", worstOf([conditionOfHours(day, now), conditionOfHalfHours(day, now)])],
  ]);
}
