import { skillSegmentMetrics } from "../../../catalogue/skill-segments.js";
import type { Window } from "../../../time.js";
import type { ExchangeRequest, Fetch, SkillSegmentsCall } from "../../call.js";
import type { Rows, SegmentsSection, SkillSegmentsLevel, SkillSegmentsQuestion, SkillSegmentsReply, Values } from "../../question.js";
import { AnswerReader, type Json, Sections } from "../answer-reader.js";
import { idList, requestPath } from "../request-path.js";
import { figuresOf, type Place, readSegments, segmentsFault, skillsOf, totalOf } from "../segments/segments.js";

/** One GET of msgskillsegments, whatever the number of skills; window and total as in agent segments. */
export const fetchSkillSegments: Fetch<"skill-segments"> = async (call, { account, exchange, read }) => {
  const response = await exchange(skillSegmentsRequest(call, account));
  const reader = new AnswerReader("SKILL_SEGMENTS", account);
  const sections = new Sections<SegmentsSection>();
  const parts = { reader, sections };
  const reply = readSegments(response, call, { ...parts, readLevel: (level, window, place) => readLevel(level, window, place, parts) });
  read({ rows: reply.skills.size });
  return { reply, pages: 1, bytes: response.bytes, remarks: [] };
};

export const skillSegmentsRequest = (call: SkillSegmentsCall, account: string): ExchangeRequest => ({
  service: "operations",
  method: "GET",
  idsAreKeys: true,
  path: requestPath(`/operations/api/account/${encodeURIComponent(account)}/msgskillsegments`, {
    v: 1,
    timeframe: call.lastMinutes,
    interval: call.everyMinutes,
    skillIds: idList(call.skills),
    userType: call.userType.toLowerCase(),
  }),
});

interface Parts {
  reader: AnswerReader;
  sections: Sections<SegmentsSection>;
}

function readLevel(level: Json | null, window: Window, place: Place, { reader, sections }: Parts): SkillSegmentsLevel {
  if (level === null) return { window, skills: new Map(), total: null };
  const total = () => readValues(reader.object(totalOf(level, level.skillsMetrics ?? level.skillsMetricsPerAgent), "metricsTotal"), reader);
  return {
    window,
    skills: sections.read(`${place}rows`, () => readRows(level, reader), new Map()),
    total: sections.read(`${place}total`, total, null),
  };
}

function readRows(level: Json, reader: AnswerReader): Rows {
  const skills = skillsOf(level, "skillsMetrics");
  if (skills === undefined) throw reader.invalid("skillsMetrics is missing");
  return reader.rows(reader.map(skills, "skillsMetrics"), "a skill", (raw) => readValues(figuresOf(raw, segments.answer), reader));
}

const segments = skillSegmentMetrics.metrics.totalSkillConversationSegments;

const readValues = (raw: Json, reader: AnswerReader): Values => reader.segmentValues(skillSegmentMetrics, segments, raw);

/** The message of the faulty section that the question needs; null when the reply can answer it. */
export const faultFor = ({ faults }: SkillSegmentsReply, { of, everyMinutes }: SkillSegmentsQuestion): string | null =>
  segmentsFault(faults, { of, everyMinutes, split: false });
