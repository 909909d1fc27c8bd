import { z } from "zod";
import type { AgentSegmentsCall } from "../../call.js";
import type { AgentSegmentsReply, SegmentsSection } from "../../question.js";
import { idList, ids, minutes, replied, rows, type StoredForm, userType, values, window } from "../stored.js";

const storedCall = z.strictObject({
  api: z.literal("agent-segments"),
  lastMinutes: minutes,
  everyMinutes: minutes.nullable(),
  groupIds: idList.nullable(),
  userType,
  source: z.string().nullable(),
  agents: ids,
  skills: ids.nullable(),
}) satisfies z.ZodType<AgentSegmentsCall>;

const level = z.strictObject({ window, agents: rows, bySkill: z.map(z.string(), rows).nullable(), total: values.nullable() });

const storedReply = z.strictObject({
  ...replied<SegmentsSection>(),
  ...level.shape,
  intervals: z.array(level).nullable(),
}) satisfies z.ZodType<AgentSegmentsReply>;

export const stored: StoredForm<"agent-segments"> = {
  bare: (reply) => reply,
  readCall: (call) => storedCall.parse(call),
  readReply: (reply) => storedReply.parse(reply),
};
