import type { KeyMetricsCall } from "../../../src/upstream/call.js";
import type { KeyKind, KeyMetricsFilters, KeyMetricsOrder, KeyMetricsQuestion, KeyMetricsWindow } from "../../../src/upstream/question.js";
import { product, remembered, subsets, type Universe, weighed } from "./cover.js";

/**
 * Key metrics of 120 skills and 3 groups. Skills stand in the table by twenties, so that pages of fifty matter without a
 * row for each. The last twenty skills and the last group are never named in a question.
 */
const twenties = ["A1", "A2", "B1", "B2", "C1", "U1"];
const perTwenty = 20;
const idsOf = (twenty: string): string[] => Array.from({ length: perTwenty }, (_, index) => `${twenty}-${10 + index}`);
/** Skills are named in these blocks: of forty, forty and twenty. */
export const blocks: readonly (readonly string[])[] = [["A1", "A2"], ["B1", "B2"], ["C1"]].map((block) => block.flatMap(idsOf));
export const sizeOf = { skillId: twenties.length * perTwenty, agentGroupId: 3 } as const;
const groups = ["5", "6", "7"];
export const namedGroups = groups.slice(0, -1);
export const namedAgents = ["1", "2"];
export const windows: readonly KeyMetricsWindow[] = [{ lastMinutes: 60 }, { lastMinutes: 120 }, { from: 0, to: 3_600_000 }];

interface Conversation {
  twenty: string;
  group: string;
  agent: string;
  /** Index of the window it was handled in; null: it is open now. */
  window: number | null;
}
const table: Conversation[] = product(product(twenties, groups), product([...namedAgents, "99"], [...windows.keys(), null])).map(
  ([[twenty, group], [agent, window]]) => ({ twenty, group, agent, window }),
);
const { sum } = weighed(table);

/** The two orders in which the platform may sort its keys; nothing may be read that depends on which it is. */
const orders: ((keys: string[]) => string[])[] = [(keys) => keys, (keys) => keys.toReversed()];

const twentiesOf = remembered((skillIds: readonly string[]): string[] => twenties.filter((twenty) => skillIds.includes(`${twenty}-10`)));

const passes = ({ agentIds, agentGroupIds, skillIds }: KeyMetricsFilters) => {
  const skills = skillIds && twentiesOf(skillIds);
  return ({ twenty, group, agent }: Conversation) =>
    (!agentIds || agentIds.includes(agent)) && (!agentGroupIds || agentGroupIds.includes(group)) && (!skills || skills.includes(twenty));
};

interface Row {
  key: string;
  byTime: string | null;
  current: string;
}
interface Answer {
  rows: Row[];
  /** Keys that the platform has for the filters. */
  count: number;
  total: string;
}

const answer = remembered((call: KeyMetricsCall, sorting: number): Answer => {
  const at = windows.findIndex((window) => JSON.stringify(window) === JSON.stringify(call.window));
  const figures = (which: (event: Conversation) => boolean) => ({
    byTime: call.byTime ? sum((event) => event.window === at && which(event)) : null,
    current: sum((event) => event.window === null && which(event)),
  });
  const counted = passes(call.filters);
  const { groupBy } = call;
  const keys = groupBy === "skillId" ? twenties : groups;
  const keyOf = ({ twenty, group }: Conversation) => (groupBy === "skillId" ? twenty : group);
  const filtered = keys.filter((key) => table.some((event) => keyOf(event) === key && counted(event)));
  const sorted = call.order ? orders[sorting]!(filtered) : filtered;
  const taken = call.take === "all" ? sorted : sorted.slice(0, call.take / (groupBy === "skillId" ? perTwenty : 1));
  const rows = taken.map((key) => ({ key, ...figures((event) => keyOf(event) === key && counted(event)) }));
  return { rows: groupBy ? rows : [], count: groupBy ? filtered.length : 0, total: `total ${JSON.stringify(figures(counted))}` };
});

/** The call that asks for nothing but what the question wants. */
const asIf = remembered((question: KeyMetricsQuestion): KeyMetricsCall => {
  const { window, current, of, keys, filters, includeSubGroups, userType } = question;
  const { first = "all" as const, ...order } = isOrder(keys) ? keys : { metric: null };
  const own = of === "total" ? {} : { [ownFilter(of)]: Array.isArray(keys) ? keys : null };
  return {
    api: "key-metrics",
    window: window ?? { lastMinutes: 60 },
    byTime: window !== null,
    current,
    groupBy: of === "total" ? null : of,
    total: of === "total",
    filters: { ...filters, ...own },
    includeSubGroups,
    userType,
    order: order.metric === null ? null : (order as Omit<KeyMetricsOrder, "first">),
    take: first,
  };
});

/** What the question reads from the call's answer, or null when the answer does not say it. */
const reading = remembered((call: KeyMetricsCall, question: KeyMetricsQuestion, sorting: number): string => {
  const { rows, count, total } = answer(call, sorting);
  const byTime = question.window !== null;
  if (byTime && JSON.stringify(call.window) !== JSON.stringify(question.window)) return "another window";
  const show = (figures: Row | string | undefined) => {
    if (typeof figures !== "object") return figures ?? "not there";
    // A list of keys alone is of those that are there under its filters: the events of now tell one filter from another.
    return [figures.key, byTime && figures.byTime, (question.current || !byTime) && figures.current];
  };
  if (question.of === "total") return JSON.stringify(byTime || !call.byTime ? total : total.replace(/"byTime":"[^"]*"/, '"byTime":null'));
  if (call.groupBy !== question.of) return "another grouping";
  const { keys } = question;
  if (keys === "all") return JSON.stringify(rows.map(show).sort());
  if (!isOrder(keys)) {
    const wanted = question.of === "skillId" ? twentiesOf(keys) : keys;
    return JSON.stringify(wanted.map((key) => show(rows.find((row) => row.key === key))));
  }
  // A whole list anyone can sort; of a part only the platform's own order will do.
  const { first, ...order } = keys;
  const whole = call.take === "all" && rows.length === count;
  if (!whole && JSON.stringify(call.order) !== JSON.stringify(order)) return "in another order";
  const inOrder = call.order ? rows : orders[sorting]!(rows.map(({ key }) => key)).map((key) => rows.find((row) => row.key === key));
  return JSON.stringify(inOrder.slice(0, first / (question.of === "skillId" ? perTwenty : 1)).map(show));
});

/** `known`: how many keys an unfiltered grouping has, as far as earlier answers showed it. */
export const keyMetricsUniverse = (known: Readonly<Partial<Record<KeyKind, number>>>): Universe<KeyMetricsQuestion, KeyMetricsCall> => ({
  *calls(questions) {
    const values = <T>(of: (question: KeyMetricsQuestion) => T): T[] =>
      [...new Set(questions.map((question) => JSON.stringify(of(question))))].map((text) => JSON.parse(text) as T);
    const asked = values(({ window }) => window).filter((window) => window !== null);
    const sorts = values(({ keys }) => keys).filter(isOrder);
    const skillIds = [
      null,
      ...subsets(blocks)
        .filter((set) => set.length > 0)
        .map((set) => set.flat()),
    ];
    const groupIds = [null, ...subsets(namedGroups).filter((set) => set.length > 0)];
    const filters = product(
      values((question) => question.filters.agentIds),
      product(groupIds, skillIds),
    );
    const groupings: (KeyKind | null)[] = [null, "skillId", "agentGroupId"];
    for (const [window, groupBy] of product(asked.length > 0 ? asked : [windows[0]!], groupings)) {
      for (const [agentIds, [agentGroupIds, skills]] of filters) {
        for (const sort of groupBy ? [null, ...sorts] : [null]) {
          const { first = "all" as const, ...order } = sort ?? { metric: null };
          yield {
            api: "key-metrics",
            window,
            byTime: asked.length > 0,
            current: true,
            groupBy,
            total: true,
            filters: { agentIds, agentGroupIds, skillIds: skills },
            includeSubGroups: false,
            userType: "ALL",
            order: order.metric === null ? null : (order as Omit<KeyMetricsOrder, "first">),
            take: first,
          };
        }
      }
    }
  },
  answers: (call, question) =>
    orders.every((_, sorting) => reading(call, question, sorting) === reading(asIf(question), question, sorting)),
  cost({ groupBy, filters, take }, questions) {
    if (!groupBy) return 1;
    const own = filters[ownFilter(groupBy)];
    if (own) return pages(own.length);
    const { agentIds, agentGroupIds, skillIds } = filters;
    const size = agentIds || agentGroupIds || skillIds ? undefined : known[groupBy];
    if (take !== "all") return size === undefined ? 1 : pages(Math.min(take, size));
    const named = new Set(questions.flatMap(({ of, keys }) => (of === groupBy && Array.isArray(keys) ? keys : [])));
    return pages(size ?? named.size);
  },
});

const isOrder = (keys: KeyMetricsQuestion["keys"]): keys is KeyMetricsOrder => typeof keys === "object" && !Array.isArray(keys);
const ownFilter = (kind: KeyKind) => (kind === "skillId" ? "skillIds" : "agentGroupIds");
/** Pages of fifty; where nothing is known, one. */
const pages = (rows: number): number => Math.max(1, Math.ceil(rows / 50));
