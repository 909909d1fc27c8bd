import type {
  AgentSegmentsQuestion,
  IntervalMetricsQuestion,
  KeyMetricsQuestion,
  SkillSegmentsQuestion,
} from "../../src/upstream/question.js";

/** Questions of the most ordinary kind, to be changed where a test says so. */

const own = { account: "a", credential: "own" };

export const agentRows = (asked: Partial<AgentSegmentsQuestion> = {}): AgentSegmentsQuestion => ({
  api: "agent-segments",
  ...own,
  lastMinutes: 60,
  everyMinutes: null,
  groupIds: null,
  userType: "ALL",
  source: null,
  of: "rows",
  agents: ["1"],
  skills: null,
  ...asked,
});

export const skillRows = (asked: Partial<SkillSegmentsQuestion> = {}): SkillSegmentsQuestion => ({
  api: "skill-segments",
  ...own,
  lastMinutes: 60,
  everyMinutes: null,
  userType: "ALL",
  of: "rows",
  skills: ["1"],
  ...asked,
});

export const nowhere = { agentIds: null, agentGroupIds: null, skillIds: null };

export const keyRows = (asked: Partial<KeyMetricsQuestion> = {}): KeyMetricsQuestion => ({
  api: "key-metrics",
  ...own,
  window: { lastMinutes: 60 },
  current: false,
  of: "skillId",
  keys: ["1"],
  filters: nowhere,
  includeSubGroups: false,
  userType: "ALL",
  ...asked,
});

export const keyTotal = (asked: Partial<KeyMetricsQuestion> = {}): KeyMetricsQuestion => keyRows({ of: "total", keys: "all", ...asked });

export const intervalRows = (asked: Partial<IntervalMetricsQuestion> = {}): IntervalMetricsQuestion => ({
  api: "interval-metrics",
  ...own,
  grouping: ["SKILL"],
  everyMinutes: 15,
  handleTimeModel: "IFT",
  window: { from: 0, to: 3_600_000 },
  filters: {},
  includeBotSkills: true,
  ...asked,
});
