import { z } from "zod";
import type { SkillSegmentsCall } from "../../call.js";
import type { SegmentsSection, SkillSegmentsReply } from "../../question.js";
import { ids, minutes, replied, rows, type StoredForm, userType, values, window } from "../stored.js";

const storedCall = z.strictObject({
  api: z.literal("skill-segments"),
  lastMinutes: minutes,
  everyMinutes: minutes.nullable(),
  userType,
  skills: ids,
}) satisfies z.ZodType<SkillSegmentsCall>;

const level = z.strictObject({ window, skills: rows, total: values.nullable() });

const storedReply = z.strictObject({
  ...replied<SegmentsSection>(),
  ...level.shape,
  intervals: z.array(level).nullable(),
}) satisfies z.ZodType<SkillSegmentsReply>;

export const stored: StoredForm<"skill-segments"> = {
  bare: (reply) => reply,
  readCall: (call) => storedCall.parse(call),
  readReply: (reply) => storedReply.parse(reply),
};
