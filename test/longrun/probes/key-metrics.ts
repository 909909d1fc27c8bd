import { keyMetricsByTime, keyMetricsCurrent } from "../../../src/catalogue/key-metrics.js";
import { ceilTo, hourMs, minuteMs } from "../../../src/time.js";
import type { Dice } from "../dice.js";
import { figuresOf, someFields } from "../figures.js";
import {
  argumentsOf,
  type Json,
  type JsonObject,
  type MakeProbe,
  msOf,
  objectOf,
  type Path,
  type Probe,
  type Scene,
  type Subject,
  spanOf,
  windowOf,
} from "../probe.js";

interface Filters {
  agentIds: string[] | undefined;
  agentGroupIds: string[] | undefined;
  skillIds: string[] | undefined;
}

/** Null: figures as they stand now. */
export interface KeyMetricsAsked {
  window: { lastMinutes: number } | null;
  filters: Filters;
  includeSubGroups: boolean | undefined;
  userType: "ALL" | "HUMAN" | "BOT";
  fields: string[];
}

type Keys = "skillId" | "agentGroupId";
/** Where a row's figures are: by which key, and which id. */
type Whose = { of: Keys; id: string } | null;

function askedBy(dice: Dice, { agents, skills, groups }: Subject, left: readonly (keyof Filters)[] = []): KeyMetricsAsked {
  const current = dice.chance(0.4);
  const some = (name: keyof Filters, ids: readonly string[]) => (left.includes(name) ? undefined : dice.maybe(() => dice.some(ids, 2)));
  return {
    window: current ? null : { lastMinutes: dice.one(30, 60, 60, 240) },
    filters: { agentIds: some("agentIds", agents), agentGroupIds: some("agentGroupIds", groups), skillIds: some("skillIds", skills) },
    includeSubGroups: left.includes("agentIds") ? undefined : dice.chance(0.2),
    userType: dice.one("ALL", "ALL", "HUMAN", "BOT"),
    fields: someFields(dice, current ? keyMetricsCurrent : keyMetricsByTime),
  };
}

function fieldOf({ window, filters, includeSubGroups, userType, fields }: KeyMetricsAsked): string {
  const args = argumentsOf({ ...window, ...filters, includeSubGroups, userType });
  return window === null
    ? `current${args} { asOf stale ${fields.join(" ")} }`
    : `keyMetrics${args} { asOf stale window { from to } ${fields.join(" ")} }`;
}

const nameOf = ({ window }: KeyMetricsAsked): string => (window === null ? "current" : "keyMetrics");

/** The platform's figures for the object alone: a row asked for by itself, a total asked for without rows. */
function figures(scene: Scene, span: { from: number; to: number; asOf: number }, asked: KeyMetricsAsked, whose: Whose) {
  const { filters, userType, includeSubGroups } = asked;
  const own = whose && { groupBy: whose.of, [whose.of === "skillId" ? "skillIds" : "agentGroupIds"]: [whose.id] };
  const query = { ...span, ...filters, ...own, includeSubGroups: includeSubGroups ?? false };
  const { groups, all } = scene.truth.keyMetrics({ ...query, userTypes: userType === "ALL" ? undefined : [userType] });
  return whose ? groups.find(({ key }) => key === whose.id)?.metrics : all;
}

function expected(answer: Json, scene: Scene, path: Path, asked: KeyMetricsAsked, whose: Whose): Json {
  const lengthMs = asked.window ? asked.window.lastMinutes * minuteMs : hourMs;
  if (answer === null) {
    if (scene.failed(path)) return null;
    const missing = (at: number) => figures(scene, { from: at - lengthMs, to: at, asOf: at }, asked, whose) === undefined;
    return scene.sometime("keyMetrics", missing) ? null : "figures";
  }
  const object = objectOf(answer);
  const { asOf = null, stale = null } = object;
  const at = msOf(asOf);
  const group = asked.window === null ? keyMetricsCurrent : keyMetricsByTime;
  scene.aged(object, asked.window === null ? "current" : "keyMetrics");
  const span = asked.window === null ? { from: at - hourMs, to: at } : spanOf(object.window);
  // A window by its length is rounded when the call is made, which a retry can send a little later.
  const tolerable = span.to <= ceilTo(at, minuteMs) && span.to > at - 10 * minuteMs;
  const window = tolerable ? windowOf({ from: span.to - lengthMs, to: span.to }) : `${lengthMs} ms up to ${asOf}`;
  const own = figuresOf(group, asked.fields, figures(scene, { ...span, asOf: at }, asked, whose));
  return { asOf, stale, ...(asked.window !== null && { window }), ...own };
}

/** ContactCenter.keyMetrics or current. */
export const keyMetricsTotal = (asked: KeyMetricsAsked): Probe => ({
  field: fieldOf(asked),
  expected: (answer, scene, path) => expected(answer, scene, path, asked, null),
});

export const keyMetricsTotals: MakeProbe = (dice, subject) => keyMetricsTotal(askedBy(dice, subject));

/** Agent.keyMetrics and current: a total of its own for each agent. */
export const keyMetricsOfAgent: MakeProbe = (dice, subject) => {
  const asked = askedBy(dice, subject, ["agentIds", "agentGroupIds"]);
  const id = dice.of(subject.agents);
  return {
    field: `agent(id: "${id}") { id ${fieldOf(asked)} }`,
    expected: (answer, scene, path) => {
      const name = nameOf(asked);
      const ofAgent = { ...asked, filters: { ...asked.filters, agentIds: [id] } };
      return { id, [name]: expected(objectOf(answer)[name] ?? null, scene, [...path, name], ofAgent, null) };
    },
  };
};

interface Rows {
  list: "skills" | "agentGroups";
  of: Keys;
  ids: readonly string[];
}

/** Skill's or AgentGroup's keyMetrics or current, of several of them, one field for each that is asked. */
export const keyMetricsRows = ({ list, of, ids }: Rows, asked: readonly KeyMetricsAsked[]): Probe => ({
  field: `${list}(ids: ${JSON.stringify(ids)}) { nodes { id ${asked.map((one, index) => `f${index}: ${fieldOf(one)}`).join(" ")} } }`,
  expected: (answer, scene, path) => {
    const nodes = objectOf(answer).nodes as readonly JsonObject[];
    const figuresOfRow = (id: string, row: number) =>
      asked.map((one, index) => {
        const name = `f${index}`;
        return [name, expected(nodes[row]?.[name] ?? null, scene, [...path, "nodes", row, name], one, { of, id })] as const;
      });
    return { nodes: ids.map((id, row) => ({ id, ...Object.fromEntries(figuresOfRow(id, row)) })) };
  },
});

/** Of several skills, two fields in each. */
export const keyMetricsOfSkills: MakeProbe = (dice, subject) => {
  const one = () => askedBy(dice, subject, ["skillIds"]);
  return keyMetricsRows({ list: "skills", of: "skillId", ids: dice.some(subject.skills) }, [one(), one()]);
};

/** Of several groups, two fields in each. */
export const keyMetricsOfGroups: MakeProbe = (dice, subject) => {
  const one = () => askedBy(dice, subject, ["agentGroupIds"]);
  return keyMetricsRows({ list: "agentGroups", of: "agentGroupId", ids: dice.some(subject.groups) }, [one(), one()]);
};
