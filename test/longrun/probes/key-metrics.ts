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
interface Asked {
  window: { lastMinutes: number } | null;
  filters: Filters;
  includeSubGroups: boolean | undefined;
  userType: "ALL" | "HUMAN" | "BOT";
  fields: string[];
}

type Keys = "skillId" | "agentGroupId";
/** Where a row's figures are: by which key, and which id. */
type Whose = { of: Keys; id: string } | null;

function askedBy(dice: Dice, { agents, skills, groups }: Subject, left: readonly (keyof Filters)[] = []): Asked {
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

function fieldOf({ window, filters, includeSubGroups, userType, fields }: Asked): string {
  const args = argumentsOf({ ...window, ...filters, includeSubGroups, userType });
  return window === null
    ? `current${args} { asOf stale ${fields.join(" ")} }`
    : `keyMetrics${args} { asOf stale window { from to } ${fields.join(" ")} }`;
}

const nameOf = ({ window }: Asked): string => (window === null ? "current" : "keyMetrics");

/** The platform's figures for the object alone: a row asked for by itself, a total asked for without rows. */
function figures(scene: Scene, span: { from: number; to: number; asOf: number }, asked: Asked, whose: Whose) {
  const { filters, userType, includeSubGroups } = asked;
  const own = whose && { groupBy: whose.of, [whose.of === "skillId" ? "skillIds" : "agentGroupIds"]: [whose.id] };
  const query = { ...span, ...filters, ...own, includeSubGroups: includeSubGroups ?? false };
  const { groups, all } = scene.truth.keyMetrics({ ...query, userTypes: userType === "ALL" ? undefined : [userType] });
  return whose ? groups.find(({ key }) => key === whose.id)?.metrics : all;
}

function expected(answer: Json, scene: Scene, path: Path, asked: Asked, whose: Whose): Json {
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

/** ContactCenter.keyMetrics and current. */
export const keyMetricsTotals: MakeProbe = (dice, subject) => {
  const asked = askedBy(dice, subject);
  return { field: fieldOf(asked), expected: (answer, scene, path) => expected(answer, scene, path, asked, null) };
};

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

const rowsOf =
  (list: "skills" | "agentGroups", of: Keys, ids: (subject: Subject) => readonly string[], own: keyof Filters): MakeProbe =>
  (dice, subject) => {
    const asked = [askedBy(dice, subject, [own]), askedBy(dice, subject, [own])] as const;
    const wanted = dice.some(ids(subject));
    const fields = asked.map((one, index) => `f${index}: ${fieldOf(one)}`).join(" ");
    return {
      field: `${list}(ids: ${JSON.stringify(wanted)}) { nodes { id ${fields} } }`,
      expected: (answer, scene, path) => {
        const nodes = objectOf(answer).nodes as readonly JsonObject[];
        const figure = (id: string, row: number, index: number) =>
          expected(nodes[row]?.[`f${index}`] ?? null, scene, [...path, "nodes", row, `f${index}`], asked[index]!, { of, id });
        return { nodes: wanted.map((id, row) => ({ id, f0: figure(id, row, 0), f1: figure(id, row, 1) })) };
      },
    };
  };

/** Skill.keyMetrics and current of several skills, two of them in each. */
export const keyMetricsOfSkills = rowsOf("skills", "skillId", ({ skills }) => skills, "skillIds");
/** AgentGroup.keyMetrics and current of several groups, two of them in each. */
export const keyMetricsOfGroups = rowsOf("agentGroups", "agentGroupId", ({ groups }) => groups, "agentGroupIds");
