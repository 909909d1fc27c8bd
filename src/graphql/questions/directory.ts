import { dayMs, floorTo, hourMs, minuteMs, type Window } from "../../time.js";
import {
  type AgentSegmentsQuestion,
  directoryKeptMs,
  type IntervalMetricsQuestion,
  idSet,
  type KeyKind,
  type KeyMetricsQuestion,
} from "../../upstream/question.js";
import type { Asker } from "../context.js";
import type { DirectoryScope, NamedKind } from "../directory-memory.js";
import type { Parent } from "./parent.js";

type Scoped = Pick<Parent, "account">;

const scopeOf = ({ account }: Scoped, { credential }: Pick<Asker, "credential">): DirectoryScope => ({ account, credential });

/** Who had segments in which skill in the last 24 hours: the agents of an account, Agent.skills, Skill.agents. */
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

/** The skills or groups of an account with their names, or those of some ids. */
export const keys = (of: KeyKind, parent: Scoped & Pick<Parent, "ids">, asker: Asker): KeyMetricsQuestion => ({
  api: "key-metrics",
  ...scopeOf(parent, asker),
  freshForMs: directoryKeptMs,
  window: null,
  current: false,
  of,
  keys: parent.ids ? idSet(parent.ids) : "all",
  filters: { agentIds: null, agentGroupIds: null, skillIds: null },
  includeSubGroups: false,
  userType: "ALL",
});

/** More agents than this are read with everybody's rows, fewer one by one. */
const fewAgents = 3;

/** Where agents worked yesterday and today, with names and logins; none while the account is known to have no interval metrics. */
export function work(parent: Scoped & Pick<Parent, "ids">, asker: Asker): IntervalMetricsQuestion[] {
  const scope = scopeOf(parent, asker);
  if (asker.directoryMemory.intervalsAreOff(scope, asker.now()) || parent.ids?.length === 0) return [];
  const filters = parent.ids && parent.ids.length <= fewAgents ? parent.ids.map((AGENT) => ({ AGENT })) : [{}];
  const midnight = floorTo(asker.now(), dayMs);
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
  const today = { from: midnight, to: floorTo(asker.now(), hourMs) };
  return [
    ...question({ from: midnight - dayMs, to: midnight }, 1440, dayMs),
    ...(today.from < today.to ? question(today, 60, directoryKeptMs) : []),
  ];
}

const unnamed = (kind: NamedKind, parent: Parent, asker: Asker): Pick<Parent, "account" | "ids"> => {
  if (parent.named) return { account: parent.account, ids: [] };
  const isUnnamed = (id: string) => !asker.directoryMemory.naming(scopeOf(parent, asker), kind, id, asker.now());
  return { account: parent.account, ids: parent.ids?.filter(isUnnamed) ?? null };
};

const namedBy =
  (of: KeyKind, kind: NamedKind) =>
  (parent: Parent, asker: Asker): KeyMetricsQuestion[] => {
    // An ordered list brings the names of its nodes, whatever else it was asked for.
    if (parent.listed?.api === "key-metrics" && parent.listed.of === of) return [];
    const nameless = unnamed(kind, parent, asker);
    return nameless.ids?.length === 0 ? [] : [keys(of, nameless, asker)];
  };

/** The fields without arguments that the directory answers. */
export const directoryQuestions = {
  agentNaming: (parent: Parent, asker: Asker) => work(unnamed("AGENT", parent, asker), asker),
  agentGroup: (parent: Parent, asker: Asker) => work(parent, asker),
  agentSkills: (parent: Parent, asker: Asker) => [activity(parent, asker)],
  skillName: namedBy("skillId", "SKILL"),
  groupName: namedBy("agentGroupId", "AGENT_GROUP"),
};
