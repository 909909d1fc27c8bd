import { type GraphQLField, type GraphQLSchema, getNamedType, isInputObjectType, isInterfaceType, isObjectType } from "graphql";
import { catalogue } from "../catalogue/catalogue.js";
import type { MetricsApi } from "../catalogue/metric.js";
import type { DeclaredField } from "./field.js";

/** What the schema says to routers besides its types: to which API a part belongs, what a field weighs, how long a list is. */

interface Directable {
  extensions: Readonly<Record<string, unknown>>;
}

/** Applies a directive once to an element of a schema that has not been printed yet: the printer reads it from the extensions. */
function applyDirective(element: Directable, name: string, args: Readonly<Record<string, unknown>>): void {
  const applied = element.extensions.directives as Readonly<Record<string, unknown>> | undefined;
  element.extensions = { ...element.extensions, directives: { ...applied, [name]: args } };
}

/** Every output field of the schema's own types, by its coordinate, for example Agent.segments. */
export function* outputFields(schema: GraphQLSchema): Generator<[coordinate: string, field: GraphQLField<unknown, unknown>]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(isObjectType(type) || isInterfaceType(type)) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
  }
}

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
    "IntervalOrder",
    "IntervalSort",
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

/** How long a list without pages is taken to be that holds what its object was made with. */
export const assumedSizes: Readonly<Record<string, number>> = {
  "Query.contactCenters": 2,
  "Query.metricCatalog": catalogue.length,
  "ConversationHandling.agents": 2,
  "ConversationHandling.skills": 2,
  "ConversationHandling.pending": 1,
  "IntervalConnection.pending": 1,
};

/**
 * Puts @cost and @listSize on the fields that declare them and on every list, for a router's demand control, which counts 1 for any
 * other object. One platform call that no other object shares weighs 20: a router's limit of 1,000 is then 50 such calls, the default of
 * MAX_UPSTREAM_CALLS. A field that asks a call or a few for the account weighs 10, beside each other they often share it; one that
 * asks pages for all objects or a call for each, whichever is fewer, 5.
 */
export function weigh(schema: GraphQLSchema, fields: Readonly<Record<string, DeclaredField>>): void {
  for (const [label, field] of outputFields(schema)) {
    const { cost, size = assumedSizes[label], page } = fields[label] ?? {};
    if (cost !== undefined) applyDirective(field, "cost", { weight: cost });
    if (size !== undefined) applyDirective(field, "listSize", { assumedSize: size });
    if (page) {
      const { unlessGiven } = page({} as never);
      const paging = { slicingArguments: ["first"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false };
      applyDirective(field, "listSize", { assumedSize: unlessGiven, ...paging });
    }
  }
}
