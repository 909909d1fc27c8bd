import { canonical } from "../../question.js";
import type { Merging, QuestionOf } from "../merging.js";
import { maxFreeCells, mergeSegments, segmentsCover } from "../segments/merging.js";

type Asked = QuestionOf<"skill-segments">;

const part = (question: Asked) => ({ of: question.of, ids: question.skills, everyMinutes: question.everyMinutes });

/** Skill ids and metrics share a call; intervals, user types and totals over other skills do not. */
export const skillSegmentsMerging: Merging<"skill-segments"> = {
  family: ({ api, account, credential, lastMinutes, userType }) => canonical({ api, account, credential, lastMinutes, userType }),

  regions: (questions) => [[...questions]],

  merge(questions, sizes) {
    const merged = mergeSegments(questions.map(part));
    const first = questions[0];
    if (!merged || !first) return null;
    const { lastMinutes, userType } = first;
    const { everyMinutes } = merged;
    const cells = (sizes("skills") ?? Number.POSITIVE_INFINITY) * (lastMinutes / (everyMinutes ?? lastMinutes));
    const skills = !merged.totalled && cells <= maxFreeCells ? "all" : merged.ids;
    return { call: { api: "skill-segments", lastMinutes, everyMinutes, userType, skills }, exchanges: 1 };
  },

  covers: (call, question) => segmentsCover({ ids: call.skills, everyMinutes: call.everyMinutes }, part(question)),

  lookUp(stored, question, usable) {
    const found = stored.find((answer) => this.covers(answer.call, question) && usable(answer, "segments"));
    return found ? { reply: found.reply } : { missing: question };
  },

  signature: ({ everyMinutes, of, skills }) => canonical({ everyMinutes, of, skills: of === "total" ? skills : null }),

  *sizes({ call, reply }) {
    if (call.skills === "all") yield ["skills", reply.skills.size];
  },
};
