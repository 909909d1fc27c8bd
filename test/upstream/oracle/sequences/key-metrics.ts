import type { KeyMetricsCall } from "../../../../src/upstream/call.js";
import { type Ids, idSet, type KeyKind, type KeyMetricsFilters, type KeyMetricsQuestion } from "../../../../src/upstream/question.js";
import { subsets } from "../cover.js";
import { blocks, keyMetricsUniverse } from "../key-metrics.js";
import { common, distinct } from "./distinct.js";
import type { ApiOracle } from "./oracle.js";
import { represented } from "./represented.js";
import { ttlMs } from "./sequence.js";

const universe = keyMetricsUniverse({});
const skills = { both: blocks[0]!, call: blocks[1]!, question: blocks[2]! };
const agentGroups = { both: ["5"], call: ["6"], question: ["7"] };

const filterOf = (kind: KeyKind) => (kind === "skillId" ? "skillIds" : "agentGroupIds");

/** The list of keys by name; "all" for any other. Sequences ask for no sorted parts of lists. */
const listOf = ({ keys }: KeyMetricsQuestion): Ids => (Array.isArray(keys) ? keys : "all");

/** The filters of the question's own answer: those of its rows name its keys. */
const filtersOf = (question: KeyMetricsQuestion): KeyMetricsFilters => {
  const keys = listOf(question);
  return question.of === "total" || keys === "all" ? question.filters : { ...question.filters, [filterOf(question.of)]: keys };
};

function callsFor(group: readonly KeyMetricsQuestion[]): KeyMetricsCall[] {
  const rows = group.filter(({ of }) => of !== "total");
  const totals = group.filter(({ of }) => of === "total");
  const window = common(group.flatMap((question) => (question.window === null ? [] : [question.window])));
  const kind = common(rows.map(({ of }) => of as KeyKind));
  const foreign = common(rows.map(({ filters }) => filters));
  const scope = common(group.map(keyMetricsOracle.scope));
  if (!scope || window === undefined || kind === undefined || foreign === undefined) return [];
  const { includeSubGroups, userType } = group[0]!;
  const call = (filters: KeyMetricsFilters): KeyMetricsCall => ({
    api: "key-metrics",
    window: window ?? { lastMinutes: 60 },
    byTime: window !== null,
    current: true,
    groupBy: kind,
    total: true,
    filters,
    includeSubGroups,
    userType,
    order: null,
    take: "all",
  });
  if (kind === null || foreign === null) return totals.slice(0, 1).map(({ filters }) => call(filters));
  const own = filterOf(kind);
  const lists = rows.map(listOf);
  const named = lists.includes("all") ? [] : [idSet(lists.flat())];
  return [null, ...named, ...totals.map(({ filters }) => filters[own])].map((ids) => call({ ...foreign, [own]: ids }));
}

export const keyMetricsOracle: ApiOracle<KeyMetricsQuestion, KeyMetricsCall> = {
  scope: ({ includeSubGroups, userType }) => JSON.stringify([includeSubGroups, userType]),
  parts: (question) => [question],
  calls: (questions) => distinct(subsets(questions).flatMap(callsFor)),
  answers(call, question) {
    const own = filtersOf(question);
    const [skillsOfCall, skillsOfQuestion] = represented(call.filters.skillIds ?? "all", own.skillIds ?? "all", skills);
    const [groupsOfCall, groupsOfQuestion] = represented(call.filters.agentGroupIds ?? "all", own.agentGroupIds ?? "all", agentGroups);
    const list = (sets: "all" | (readonly string[])[]) => (sets === "all" ? null : sets.flat());
    const ofQuestion = { skillIds: list(skillsOfQuestion), agentGroupIds: list(groupsOfQuestion) };
    const byKey = question.of === "total" ? {} : { [filterOf(question.of)]: null };
    return universe.answers(
      { ...call, filters: { ...call.filters, skillIds: list(skillsOfCall), agentGroupIds: list(groupsOfCall) } },
      {
        ...question,
        keys: question.of === "total" ? "all" : (ofQuestion[filterOf(question.of)] ?? "all"),
        filters: { ...question.filters, ...ofQuestion, ...byKey },
      },
    );
  },
  forAll(call, questions) {
    const totalled = questions.some(({ of }) => of === "total");
    if (call.groupBy === null || call.filters[filterOf(call.groupBy)] === null || totalled) return null;
    return { ...call, filters: { ...call.filters, [filterOf(call.groupBy)]: null } };
  },
  sizeName: ({ groupBy, filters }) =>
    `${groupBy} ${Object.entries(filters).map(([name, ids]) => groupBy !== null && name !== filterOf(groupBy) && ids !== null)}`,
  idsNamed: (questions) => {
    const lists = questions.filter(({ of }) => of !== "total").map(listOf);
    return lists.includes("all") ? Number.POSITIVE_INFINITY : new Set(lists.flat()).size;
  },
  ttlMs: ({ window, current }) => (window === null || current ? ttlMs.current : ttlMs.keyMetrics),
};
