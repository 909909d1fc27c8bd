import { dayMs, floorTo, hourMs, minuteMs, type Window } from "../time.js";
import {
  type AgentSegmentsQuestion,
  directoryKeptMs,
  type IntervalMetricsQuestion,
  type IntervalMetricsReply,
  idSet,
  type KeyKind,
  type KeyMetricsQuestion,
  type Question,
  type Rows,
} from "../upstream/question.js";
import { compareIds } from "./connection.js";
import type { Asker } from "./context.js";
import { type DirectoryScope, kindOfKey, type NamedKind, type Naming, namingIn } from "./directory-memory.js";
import type { Answer, Asks, Reading } from "./field.js";
import { AgentGroup, type Parent, Skill, siblings } from "./types/entities.js";

/** Names, lists and relations: what they are asked with, and how they are read. */

type Scoped = Pick<Parent, "account">;
type Some = Pick<Parent, "account" | "ids">;

const scopeOf = ({ account }: Scoped, { credential }: Pick<Asker, "credential">): DirectoryScope => ({ account, credential });

// ---------------------------------------------------------------- activity in skills

/** Who had segments in which skill in the last 24 hours. */
export const activity = (parent: Scoped, asker: Asker): AgentSegmentsQuestion => ({
  api: "agent-segments",
  ...scopeOf(parent, asker),
  freshForMs: directoryKeptMs,
  lastMinutes: dayMs / minuteMs,
  everyMinutes: null,
  groupIds: null,
  userType: "ALL",
  source: null,
  of: "rows",
  agents: "all",
  skills: "all",
});

/** The agents who had segments in the last 24 hours, by id. */
export const agentsActive = ({ reply }: Answer<AgentSegmentsQuestion>): string[] => entitiesIn(reply.agents);

/** The agents who had segments in the skill in the last 24 hours, by id. */
export const agentsActiveIn = (skill: string, { reply }: Answer<AgentSegmentsQuestion>): string[] =>
  entitiesIn(reply.bySkill?.get(skill) ?? new Map());

/** The skills in which the agent had segments in the last 24 hours, by id. */
export function readSkillsOfAgent({ account, id, answers: [answer] }: Reading<unknown, AgentSegmentsQuestion>): Skill[] {
  const bySkill = [...(answer?.reply.bySkill ?? [])].filter(([skill, rows]) => skill !== "null" && hadSegments(rows, id));
  const skills = bySkill.map(([skill]) => skill).sort(compareIds);
  return siblings(Skill, account, skills);
}

/** The key "null" is the platform's row without an entity. */
const entitiesIn = (rows: Rows): string[] => [...rows.keys()].filter((id) => id !== "null" && hadSegments(rows, id)).sort(compareIds);

const hadSegments = (rows: Rows, id: string): boolean => (rows.get(id)?.totalAgentConversationSegments ?? 0) > 0;

// ---------------------------------------------------------------- work in groups

/** More agents than this are read with everybody's rows, fewer one by one. */
const fewAgents = 3;

/**
 * Where agents worked yesterday and today, with names and logins; oldest first. Null while the account is known to have no interval
 * metrics. Notes when that is forgotten, else the end of the hour: then the rows of another hour are there.
 */
export function work({ account, ids }: Some, asker: Asker): IntervalMetricsQuestion[] | null {
  if (ids?.length === 0) return [];
  const now = asker.now();
  const scope = scopeOf({ account }, asker);
  const offUntil = asker.directoryMemory.intervalsOffUntil(scope, now);
  asker.holdsUntil(offUntil ?? floorTo(now, hourMs) + hourMs);
  if (offUntil !== null) return null;
  const filters = ids && ids.length <= fewAgents ? ids.map((AGENT) => ({ AGENT })) : [{}];
  const midnight = floorTo(now, dayMs);
  const question = (window: Window, everyMinutes: 60 | 1440, freshForMs: number) =>
    filters.map(
      (filter): IntervalMetricsQuestion => ({
        api: "interval-metrics",
        ...scope,
        freshForMs,
        grouping: ["AGENT_GROUP", "AGENT"],
        everyMinutes,
        handleTimeModel: "IFT",
        window,
        filters: filter,
        includeBotSkills: false,
      }),
    );
  const today = { from: midnight, to: floorTo(now, hourMs) };
  return [
    ...question({ from: midnight - dayMs, to: midnight }, 1440, dayMs),
    ...(today.from < today.to ? question(today, 60, directoryKeptMs) : []),
  ];
}

/** The group in which the agent last worked; null when no row says it. */
export function readLastGroup({ account, id, answers }: Reading<unknown, IntervalMetricsQuestion>): AgentGroup | null {
  const last = lastRows(answers).get(id);
  return last ? new AgentGroup(account, last.group, { naming: last.naming }) : null;
}

/** The agents who last worked in the group, by id. */
export const agentsLastIn = (group: string, answers: readonly Answer<IntervalMetricsQuestion>[]): string[] =>
  [...lastRows(answers)].flatMap(([agent, last]) => (last.group === group ? [agent] : [])).sort(compareIds);

interface LastRow {
  group: string;
  from: number;
  /** Of the group. */
  naming: Naming;
}

const known = new WeakMap<object, { replies: readonly object[]; rows: Map<string, LastRow> }>();

/** `latestRows`, worked out once for all who read the same answers. */
function lastRows(answers: readonly Answer<IntervalMetricsQuestion>[]): Map<string, LastRow> {
  const replies = answers.map(({ reply }) => reply);
  const [first] = replies;
  if (!first) return new Map();
  const before = known.get(first);
  if (before?.replies.length === replies.length && replies.every((reply, index) => reply === before.replies[index])) return before.rows;
  const rows = latestRows(replies);
  known.set(first, { replies, rows });
  return rows;
}

/** By agent: the latest row; of two groups in one interval the one with the lower id. */
function latestRows(replies: readonly IntervalMetricsReply[]): Map<string, LastRow> {
  const latest = new Map<string, LastRow>();
  for (const reply of replies) {
    for (const row of reply.rows) {
      const { AGENT: agent, AGENT_GROUP: group } = row.ids;
      if (agent === undefined || group === undefined) continue;
      const { from } = row.window;
      const known = latest.get(agent);
      const isLater = !known || from > known.from || (from === known.from && compareIds(group, known.group) < 0);
      if (isLater) latest.set(agent, { group, from, naming: namingIn(row, "AGENT_GROUP", reply.asOf) });
    }
  }
  return latest;
}

// ---------------------------------------------------------------- names

/** The skills or groups of an account with their names, or those of some ids. */
export const keys = (of: KeyKind, { account, ids }: Some, asker: Asker): KeyMetricsQuestion => ({
  api: "key-metrics",
  ...scopeOf({ account }, asker),
  freshForMs: directoryKeptMs,
  window: null,
  current: false,
  of,
  keys: ids ? idSet(ids) : "all",
  filters: { agentIds: null, agentGroupIds: null, skillIds: null },
  includeSubGroups: false,
  userType: "ALL",
});

/** The entities whose names are neither remembered nor in the rows that name the entities. */
function withoutNames(kind: NamedKind, parent: Parent, asker: Asker): Some {
  const isNameless = (id: string) => !asker.directoryMemory.naming(scopeOf(parent, asker), kind, id, asker.now());
  return { account: parent.account, ids: parent.named ? [] : (parent.ids?.filter(isNameless) ?? null) };
}

/** The agent whose work a question asks for; null: that of all. */
export const agentOf = ({ filters }: IntervalMetricsQuestion): string | null => filters.AGENT ?? null;

/** Names of agents: none are asked for that are remembered. */
export const agentNames: Asks<unknown, IntervalMetricsQuestion> = ({ parent, asker }) => work(withoutNames("AGENT", parent, asker), asker);

/** Name and login of an agent; both null when no row names the agent. */
export function readAgentNaming(reading: Reading<unknown, IntervalMetricsQuestion>): Pick<Naming, "name" | "login"> {
  const { id, answers } = reading;
  const remembered = knownNaming("AGENT", reading);
  if (remembered || answers.length === 0) return remembered ?? nameless;
  const asOf = Math.max(...answers.map(({ reply }) => reply.asOf));
  const rows = answers.flatMap(({ reply }) => reply.rows);
  const row = rows.findLast(({ ids, agentName }) => ids.AGENT === id && agentName !== null);
  return remember("AGENT", reading, { name: row?.agentName ?? null, login: row?.agentLogin ?? null, asOf });
}

/** Names of skills or groups: none are asked for that are remembered, or that an ordered list brings along. */
export const keyNames =
  (of: KeyKind): Asks<unknown, KeyMetricsQuestion> =>
  ({ parent, asker }) => {
    if (parent.listed?.api === "key-metrics" && parent.listed.of === of) return [];
    const some = withoutNames(kindOfKey[of], parent, asker);
    return some.ids?.length === 0 ? [] : [keys(of, some, asker)];
  };

/** The name of a skill or group; null when the platform knows none. */
export const readKeyName =
  (of: KeyKind) =>
  (reading: Reading<unknown, KeyMetricsQuestion>): string | null => {
    const [answer] = reading.answers;
    const remembered = knownNaming(kindOfKey[of], reading);
    if (remembered || !answer) return (remembered ?? nameless).name;
    const { byId, asOf } = answer.reply;
    return remember(kindOfKey[of], reading, { name: byId.get(reading.id)?.name ?? null, login: null, asOf }).name;
  };

type Named = Pick<Reading<unknown, Question>, "account" | "id" | "origin" | "context" | "answers">;

const nameless = { name: null, login: null };

/** The naming of the row that named the entity, or a later one that is remembered: then it holds until that is forgotten. */
function knownNaming(
  kind: NamedKind,
  { account, id, origin: { naming: own }, context, answers }: Named,
): Pick<Naming, "name" | "login"> | undefined {
  const later = context.directoryMemory.naming(scopeOf({ account }, context), kind, id, context.now());
  if (!later || (own && own.name !== null && (later.name === null || later.asOf <= own.asOf))) return own;
  if (answers.length === 0) context.holdsUntil(later.until);
  return later;
}

function remember(kind: NamedKind, { account, id, context }: Named, naming: Naming): Naming {
  context.directoryMemory.remember(scopeOf({ account }, context), kind, id, naming);
  return naming;
}
