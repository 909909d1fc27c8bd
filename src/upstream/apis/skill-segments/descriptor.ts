import { common, lookUpByIds } from "../../planning/parts.js";
import { canonical, type SkillSegmentsLevel } from "../../question.js";
import { type Api, counted, largest, type QuestionOf } from "../descriptor.js";
import {
  combinedSegments,
  intervalInUse,
  joinedByIds,
  maxFreeCells,
  mayTryAll,
  mayWiden,
  mergeSegments,
  pickedRows,
  segmentsCovered,
  splitByIds,
  withoutPages,
} from "../segments/segments.js";
import { faultFor, fetchSkillSegments } from "./fetch.js";
import { stored } from "./stored.js";

type Asked = QuestionOf<"skill-segments">;

const part = (question: Asked) => ({ of: question.of, ids: question.skills, everyMinutes: question.everyMinutes });

/** Skill ids and metrics share a call; intervals, user types and totals over other skills do not. */
export const skillSegments: Api<"skill-segments"> = {
  ...withoutPages,
  name: "skill-segments",
  metricsApi: "SKILL_SEGMENTS",
  title: "Skill segments",

  scope: ({ lastMinutes, userType }) => [lastMinutes, userType],
  restricted: (question) => question,
  split(question) {
    return splitByIds(this, question);
  },
  joined(question, replies) {
    return joinedByIds(this, question, replies);
  },
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
  // Rows are in every answer, a total in those of exactly its skills.
  holds: ({ skills }) => ["rows", `total ${skills}`],
  sought: ({ of, skills }) => (of === "rows" ? "rows" : `total ${skills}`),
  lookUp(records, question, usable) {
    return lookUpByIds(this, records, question, ["segments"], usable);
  },
  faultFor,

  slot: ({ everyMinutes, skills }) => canonical([everyMinutes, skills]),
  named: ({ skills }) => (skills === "all" ? null : skills),
  withNamed: (call, skills) => ({ ...call, skills }),
  shape: ({ skills }) => (skills === "all" ? null : named),
  *sizes({ call, reply }, known) {
    if (call.skills === "all") yield largest(sizeName(call), reply.skills.size, known);
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
