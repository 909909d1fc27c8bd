import type { Ask } from "./requests.js";

/** The account's skills of which a dashboard shows twenty. */
export const skillsOfAccount = 40;
export const skillsOfDashboard = 20;

/** What a question asks for: of these skills the metrics of three sections, and totals of the account. An empty section is left out. */
export interface Choice {
  ids: readonly string[];
  current: readonly string[];
  keyMetrics: readonly string[];
  segments: readonly string[];
  totals: readonly string[];
}

/** How a server is asked for a choice. Each document has the name given. */
export type Asker = (choice: Choice, name: string) => Ask;

const everySection: Omit<Choice, "ids"> = {
  current: [
    "assignedConversations",
    "unassignedConversations",
    "activeConversations",
    "openConversations",
    "overdueConversationsTotal",
    "queueWaitTime90thPercentile",
    "agentLoad",
    "humanAgentLoad",
    "availableSlots",
    "onlineAgents",
  ],
  keyMetrics: ["avgWaitTime", "avgWaitTimeFirstResponse", "avgTimeToResponse", "closedConversations"],
  segments: ["totalSkillConversationSegments", "interactiveSkillSegments", "skillSegmentsAbandonedByConsumersInQueue"],
  totals: ["totalAgentConversationSegments", "interactiveAgentSegments", "avgAgentSegmentDuration"],
};

/** The dashboard: every section. */
export const dashboard = (ids: readonly string[]): Choice => ({ ids, ...everySection });

export const askOf = (query: string, variables: Record<string, unknown> = {}): Ask => ({ body: JSON.stringify({ query, variables }) });

const part = (field: string, metrics: readonly string[]): string => (metrics.length === 0 ? "" : `${field} { ${metrics.join(" ")} }`);

/** The gateway's schema, which the plain Apollo server has too. */
export const askGateway: Asker = ({ ids, current, keyMetrics, segments, totals }, name) => {
  const skill = [
    "id name",
    part("current", current.length === 0 ? [] : ["asOf", ...current]),
    part("keyMetrics(lastMinutes: 60)", keyMetrics),
    part("segments(lastMinutes: 60)", segments),
  ].join(" ");
  const query = `query ${name}($ids: [ID!]!) { contactCenter { accountId skills(ids: $ids) { nodes { ${skill} } } ${part("agentSegments(lastMinutes: 60)", totals)} } }`;
  return askOf(query, { ids });
};

/** Without a common divisor with the number of skills, so that a dashboard names no skill twice. */
const steps = [1, 3, 7];

/** So many dashboards over different skills. */
export const dashboards = (count: number, all: readonly string[]): Choice[] =>
  Array.from({ length: count }, (_, turn) => {
    const step = steps[turn % steps.length]!;
    return dashboard(Array.from({ length: skillsOfDashboard }, (_, at) => all[(turn + at * step) % all.length]!));
  });

/** The same skills in so many orders: variables that differ, figures that do not. */
export const shuffledDashboards = (count: number, ids: readonly string[], random: () => number): Choice[] =>
  Array.from({ length: count }, () => dashboard(shuffled(ids, random)));

/** Parts of the dashboard: some of its skills, some of its sections, some of their metrics. */
export const subsets = (count: number, ids: readonly string[], random: () => number): Choice[] =>
  Array.from({ length: count }, () => {
    const some = <T>(all: readonly T[]): T[] => shuffled(all, random).slice(0, 1 + Math.floor(random() * (all.length - 1)));
    const maybe = (all: readonly string[]): string[] => (random() < 0.6 ? some(all) : []);
    return {
      ids: some(ids),
      current: maybe(everySection.current),
      keyMetrics: maybe(everySection.keyMetrics),
      segments: maybe(everySection.segments),
      totals: maybe(everySection.totals),
    };
  });

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const left = [...all];
  for (let at = left.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [left[at], left[other]] = [left[other]!, left[at]!];
  }
  return left;
}
