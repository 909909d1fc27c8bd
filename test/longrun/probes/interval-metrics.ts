import { intervalMetrics } from "../../../src/catalogue/interval-metrics.js";
import { minuteMs, slotsOf } from "../../../src/time.js";
import type { Dice } from "../dice.js";
import { figuresOf, someFields } from "../figures.js";
import {
  argumentsOf,
  byNumber,
  type Json,
  type JsonObject,
  type MakeProbe,
  objectOf,
  type Path,
  type Probe,
  type Scene,
  type Span,
  type Subject,
  spanOf,
  windowOf,
} from "../probe.js";

const kinds = ["SKILL", "AGENT_GROUP", "AGENT", "CONVERSATION"] as const;
type Kind = (typeof kinds)[number];

const idNames = { SKILL: "skillId", AGENT_GROUP: "agentGroupId", AGENT: "agentId", CONVERSATION: "conversationId" } as const;
const entityNames = { SKILL: "skill", AGENT_GROUP: "agentGroup", AGENT: "agent", CONVERSATION: "conversation" } as const;
const platformNames = { SKILL: "skill", AGENT_GROUP: "agentGroup", AGENT: "agent", CONVERSATION: "conversation" } as const;

export interface IntervalsAsked {
  lastMinutes: number;
  everyMinutes: 15 | 30 | 60 | 1440;
  groupBy: Kind[];
  handleTimeModel: "IFT" | "EHT";
  includeBotSkills: boolean;
  filters: Partial<Record<Kind, string>>;
  fields: string[];
}

const humanMetrics = ["handleTime", "workTime", "handledConversations", "repliedConversations", "agentMessages"];
const always = ["handleTime", "workTime", "handledConversations", "repliedConversations"];

/** What is asked of the platform for a grouping, whatever was selected: which rows there are depends on it. */
const metricsFor = (groupBy: readonly Kind[]): string[] => [
  ...always,
  ...(groupBy.includes("CONVERSATION") ? [] : ["consumerMessages", "agentMessages"]),
  ...(groupBy.join() === "SKILL" ? ["arrivals", "closedConversations"] : []),
];

function askedBy(dice: Dice, subject: Subject, fixed: Partial<Record<Kind, string>> = {}): IntervalsAsked {
  const ids = { SKILL: subject.skills, AGENT_GROUP: subject.groups, AGENT: subject.agents, CONVERSATION: subject.conversations };
  const chosen = dice.one<readonly Kind[]>(["SKILL"], ["SKILL"], ["AGENT"], ["AGENT_GROUP", "AGENT"], ["SKILL", "AGENT"], ["CONVERSATION"]);
  const groupBy = kinds.filter((kind) => chosen.includes(kind) || kind in fixed);
  const filtered = kinds.filter((kind) => !(kind in fixed) && dice.chance(kind === "CONVERSATION" ? 0.05 : 0.15));
  const filters = { ...Object.fromEntries(filtered.map((kind) => [kind, dice.of(ids[kind])])), ...fixed };
  return {
    lastMinutes: dice.one(60, 120, 120, 720),
    everyMinutes: dice.one(15, 15, 60),
    groupBy,
    handleTimeModel: dice.one("IFT", "IFT", "EHT"),
    includeBotSkills: dice.chance(0.3),
    filters,
    fields: someFields(dice, intervalMetrics),
  };
}

const selectionOf = ({ groupBy, fields }: IntervalsAsked): string =>
  `{ asOf stale window { from to } pending { from to } totalCount nodes { from to ${groupBy.map((kind) => `${entityNames[kind]} { id }`).join(" ")} ${fields.join(" ")} } }`;

/** The truth's rows of the window, without those of parts that are still computed. */
function rowsOf(scene: Scene, span: Span, { everyMinutes, groupBy, filters, ...asked }: IntervalsAsked, pending: readonly Span[]) {
  const bySkillAlone = groupBy.join() === "SKILL";
  const rows = scene.truth.intervalMetrics({
    ...span,
    intervalMinutes: everyMinutes,
    grouping: groupBy.map((kind) => platformNames[kind]),
    handleTimeModel: asked.handleTimeModel,
    metrics: metricsFor(groupBy),
    includeBotSkills: asked.includeBotSkills || bySkillAlone,
    ...Object.fromEntries(Object.entries(filters).map(([kind, id]) => [idNames[kind as Kind], id])),
  });
  const human = ({ metrics }: (typeof rows)[number]) => humanMetrics.some((name) => (metrics[name] ?? 0) !== 0);
  const done = ({ from, to }: Span) => pending.every((part) => to <= part.from || from >= part.to);
  return rows
    .filter((row) => done(row) && (!bySkillAlone || asked.includeBotSkills || human(row)))
    .map((row) => ({ ...row, human: human(row) }));
}

type Row = ReturnType<typeof rowsOf>[number];

const keyOf = (row: Row, { groupBy }: IntervalsAsked): string[] => [String(row.from), ...groupBy.map((kind) => row[idNames[kind]] ?? "")];

function byKeys(asked: IntervalsAsked): (a: Row, b: Row) => number {
  const numeric = /^-?\d+$/;
  const compare = (a: string, b: string) => (numeric.test(a) && numeric.test(b) ? byNumber(a, b) : a < b ? -1 : a > b ? 1 : 0);
  return (a, b) => {
    const [left, right] = [keyOf(a, asked), keyOf(b, asked)];
    return left.map((part, index) => compare(part, right[index]!)).find((difference) => difference !== 0) ?? 0;
  };
}

function nodeOf(row: Row, { groupBy, fields }: IntervalsAsked): JsonObject {
  const counted = row.human
    ? row.metrics
    : Object.fromEntries(Object.entries(row.metrics).filter(([name]) => !humanMetrics.includes(name)));
  return {
    ...windowOf(row),
    ...Object.fromEntries(groupBy.map((kind) => [entityNames[kind], { id: row[idNames[kind]] ?? null }])),
    ...figuresOf(intervalMetrics, fields, counted),
  };
}

function expected(answer: Json, scene: Scene, path: Path, asked: IntervalsAsked): Json {
  if (answer === null) return scene.failed(path) ? null : "rows";
  const object = objectOf(answer);
  scene.aged(object, "intervals");
  const { asOf = null, stale = null } = object;
  const { to } = spanOf(object.window);
  const span = { from: to - asked.lastMinutes * minuteMs, to };
  const pending = (object.pending as readonly Json[]).map(spanOf);
  const onSlots = slotsOf(span, asked.everyMinutes * minuteMs);
  const bounds = new Set(onSlots.flatMap((slot) => [slot.from, slot.to]));
  const aligned = pending.every(({ from, to: end }) => bounds.has(from) && bounds.has(end) && from < end);
  const rows = rowsOf(scene, span, asked, pending).sort(byKeys(asked));
  return {
    asOf,
    stale,
    window: to <= scene.until ? windowOf(span) : "a window that has ended",
    pending: aligned ? pending.map(windowOf) : "parts on the boundaries of intervals",
    totalCount: rows.length,
    nodes: rows.map((row) => nodeOf(row, asked)),
  };
}

/** ContactCenter.intervals. */
export const intervalsBy = (asked: IntervalsAsked): Probe => {
  const { lastMinutes, everyMinutes, groupBy, handleTimeModel, includeBotSkills, filters } = asked;
  const filterArguments = Object.fromEntries(Object.entries(filters).map(([kind, id]) => [idNames[kind as Kind], id]));
  const args = argumentsOf({ lastMinutes, everyMinutes, groupBy, handleTimeModel, includeBotSkills, first: 5000, ...filterArguments });
  return { field: `intervals${args} ${selectionOf(asked)}`, expected: (answer, scene, path) => expected(answer, scene, path, asked) };
};

export const intervals: MakeProbe = (dice, subject) => intervalsBy(askedBy(dice, subject));

const intervalsOf =
  (kind: "AGENT" | "SKILL" | "AGENT_GROUP", ids: (subject: Subject) => readonly string[]): MakeProbe =>
  (dice, subject) => {
    const id = dice.of(ids(subject));
    const drawn = askedBy(dice, subject, { [kind]: id });
    const asked = { ...drawn, filters: { [kind]: id } };
    const splitBy = asked.groupBy.filter((each) => each !== kind);
    const { lastMinutes, everyMinutes, handleTimeModel, includeBotSkills } = asked;
    const args = argumentsOf({ lastMinutes, everyMinutes, splitBy, handleTimeModel, includeBotSkills, first: 5000 });
    return {
      field: `${entityNames[kind]}(id: "${id}") { id intervals${args} ${selectionOf(asked)} }`,
      expected: (answer, scene, path) => ({
        id,
        intervals: expected(objectOf(answer).intervals ?? null, scene, [...path, "intervals"], asked),
      }),
    };
  };

export const intervalsOfAgent = intervalsOf("AGENT", ({ agents }) => agents);
export const intervalsOfSkill = intervalsOf("SKILL", ({ skills }) => skills);
export const intervalsOfGroup = intervalsOf("AGENT_GROUP", ({ groups }) => groups);
