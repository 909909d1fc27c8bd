import { z } from "zod";
import { byTimeMeasures } from "../metrics/key-metrics-by-time.js";
import { currentMeasures } from "../metrics/key-metrics-current.js";
import { day, hour, minute } from "../model/duration.js";
import { bad, Refusal } from "./refusal.js";

const ids = z.array(z.union([z.string(), z.number()]).transform(String)).optional();
const named = (measures: Record<string, unknown>) => z.array(z.string().refine((name) => name in measures, "unknown metric")).default([]);
const userType = z.enum(["HUMAN", "BOT"]);

const shape = z.object({
  filters: z.object({
    time: z.object({ from: z.number().int(), to: z.number().int() }),
    agentIds: ids,
    agentGroupIds: ids,
    skillIds: ids,
    userTypes: z.union([z.array(userType), userType.transform((one) => [one])]).optional(),
    includeSubGroups: z.boolean().optional(),
  }),
  groupBy: z.enum(["skillId", "agentGroupId"]).optional(),
  responseSections: z.array(z.enum(["all", "groupBy"])).optional(),
  metricsToRetrieveByTime: named(byTimeMeasures),
  metricsToRetrieveCurrentValue: named(currentMeasures),
});

export type KeyMetricsBody = z.output<typeof shape>;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad("The body is not valid JSON.");
  }
}

/** The body of a key metrics request, by the page's rules; an empty id list is no filter. */
export function keyMetricsBody(text: string): KeyMetricsBody {
  const result = shape.safeParse(parsed(text));
  if (!result.success)
    throw new Refusal(
      400,
      result.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`),
    );
  const body = result.data;
  if (body.responseSections?.includes("groupBy") && body.groupBy === undefined) throw bad("groupBy is required for the groupBy section.");
  const { filters } = body;
  for (const name of ["agentIds", "agentGroupIds", "skillIds", "userTypes"] as const) if (filters[name]?.length === 0) delete filters[name];
  return body;
}

/** From and to rounded outward to the minute; they must then span at most a day and begin inside the look-back. */
export function keyMetricsWindow(
  { from, to }: { from: number; to: number },
  now: number,
  lookbackHours: number,
): { from: number; to: number } {
  if (to < from) throw bad("filters.time.to is before filters.time.from.");
  const window = { from: Math.floor(from / minute) * minute, to: Math.ceil(to / minute) * minute };
  if (window.to - window.from > day) throw bad("filters.time spans more than 24 hours after rounding to minutes.");
  if (window.from < now - lookbackHours * hour - minute) throw bad(`filters.time.from is more than ${lookbackHours} hours ago.`);
  return window;
}
