import { skillSegmentMetrics } from "../../../src/catalogue/skill-segments.js";
import { minuteMs, slotsOf } from "../../../src/time.js";
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
  type Span,
  windowOf,
} from "../probe.js";
import { lengths, platformUserType, userTypeOf } from "./segment-scope.js";

const total = "totalSkillConversationSegments";

export interface SkillSegmentsAsked {
  lastMinutes: number;
  userType: ReturnType<typeof userTypeOf>;
  fields: string[];
  everyMinutes: number | undefined;
}

type Whose = { total: readonly string[] | undefined } | { row: string };

function askedBy(dice: Dice): SkillSegmentsAsked {
  const lastMinutes = dice.of(lengths);
  const everyMinutes = dice.maybe(() => dice.one(lastMinutes / 2, lastMinutes / 6));
  return { lastMinutes, userType: userTypeOf(dice), fields: someFields(dice, skillSegmentMetrics), everyMinutes };
}

const argumentsFor = ({ lastMinutes, userType }: SkillSegmentsAsked, more = {}) => argumentsOf({ lastMinutes, userType, ...more });

const selectionOf = ({ fields, everyMinutes }: SkillSegmentsAsked): string => {
  const own = fields.join(" ");
  return `{ asOf stale window { from to } ${own} ${everyMinutes ? `intervals(everyMinutes: ${everyMinutes}) { from to ${own} }` : ""} }`;
};

function figures(scene: Scene, span: Span, { userType }: SkillSegmentsAsked, whose: Whose) {
  const skillIds = "row" in whose ? [whose.row] : whose.total;
  const { skillsMetrics, metricsTotal } = scene.truth.skillSegments({ ...span, skillIds, userType: platformUserType(userType) });
  return "row" in whose ? skillsMetrics[whose.row] : metricsTotal;
}

function expected(answer: Json, scene: Scene, path: Path, asked: SkillSegmentsAsked, whose: Whose): Json {
  const spanTo = (to: number): Span => ({ from: to - asked.lastMinutes * minuteMs, to });
  if (answer === null) {
    if (scene.failed(path)) return null;
    return scene.sometime("segments", (at) => figures(scene, spanTo(at), asked, whose) === undefined) ? null : "figures";
  }
  const object = objectOf(answer);
  scene.aged(object, "segments");
  const { asOf = null, stale = null } = object;
  const span = spanTo(msOf(asOf));
  const own = (part: Span) => figuresOf(skillSegmentMetrics, asked.fields, figures(scene, part, asked, whose), total);
  const intervals = asked.everyMinutes && slotsOf(span, asked.everyMinutes * minuteMs).map((slot) => ({ ...windowOf(slot), ...own(slot) }));
  return { asOf, stale, window: windowOf(span), ...own(span), ...(intervals && { intervals }) };
}

/** ContactCenter.skillSegments of these skills, of all when undefined. */
export const skillTotal = (asked: SkillSegmentsAsked, skillIds: readonly string[] | undefined): Probe => ({
  field: `skillSegments${argumentsFor(asked, { skillIds })} ${selectionOf(asked)}`,
  expected: (answer, scene, path) => expected(answer, scene, path, asked, { total: skillIds }),
});

export const skillTotals: MakeProbe = (dice, subject) =>
  skillTotal(askedBy(dice), dice.chance(0.6) ? dice.some(subject.skills, 3) : undefined);

/** Skill.segments of several skills. */
export const rowsOfSkills = (asked: SkillSegmentsAsked, ids: readonly string[]): Probe => ({
  field: `skills(ids: ${JSON.stringify(ids)}) { nodes { id segments${argumentsFor(asked)} ${selectionOf(asked)} } }`,
  expected: (answer, scene, path) => {
    const nodes = objectOf(answer).nodes as readonly JsonObject[];
    const row = (id: string, index: number) =>
      expected(nodes[index]?.segments ?? null, scene, [...path, "nodes", index, "segments"], asked, { row: id });
    return { nodes: ids.map((id, index) => ({ id, segments: row(id, index) })) };
  },
});

export const skillRows: MakeProbe = (dice, subject) => rowsOfSkills(askedBy(dice), dice.some(subject.skills));
