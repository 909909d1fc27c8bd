import { z } from "zod";
import type { IntervalMetricsCall } from "../../call.js";
import type { Grouping, IntervalRow } from "../../question.js";
import { isPlain, isValues, replied, type StoredForm, window } from "../stored.js";
import { rowsBySlot } from "./fetch.js";

const grouping = z.enum(["SKILL", "AGENT_GROUP", "AGENT", "CONVERSATION"]) satisfies z.ZodType<Grouping>;
const idsByGrouping = z.partialRecord(grouping, z.string());

const storedCall = z.strictObject({
  api: z.literal("interval-metrics"),
  grouping: z.array(grouping),
  everyMinutes: z.literal([15, 30, 60, 1440]),
  handleTimeModel: z.enum(["IFT", "EHT"]),
  window,
  filters: idsByGrouping,
  includeBotSkills: z.boolean(),
});

const rowFields = 8;

/** Rows are many: see `isValues`. */
function isRow(given: unknown): given is IntervalRow {
  if (!isPlain(given) || Object.keys(given).length !== rowFields) return false;
  const { window: of, ids, skillName, agentGroupName, agentName, agentLogin, human, values } = given;
  return (
    isWindow(of) &&
    isPlain(ids) &&
    Object.entries(ids).every(([kind, id]) => grouping.options.includes(kind as Grouping) && typeof id === "string") &&
    [skillName, agentGroupName, agentName, agentLogin].every((name) => name === null || typeof name === "string") &&
    typeof human === "boolean" &&
    isValues(values)
  );
}

const isWindow = (given: unknown): boolean =>
  isPlain(given) && Object.keys(given).length === 2 && isMoment(given.from) && isMoment(given.to);
const isMoment = (given: unknown): boolean => Number.isSafeInteger(given) && (given as number) >= 0;

const row = z.custom<IntervalRow>(isRow, "a row of figures");

const storedReply = z.strictObject({ ...replied<never>(), window, rows: z.array(row), pending: z.array(window) });

export const stored: StoredForm<"interval-metrics"> = {
  bare: ({ bySlot: _, ...reply }) => reply,
  readCall: (call) => storedCall.parse(call) as IntervalMetricsCall,
  readReply: (reply, { everyMinutes }) => {
    const read = storedReply.parse(reply);
    return { ...read, ...rowsBySlot(read.rows, everyMinutes) };
  },
};
