import { contains, fitsUrl, union } from "../../planning/ids.js";
import { canonical, type Ids } from "../../question.js";
import type { Merging, QuestionOf, Sizes } from "../merging.js";
import { maxFreeCells, mergeSegments, segmentsCover } from "../segments/merging.js";

type Asked = QuestionOf<"agent-segments">;

const part = (question: Asked) => ({ of: question.of, ids: question.agents, everyMinutes: question.everyMinutes });

/** Agent ids, skill ids of the split and metrics share a call; intervals, filters and totals over other agents do not. */
export const agentSegmentsMerging: Merging<"agent-segments"> = {
  family: ({ api, account, credential, lastMinutes, groupIds, userType, source }) =>
    canonical({ api, account, credential, lastMinutes, groupIds, userType, source }),

  regions: (questions) => [[...questions]],

  merge(questions, sizes) {
    const merged = mergeSegments(questions.map(part));
    const first = questions[0];
    if (!merged || !first) return null;
    const { lastMinutes, groupIds, userType, source } = first;
    const split = questions.map((question) => question.skills).filter((skills) => skills !== null);
    const named = split.length > 0 ? union(split) : null;
    const cells = cellsOfAll(sizes, lastMinutes / (merged.everyMinutes ?? lastMinutes));
    const skills = named !== null && (!fitsUrl(named) || cells(true) <= maxFreeCells) ? "all" : named;
    const agents = !merged.totalled && cells(skills !== null) <= maxFreeCells ? "all" : merged.ids;
    return {
      call: { api: "agent-segments", lastMinutes, everyMinutes: merged.everyMinutes, groupIds, userType, source, agents, skills },
      exchanges: 1,
    };
  },

  covers: (call, question) =>
    segmentsCover({ ids: call.agents, everyMinutes: call.everyMinutes }, part(question)) && splitCovers(call.skills, question.skills),

  lookUp(stored, question, usable) {
    const found = stored.find((answer) => this.covers(answer.call, question) && usable(answer, "segments"));
    return found ? { reply: found.reply } : { missing: question };
  },

  signature: ({ everyMinutes, of, agents, skills }) =>
    canonical({ everyMinutes, of, agents: of === "total" ? agents : null, split: skills !== null }),

  *sizes({ call, reply }) {
    if (call.agents !== "all") return;
    yield ["agents", reply.agents.size];
    if (call.skills === "all") yield ["skills", reply.bySkill?.size ?? 0];
  },
};

const splitCovers = (split: Ids | null, wanted: Ids | null): boolean => wanted === null || (split !== null && contains(split, wanted));

/** Cells of an answer over all ids by the sizes last seen; infinite when not seen yet. */
const cellsOfAll =
  (sizes: Sizes, intervals: number) =>
  (split: boolean): number => {
    const agents = sizes("agents") ?? Number.POSITIVE_INFINITY;
    return agents * intervals * (split ? (sizes("skills") ?? Number.POSITIVE_INFINITY) : 1);
  };
