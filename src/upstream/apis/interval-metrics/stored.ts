import { z } from "zod";
import type { IntervalMetricsCall } from "../../call.js";
import type { Grouping, IntervalRow } from "../../question.js";
import { replied, type StoredForm, values, window } from "../stored.js";
import { rowsBySlot } from "./rows-by-slot.js";

const grouping = z.enum(["SKILL", "AGENT_GROUP", "AGENT", "CONVERSATION"]) satisfies z.ZodType<Grouping>;
const idsByGrouping = z.partialRecord(grouping, z.string());
const name = z.string().nullable();

const storedCall = z.strictObject({
  api: z.literal("interval-metrics"),
  grouping: z.array(grouping),
  everyMinutes: z.literal([15, 30, 60, 1440]),
  handleTimeModel: z.enum(["IFT", "EHT"]),
  window,
  filters: idsByGrouping,
  includeBotSkills: z.boolean(),
});

const row = z.strictObject({
  window,
  ids: idsByGrouping,
  skillName: name,
  agentGroupName: name,
  agentName: name,
  agentLogin: name,
  human: z.boolean(),
  values,
});

const storedReply = z.strictObject({ ...replied<never>(), window, rows: z.array(row), pending: z.array(window) });

export const stored: StoredForm<"interval-metrics"> = {
  bare: ({ bySlot: _, ...reply }) => reply,
  readCall: (call) => storedCall.parse(call) as IntervalMetricsCall,
  readReply: (reply, { everyMinutes }) => {
    const read = storedReply.parse(reply);
    return { ...read, ...rowsBySlot(read.rows as IntervalRow[], everyMinutes) };
  },
};
