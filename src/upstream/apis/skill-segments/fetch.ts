import { skillSegmentMetrics } from "../../../catalogue/skill-segments.js";
import type { Window } from "../../../time.js";
import type { ExchangeRequest, Fetch, SkillSegmentsCall } from "../../call.js";
import type { SkillSegmentsLevel, Values } from "../../question.js";
import { AnswerReader, type Json } from "../answer-reader.js";
import { idList, requestPath } from "../request-path.js";
import { readSegments, totalOf } from "../segments/reading.js";

/** One GET of msgskillsegments, whatever the number of skills; window and total as in agent segments. */
export const fetchSkillSegments: Fetch<"skill-segments"> = async (call, { account, exchange, read }) => {
  const response = await exchange(skillSegmentsRequest(call, account));
  const reader = new AnswerReader("SKILL_SEGMENTS", account);
  const reply = readSegments(response, call, reader, (level, window) => readLevel(level, window, reader));
  read({ rows: reply.skills.size });
  return { reply, pages: 1, bytes: response.bytes, remarks: [] };
};

export const skillSegmentsRequest = (call: SkillSegmentsCall, account: string): ExchangeRequest => ({
  service: "operations",
  method: "GET",
  path: requestPath(`/operations/api/account/${encodeURIComponent(account)}/msgskillsegments`, {
    v: 1,
    timeframe: call.lastMinutes,
    interval: call.everyMinutes,
    skillIds: idList(call.skills),
    userType: call.userType.toLowerCase(),
  }),
});

function readLevel(level: Json | null, window: Window, reader: AnswerReader): SkillSegmentsLevel {
  if (level === null) return { window, skills: new Map(), total: null };
  if (level.skillsMetrics === undefined) throw reader.invalid("skillsMetrics is missing");
  return {
    window,
    skills: reader.rows(reader.map(level.skillsMetrics, "skillsMetrics"), "a skill", (raw) => readValues(raw, reader)),
    total: readValues(reader.object(totalOf(level), "metricsTotal"), reader),
  };
}

const readValues = (raw: Json, reader: AnswerReader): Values =>
  reader.segmentValues(skillSegmentMetrics, "totalSkillConversationSegments", raw);
