import { z } from "zod";
import { apis } from "./api.js";
import { breaks } from "./breaks.js";
import { errorForms } from "./error-body.js";
import { faultKinds } from "./faults.js";

const count = z.number().int().min(0);
const order = z.enum(["ascending", "descending"]);

function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Bodies that the control endpoint takes; they describe FaultSpec, Limits and WireVariants to the letter. */
export const faultBody = z.strictObject({
  api: z.enum(apis).optional(),
  account: z.string().optional(),
  contains: z.string().optional(),
  kind: z.enum(faultKinds).optional(),
  status: z.number().int().min(200).max(599).optional(),
  form: z.enum(errorForms).optional(),
  retryAfterSeconds: z.number().min(0).optional(),
  retryAfterForm: z.enum(["seconds", "date"]).optional(),
  afterMs: z.number().min(0).optional(),
  bytes: count.optional(),
  find: z.string().refine(isExpression, "not a regular expression").optional(),
  replace: z.string().optional(),
  times: z.number().int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  seed: z.number().int().optional(),
});

export const limitsBody = z.strictObject({ maxConcurrent: count, maxPerMinute: count, maxPerSecond: count.optional() });

export const latencyBody = z.strictObject({ base: z.number().min(0), jitter: z.number().min(0) });

export const variantsBody = z
  .strictObject({
    totalsName: z.enum(["metricsTotal", "metricsTotals"]),
    totalsPlace: z.enum(["level", "section"]),
    agentSkillsName: z.enum(["metricsPerSkill", "skillsMetrics", "skillsMetricsPerAgent"]),
    skillsName: z.enum(["skillsMetrics", "skillsMetricsPerAgent"]),
    emptyMapsAsLists: z.boolean(),
    agentIntervalsWrapped: z.boolean(),
    skillIntervalsWrapped: z.boolean(),
    agentIntervalOrder: order,
    skillIntervalOrder: order,
    emptyIntervals: z.boolean(),
    nullKeys: z.boolean(),
    agentMinusOne: z.boolean(),
    longsAsStrings: z.boolean(),
    rowIds: z.enum(["mixed", "number", "string"]),
    longsAsDecimals: z.boolean(),
    rowTimesShifted: z.boolean(),
    paging: z.enum(["keys", "refs", "offsets"]),
    emptyPages: z.boolean(),
    startedBefore: z.boolean(),
    defaultSections: z.array(z.enum(["all", "groupBy"])),
    withoutAll: z.boolean(),
    zeroCountsAbsent: z.boolean(),
    keyMetricsLookbackHours: z.number().min(1),
    baseUri: z.enum(["scheme", "host", "path"]),
    intervalFeature: z.union([z.literal("on"), z.literal(401), z.literal(403)]),
    errorForm: z.enum(errorForms).nullable(),
    limitRetryAfter: z.enum(["seconds", "date", "none"]),
    tokenSeconds: z.number().min(0),
    breaks: z.array(z.enum(breaks)),
  })
  .partial();
