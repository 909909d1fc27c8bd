import { grouped } from "../metrics/figure.js";
import { byTimeMeasures, type Happened } from "../metrics/key-metrics-by-time.js";
import { currentMeasures, type Standing } from "../metrics/key-metrics-current.js";
import { type Agent, type Directory, lineage, type Skill } from "../model/directory.js";
import { type Ledger, slice } from "../model/ledger.js";
import type { Figures } from "./segments.js";
import { standingAt } from "./standing.js";

export interface KeyMetricsQuery {
  /** Epoch ms, both bounds included, taken as they are: the caller rounds. */
  from: number;
  to: number;
  /** The moment of the current values. */
  asOf: number;
  groupBy?: "skillId" | "agentGroupId" | undefined;
  agentIds?: readonly string[] | undefined;
  agentGroupIds?: readonly string[] | undefined;
  skillIds?: readonly string[] | undefined;
  userTypes?: readonly ("HUMAN" | "BOT")[] | undefined;
  includeSubGroups?: boolean | undefined;
  /** Names as in the request; absent: every one. */
  byTime?: readonly string[] | undefined;
  current?: readonly string[] | undefined;
  /** Epoch ms: conversations assigned before are left out of the current values. Absent: none is. */
  assignedSince?: number | undefined;
}

export interface KeyMetricsAnswer {
  groups: { key: string; keyDescription: string; metrics: Figures }[];
  all: Figures;
}

/** Of whom a record tells: an agent or nobody yet, a skill or, for an agent's state, all of the agent's skills. */
type Party = { agent: Agent | null; skills: readonly Skill[] };
type Keys = (party: Party) => readonly string[];

function matches({ agent, skills }: Party, query: KeyMetricsQuery): boolean {
  const { agentIds, agentGroupIds, skillIds, userTypes, includeSubGroups } = query;
  if (skillIds && !skills.some((skill) => skillIds.includes(skill.id))) return false;
  if (agent === null) return !agentIds && !agentGroupIds && !userTypes;
  if (agentIds && !agentIds.includes(agent.id)) return false;
  const groups = includeSubGroups ? lineage(agent.group) : [agent.group];
  if (agentGroupIds && !groups.some((group) => agentGroupIds.includes(group.id))) return false;
  return !userTypes || userTypes.includes(agent.bot ? "BOT" : "HUMAN");
}

/** Keys of a record: an agent counts under each skill it has; with sub groups, under each group above it too. */
function keysOf(query: KeyMetricsQuery): Keys {
  const asked = (ids: readonly string[], wanted: readonly string[] | undefined) => (wanted ? ids.filter((id) => wanted.includes(id)) : ids);
  if (query.groupBy === "skillId")
    return ({ skills }) =>
      asked(
        skills.map((skill) => skill.id),
        query.skillIds,
      );
  return ({ agent }) => {
    if (agent === null) return [];
    const groups = query.includeSubGroups ? lineage(agent.group) : [agent.group];
    return asked(
      groups.map((group) => group.id),
      query.agentGroupIds,
    );
  };
}

const ofEvent = (event: { agent: Agent | null; skill: Skill }): Party => ({ agent: event.agent, skills: [event.skill] });
const ofStay = ({ stay }: { stay: { skill: Skill } }): Party => ({ agent: null, skills: [stay.skill] });

/** The records of every list that match, by key; key "" holds all of them. */
function partition<T>(list: readonly T[], party: (record: T) => Party, query: KeyMetricsQuery, keys: Keys): Map<string, T[]> {
  const matching = list.filter((record) => matches(party(record), query));
  return grouped(matching, (record) => ["", ...keys(party(record))]);
}

function figures<State>(
  measures: Record<string, { answer: string; measure: (state: State) => number | undefined }>,
  asked: readonly string[] | undefined,
  state: State,
): Figures {
  const answer: Figures = {};
  for (const name of asked ?? Object.keys(measures)) {
    const value = measures[name]!.measure(state);
    if (value !== undefined) answer[measures[name]!.answer] = value;
  }
  return answer;
}

/** Every key that has data; with a current metric asked for, every skill or group there is, within the filter. */
export function keyMetrics(ledger: Ledger, directory: Directory, query: KeyMetricsQuery): KeyMetricsAnswer {
  const keys = query.groupBy ? keysOf(query) : () => [];
  const end = Math.min(query.to, query.asOf) + 1;
  const within = <T extends { at: number; agent: Agent | null; skill: Skill }>(list: readonly T[]) =>
    partition(
      slice(list, query.from, end, ({ at }) => at),
      ofEvent,
      query,
      keys,
    );
  const [responses, closes, surveys] = [within(ledger.responses), within(ledger.closes), within(ledger.surveys)];
  const happened = (key: string): Happened => ({
    responses: responses.get(key) ?? [],
    closes: closes.get(key) ?? [],
    surveys: surveys.get(key) ?? [],
  });

  const asksCurrent = query.current === undefined || query.current.length > 0;
  const standing = asksCurrent ? standingAt(ledger, directory.agents, query.asOf) : { present: [], assigned: [], queued: [] };
  const present = partition(standing.present, ({ agent }) => ({ agent, skills: agent.skills }), query, keys);
  const since = standing.assigned.filter(({ segment }) => segment.start >= (query.assignedSince ?? Number.NEGATIVE_INFINITY));
  const assigned = partition(since, ({ segment }) => ofEvent(segment), query, keys);
  const queued = partition(standing.queued, ofStay, query, keys);
  const stands = (key: string): Standing => ({
    present: present.get(key) ?? [],
    assigned: assigned.get(key) ?? [],
    queued: queued.get(key) ?? [],
  });

  const metrics = (key: string): Figures => ({
    ...figures(byTimeMeasures, query.byTime, happened(key)),
    ...figures(currentMeasures, query.current, stands(key)),
  });
  const known = query.groupBy === "skillId" ? directory.skills : directory.groups;
  const filter = query.groupBy === "skillId" ? query.skillIds : query.agentGroupIds;
  const listed = query.groupBy ? known.filter(({ id }) => !filter || filter.includes(id)) : [];
  const groups = listed
    .map(({ id, name }) => ({ key: id, keyDescription: name ?? "NA", metrics: metrics(id) }))
    .filter((group) => asksCurrent || Object.values(group.metrics).some((value) => value !== 0));
  return { groups, all: metrics("") };
}
