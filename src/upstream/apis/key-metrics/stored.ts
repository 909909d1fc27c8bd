import { z } from "zod";
import type { KeyMetricsCall } from "../../call.js";
import type { KeyMetricsRow, KeyMetricsSection } from "../../question.js";
import { idList, minutes, replied, type StoredForm, userType, values, window } from "../stored.js";
import { rowsById } from "./fetch.js";

const order = z.strictObject({ metric: z.string(), direction: z.enum(["asc", "desc"]) }).nullable();
const count = z.number().int().nonnegative();

const storedCall = z.strictObject({
  api: z.literal("key-metrics"),
  window: z.union([z.strictObject({ lastMinutes: minutes }), window]),
  byTime: z.boolean(),
  current: z.boolean(),
  groupBy: z.enum(["skillId", "agentGroupId"]).nullable(),
  total: z.boolean(),
  filters: z.strictObject({ agentIds: idList.nullable(), agentGroupIds: idList.nullable(), skillIds: idList.nullable() }),
  includeSubGroups: z.boolean(),
  userType,
  order,
  take: z.union([z.literal("all"), count]),
  skip: z.exactOptional(count),
}) satisfies z.ZodType<KeyMetricsCall>;

const row = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  byTime: values,
  current: values,
}) satisfies z.ZodType<KeyMetricsRow>;

const storedReply = z.strictObject({
  ...replied<KeyMetricsSection>(),
  window,
  rows: z.array(row),
  order,
  count: count.nullable(),
  total: z.strictObject({ byTime: values, current: values }).nullable(),
});

export const stored: StoredForm<"key-metrics"> = {
  bare: ({ byId: _, ...reply }) => reply,
  readCall: (call) => storedCall.parse(call),
  readReply: (reply) => {
    const read = storedReply.parse(reply);
    return { ...read, ...rowsById(read.rows) };
  },
};
