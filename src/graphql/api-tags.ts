import { type GraphQLSchema, getNamedType, isInputObjectType } from "graphql";
import type { MetricsApi } from "../catalogue/metric.js";
import { applyDirective, outputFields } from "./applied-directive.js";

/** The types that exist for one API alone. */
const typesByApi: Readonly<Record<MetricsApi, readonly string[]>> = {
  AGENT_SEGMENTS: [
    "AgentSegmentMetrics",
    "AgentSegments",
    "AgentSegmentsInterval",
    "AgentSkillSegments",
    "AgentSegmentOrder",
    "AgentSegmentSort",
  ],
  SKILL_SEGMENTS: ["SkillSegmentMetrics", "SkillSegments", "SkillSegmentsInterval"],
  KEY_METRICS: ["KeyMetrics", "CurrentMetrics", "KeyMetricOrder", "KeyMetricSort"],
  INTERVAL_METRICS: [
    "Interval",
    "IntervalConnection",
    "IntervalEdge",
    "IntervalGrouping",
    "HandleTimeModel",
    "ConversationHandling",
    "ConversationConnection",
    "ConversationEdge",
  ],
};

const tagOf = new Map(Object.entries(typesByApi).flatMap(([api, types]) => types.map((type) => [type, nameOf(api)])));

/** The name of an API's tag, for example key-metrics. */
function nameOf(api: string): string {
  return api.toLowerCase().replaceAll("_", "-");
}

/**
 * Puts @tag with the API's name on its types, their fields, and every field and argument that leads to one of them, so that a
 * contract that leaves an API out by its tag is a valid schema. The values of MetricsApi bear none: answers hold them.
 */
export function tagByApi(schema: GraphQLSchema): void {
  const tag = (element: Parameters<typeof applyDirective>[0], ...types: string[]): void => {
    const name = types.map((type) => tagOf.get(type)).find((found) => found !== undefined);
    if (name !== undefined) applyDirective(element, "tag", { name });
  };
  for (const [coordinate, field] of outputFields(schema)) {
    tag(field, coordinate.slice(0, coordinate.indexOf(".")), getNamedType(field.type).name);
    for (const argument of field.args) tag(argument, getNamedType(argument.type).name);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    tag(type, type.name);
    if (!isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) tag(field, type.name, getNamedType(field.type).name);
  }
}
