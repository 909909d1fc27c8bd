import type { Ask } from "./requests.js";

/** The account's skills of which a dashboard shows twenty. */
export const skillsOfAccount = 40;
export const skillsOfDashboard = 20;

const current = [
  "asOf",
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
];
const keyMetrics = ["avgWaitTime", "avgWaitTimeFirstResponse", "avgTimeToResponse", "closedConversations"];
const segments = ["totalSkillConversationSegments", "interactiveSkillSegments", "skillSegmentsAbandonedByConsumersInQueue"];
const totals = ["totalAgentConversationSegments", "interactiveAgentSegments", "avgAgentSegmentDuration"];

interface Sections {
  current: readonly string[];
  keyMetrics: readonly string[];
  segments: readonly string[];
  totals: readonly string[];
}

const whole: Sections = { current, keyMetrics, segments, totals };

/** A document over the sections of a dashboard; an empty section is left out. */
export function documentOf(name: string, sections: Sections = whole): string {
  const part = (field: string, metrics: readonly string[]) => (metrics.length === 0 ? "" : ` ${field} { ${metrics.join(" ")} }`);
  const skill = `id name${part("current", sections.current)}${part("keyMetrics(lastMinutes: 60)", sections.keyMetrics)}${part("segments(lastMinutes: 60)", sections.segments)}`;
  return `query ${name}($ids: [ID!]!) { contactCenter { accountId skills(ids: $ids) { nodes { ${skill} } }${part("agentSegments(lastMinutes: 60)", sections.totals)} } }`;
}

export const askOf = (query: string, variables: Record<string, unknown> = {}): Ask => ({ body: JSON.stringify({ query, variables }) });

/** The dashboard of twenty skills, about 11 kB. */
export const dashboard = (ids: readonly string[], name = "Dashboard"): Ask => askOf(documentOf(name), { ids });

/** So many dashboards, each with a name and a choice of skills of its own. */
export const dashboards = (count: number, all: readonly string[]): Ask[] =>
  Array.from({ length: count }, (_, turn) => {
    const ids = Array.from({ length: skillsOfDashboard }, (_, at) => all[(turn + at * (1 + (turn % 3))) % all.length]!);
    return dashboard([...new Set(ids)], `Dashboard${turn}`);
  });

/** One document with as many orders of the same skills as asked for: variables that differ, figures that do not. */
export const shuffledDashboards = (count: number, ids: readonly string[], random: () => number): Ask[] =>
  Array.from({ length: count }, () => dashboard(shuffled(ids, random)));

/** Parts of the dashboard: some of its skills, some of its sections, some of their metrics. */
export const subsets = (count: number, ids: readonly string[], random: () => number): Ask[] =>
  Array.from({ length: count }, (_, turn) => {
    const some = <T>(all: readonly T[]): T[] => shuffled(all, random).slice(0, 1 + Math.floor(random() * (all.length - 1)));
    const maybe = (all: readonly string[]): string[] => (random() < 0.6 ? some(all) : []);
    const sections = { current: maybe(current), keyMetrics: maybe(keyMetrics), segments: maybe(segments), totals: maybe(totals) };
    return askOf(documentOf(`Subset${turn}`, sections), { ids: some(ids) });
  });

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const left = [...all];
  for (let at = left.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [left[at], left[other]] = [left[other]!, left[at]!];
  }
  return left;
}
