import { agentSegmentMetrics } from "../../../src/catalogue/agent-segments.js";
import { minuteMs, slotsOf } from "../../../src/time.js";
import type { Dice } from "../dice.js";
import { figuresOf, someFields } from "../figures.js";
import {
  argumentsOf,
  byNumber,
  type Json,
  type JsonObject,
  type MakeProbe,
  msOf,
  objectOf,
  type Path,
  type Probe,
  type Scene,
  type Span,
  type Subject,
  spanOf,
  windowOf,
} from "../probe.js";
import { type AgentScope, agentScope, platformUserType } from "./segment-scope.js";

const total = "totalAgentConversationSegments";

/** What is selected of a segments object. */
export interface Shape {
  fields: string[];
  everyMinutes: number | undefined;
  /** Undefined: no split; null: every skill. */
  bySkill: string[] | null | undefined;
}

const shapeOf = (dice: Dice, { skills }: Subject, { lastMinutes }: AgentScope): Shape => ({
  fields: someFields(dice, agentSegmentMetrics),
  everyMinutes: dice.maybe(() => dice.one(lastMinutes / 2, lastMinutes / 6)),
  bySkill: dice.maybe(() => dice.one(null, dice.some(skills, 3))),
});

const selectionOf = ({ fields, everyMinutes, bySkill }: Shape): string => {
  const own = fields.join(" ");
  const rows =
    bySkill === undefined ? "" : `bySkill${argumentsOf({ skillIds: bySkill ?? undefined })} { agent { id } skill { id } ${own} }`;
  const parts = everyMinutes === undefined ? "" : `intervals(everyMinutes: ${everyMinutes}) { from to ${own} }`;
  return `{ asOf stale window { from to } ${own} ${parts} ${rows} }`;
};

/** Whose figures an object holds: the total over these agents, or the row of one. */
type Whose = { total: readonly string[] | undefined } | { row: string };

const agentsOf = (whose: Whose) => ("row" in whose ? [whose.row] : whose.total);

function levelOf(scene: Scene, span: Span, scope: AgentScope, whose: Whose, skillIds?: readonly string[] | "all") {
  const { agentGroupIds: groupIds, source } = scope;
  const query = { ...span, agentIds: agentsOf(whose), groupIds, skillIds, userType: platformUserType(scope.userType), source };
  return scene.truth.agentSegments(query);
}

function figures(scene: Scene, span: Span, scope: AgentScope, whose: Whose) {
  const { agentsMetrics, metricsTotal } = levelOf(scene, span, scope, whose);
  return "row" in whose ? agentsMetrics.metricsPerAgent[whose.row] : metricsTotal;
}

function bySkillOf(scene: Scene, span: Span, scope: AgentScope, whose: Whose, { bySkill, fields }: Shape): JsonObject[] {
  const { metricsPerSkill = {} } = levelOf(scene, span, scope, whose, "all");
  const skills = Object.keys(metricsPerSkill).filter((id) => !bySkill || bySkill.includes(id));
  return skills.sort(byNumber).flatMap((skill) => {
    const rows = metricsPerSkill[skill]?.metricsPerAgent ?? {};
    return Object.keys(rows)
      .sort(byNumber)
      .map((agent) => ({ agent: { id: agent }, skill: { id: skill }, ...figuresOf(agentSegmentMetrics, fields, rows[agent], total) }));
  });
}

function expected(answer: Json, scene: Scene, path: Path, scope: AgentScope, whose: Whose, shape: Shape): Json {
  const spanTo = (to: number): Span => ({ from: to - scope.lastMinutes * minuteMs, to });
  if (answer === null) {
    if (scene.failed(path)) return null;
    return scene.sometime("segments", (at) => figures(scene, spanTo(at), scope, whose) === undefined) ? null : "figures";
  }
  const object = objectOf(answer);
  scene.aged(object, "segments");
  const span = spanTo(spanOf(object.window).to);
  const own = (part: Span) => figuresOf(agentSegmentMetrics, shape.fields, figures(scene, part, scope, whose), total);
  const { asOf = null, stale = null } = object;
  return {
    asOf,
    stale,
    window: windowOf({ from: span.from, to: msOf(asOf) }),
    ...own(span),
    ...(shape.everyMinutes !== undefined && {
      intervals: slotsOf(span, shape.everyMinutes * minuteMs).map((slot) => ({ ...windowOf(slot), ...own(slot) })),
    }),
    ...(shape.bySkill !== undefined && { bySkill: bySkillOf(scene, span, scope, whose, shape) }),
  };
}

/** ContactCenter.agentSegments of these agents, of all when undefined. */
export const agentTotal = (scope: AgentScope, agentIds: readonly string[] | undefined, shape: Shape): Probe => ({
  field: `agentSegments${argumentsOf({ ...scope, agentIds })} ${selectionOf(shape)}`,
  expected: (answer, scene, path) => expected(answer, scene, path, scope, { total: agentIds }, shape),
});

export const agentTotals: MakeProbe = (dice, subject) => {
  const scope = agentScope(dice, subject);
  return agentTotal(scope, dice.chance(0.6) ? dice.some(subject.agents, 4) : undefined, shapeOf(dice, subject, scope));
};

/** AgentGroup.segments. */
export const groupTotals: MakeProbe = (dice, subject) => {
  const { agentGroupIds: _, ...scope } = agentScope(dice, subject);
  const whole = { ...scope, agentGroupIds: undefined };
  const shape = shapeOf(dice, subject, whole);
  const id = dice.of(subject.groups);
  return {
    field: `agentGroup(id: "${id}") { id segments${argumentsOf(scope)} ${selectionOf(shape)} }`,
    expected: (answer, scene, path) => {
      const group = { ...whole, agentGroupIds: [id] };
      const segments = objectOf(answer).segments ?? null;
      return { id, segments: expected(segments, scene, [...path, "segments"], group, { total: undefined }, shape) };
    },
  };
};

/** Agent.segments of several agents. */
export const rowsOfAgents = (scope: AgentScope, ids: readonly string[], shape: Shape): Probe => ({
  field: `agents(ids: ${JSON.stringify(ids)}) { nodes { id segments${argumentsOf({ ...scope })} ${selectionOf(shape)} } }`,
  expected: (answer, scene, path) => {
    const nodes = objectOf(answer).nodes as readonly JsonObject[];
    return {
      nodes: ids.map((id, index) => {
        const at = [...path, "nodes", index, "segments"];
        return { id, segments: expected(nodes[index]?.segments ?? null, scene, at, scope, { row: id }, shape) };
      }),
    };
  },
});

export const agentRows: MakeProbe = (dice, subject) => {
  const scope = agentScope(dice, subject);
  return rowsOfAgents(scope, dice.some(subject.agents), shapeOf(dice, subject, scope));
};

/** Skill.agentSegments. */
export const rowsWithinSkill: MakeProbe = (dice, subject) => {
  const scope = agentScope(dice, subject);
  const fields = someFields(dice, agentSegmentMetrics);
  const agentIds = dice.maybe(() => dice.some(subject.agents, 3));
  const id = dice.of(subject.skills);
  const rowsAt = (scene: Scene, to: number) => {
    const span = { from: to - scope.lastMinutes * minuteMs, to };
    return levelOf(scene, span, scope, { total: agentIds }, "all").metricsPerSkill?.[id]?.metricsPerAgent ?? {};
  };
  return {
    field: `skill(id: "${id}") { id agentSegments${argumentsOf({ ...scope, agentIds })} { asOf stale window { from to } agent { id } ${fields.join(" ")} } }`,
    expected: (answer, scene, path) => {
      const rows = objectOf(answer).agentSegments ?? null;
      if (rows === null) return { id, agentSegments: scene.failed([...path, "agentSegments"]) ? null : "rows" };
      const [first] = rows as readonly JsonObject[];
      if (!first)
        return { id, agentSegments: scene.sometime("segments", (at) => Object.keys(rowsAt(scene, at)).length === 0) ? [] : "rows" };
      scene.aged(first, "segments");
      const { asOf = null, stale = null } = first;
      const to = msOf(asOf);
      const truth = rowsAt(scene, to);
      const window = windowOf({ from: to - scope.lastMinutes * minuteMs, to });
      const agentSegments = Object.keys(truth)
        .sort(byNumber)
        .map((agent) => ({ asOf, stale, window, agent: { id: agent }, ...figuresOf(agentSegmentMetrics, fields, truth[agent], total) }));
      return { id, agentSegments };
    },
  };
};
