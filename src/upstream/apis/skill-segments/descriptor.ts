import { skillSegmentMetrics } from "../../../catalogue/skill-segments.js";
import type { Window } from "../../../time.js";
import type { ExchangeRequest, Fetch, SkillSegmentsCall } from "../../call.js";
import {
  canonical,
  common,
  type Rows,
  type SegmentsSection,
  type SkillSegmentsLevel,
  type SkillSegmentsQuestion,
  type SkillSegmentsReply,
  type Values,
} from "../../question.js";
import { type Api, counted, type QuestionOf } from "../descriptor.js";
import { AnswerReader, idList, type Json, requestPath, Sections } from "../platform-form.js";
import {
  combinedSegments,
  figuresOf,
  intervalInUse,
  maxFreeCells,
  mayTryAll,
  mayWiden,
  mergeSegments,
  type Place,
  pickedRows,
  readSegments,
  segmentsApi,
  segmentsCovered,
  segmentsFault,
  skillsOf,
  totalOf,
} from "../segments/segments.js";
import { stored } from "./stored.js";

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

const skillSegmentsRequest = (call: SkillSegmentsCall, account: string): ExchangeRequest => ({
  api: "SKILL_SEGMENTS",
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
export function faultFor({ faults }: SkillSegmentsReply, { of, everyMinutes }: SkillSegmentsQuestion): string | null {
  return segmentsFault(faults, { of, everyMinutes, split: false });
}

// ---------------------------------------------------------------- descriptor

type Asked = QuestionOf<"skill-segments">;

const part = (question: Asked) => ({ of: question.of, ids: question.skills, everyMinutes: question.everyMinutes });

/** Skill ids and metrics share a call; intervals, user types and totals over other skills do not. */
export const skillSegments: Api<"skill-segments"> = {
  ...segmentsApi,
  name: "skill-segments",
  metricsApi: "SKILL_SEGMENTS",
  title: "Skill segments",

  scope: ({ lastMinutes, userType }) => [lastMinutes, userType],
  restricted: (question) => question,
  apartBy(question, off) {
    if (off === "widen") return question.skills;
    return off === "summary" ? question.everyMinutes : undefined;
  },
  ids: (question) => (question.of === "rows" ? question.skills : null),
  withIds: (question, skills) => ({ ...question, skills }),
  contains: (whole, wanted) =>
    segmentsCovered({ ids: whole.skills, everyMinutes: whole.everyMinutes }, part(wanted)) === wanted.skills && wanted.of === whole.of,
  overlaps: (one, other) => one.of === other.of && common(one.skills, other.skills) !== null,
  combined: (_, parts) =>
    combinedSegments(
      parts,
      (level: SkillSegmentsLevel, { skills }: Asked) => ({ ...level, skills: pickedRows(level.skills, skills) }),
      (a, b) => ({ ...a, skills: new Map([...a.skills, ...b.skills]) }),
    ),

  merge(questions, seen) {
    const merged = mergeSegments(questions.map(part));
    const first = questions[0];
    if (!merged || !first) return null;
    const { lastMinutes, userType } = first;
    const known = seen.size(sizeName(first)) ?? seen.size("skills");
    const cellsOf = (intervals: number) => (known ?? Number.POSITIVE_INFINITY) * intervals;
    const everyMinutes = merged.everyMinutes ?? intervalInUse(lastMinutes, seen.inUse as readonly Asked[], cellsOf);
    const intervals = lastMinutes / (everyMinutes ?? lastMinutes);
    const isFree = known === undefined ? mayTryAll(intervals, seen, named) : cellsOf(intervals) <= maxFreeCells;
    const skills = !merged.totalled && isFree && mayWiden(first) ? "all" : merged.ids;
    return { call: { api: "skill-segments", lastMinutes, everyMinutes, userType, skills }, exchanges: 1 };
  },
  signature: ({ everyMinutes, of, skills }) => canonical({ everyMinutes, of, skills: of === "total" ? skills : null }),
  totalOver: ({ of, skills }) => (of === "total" ? canonical(skills) : null),
  totalIds: ({ skills }) => skills,

  covered(call, question) {
    const ids = segmentsCovered({ ids: call.skills, everyMinutes: call.everyMinutes }, part(question));
    if (ids === null) return null;
    return ids === question.skills ? question : this.withIds(question, ids as readonly string[]);
  },
  // Every answer has rows. Only an answer for exactly these skills has the total.
  holds: ({ skills }) => ["rows", `total ${skills}`],
  sought: ({ of, skills }) => (of === "rows" ? "rows" : `total ${skills}`),
  faultFor,

  slot: ({ everyMinutes, skills }) => canonical([everyMinutes, skills]),
  named: ({ skills }) => (skills === "all" ? null : skills),
  withNamed: (call, skills) => ({ ...call, skills }),
  shape: ({ skills }) => (skills === "all" ? null : named),
  *sizes({ call, reply }) {
    if (call.skills === "all") yield [sizeName(call), reply.skills.size];
  },
  rows: ({ skills }) => skills.size,

  fetch: fetchSkillSegments,
  stored,
  probe: () => ({
    call: { api: "skill-segments", lastMinutes: 60, everyMinutes: null, userType: "ALL", skills: "all" },
    said: ({ skills }) => `${counted(skills.size, "skill")} with segments in the last hour.`,
  }),
};

/** The size is known for the whole account, and for each kind of filter. */
const sizeName = ({ userType }: Pick<Asked, "userType">): string => (userType === "ALL" ? "skills" : `skills ${userType}`);

/** The one shape of calls by named skills. */
const named = "skills";
