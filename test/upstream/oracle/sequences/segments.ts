import type { AgentSegmentsCall, SkillSegmentsCall } from "../../../../src/upstream/call.js";
import { type AgentSegmentsQuestion, type Ids, idSet, type SkillSegmentsQuestion } from "../../../../src/upstream/question.js";
import { subsets } from "../cover.js";
import { agentSegmentsUniverse, skillSegmentsUniverse } from "../segments.js";
import { common, distinct } from "./distinct.js";
import type { ApiOracle } from "./oracle.js";
import { represented } from "./represented.js";
import { ttlMs } from "./sequence.js";

const agents = { both: "1", call: "2", question: "3" };
const skills = { both: "10", call: "20", question: "90" };

const union = (sets: readonly Ids[]): Ids => (sets.includes("all") ? "all" : idSet(sets.flat()));

/** The ids of the one call for these parts; undefined when totals over different ids are among them. */
function idsFor(parts: readonly { of: "rows" | "total"; ids: Ids }[]): Ids | undefined {
  const total = common(parts.filter(({ of }) => of === "total").map(({ ids }) => ids));
  return total === null ? union(parts.map(({ ids }) => ids)) : total;
}

const agentScope = ({ lastMinutes, groupIds, userType, source }: AgentSegmentsQuestion) =>
  JSON.stringify([lastMinutes, groupIds, userType, source]);

export const agentSegmentsOracle: ApiOracle<AgentSegmentsQuestion, AgentSegmentsCall> = {
  scope: agentScope,
  parts: (question) => [question],
  calls: (questions) =>
    distinct(
      subsets(questions).flatMap((group): AgentSegmentsCall[] => {
        const ids = idsFor(group.map(({ of, agents: ids }) => ({ of, ids })));
        const everyMinutes = common(group.flatMap((question) => question.everyMinutes ?? []));
        if (!common(group.map(agentScope)) || ids === undefined || everyMinutes === undefined) return [];
        const { lastMinutes, groupIds, userType, source } = group[0]!;
        const split = group.flatMap((question) => (question.skills === null ? [] : [question.skills]));
        return [
          {
            api: "agent-segments",
            lastMinutes,
            everyMinutes,
            groupIds,
            userType,
            source,
            agents: ids,
            skills: split.length > 0 ? union(split) : null,
          },
        ];
      }),
    ),
  answers(call, question) {
    const [agentsOfCall, agentsOfQuestion] = represented(call.agents, question.agents, agents);
    const [skillsOfCall, skillsOfQuestion] =
      call.skills && question.skills ? represented(call.skills, question.skills, skills) : [call.skills && "all", question.skills && "all"];
    return agentSegmentsUniverse.answers(
      { ...call, agents: agentsOfCall, skills: skillsOfCall as Ids | null },
      { ...question, agents: agentsOfQuestion, skills: skillsOfQuestion as Ids | null },
    );
  },
  forAll(call, questions) {
    const isTotalled = questions.some((question) => question.of === "total" && question.agents !== "all");
    const all: AgentSegmentsCall = { ...call, agents: isTotalled ? call.agents : "all", skills: call.skills && "all" };
    return all.agents === call.agents && all.skills === call.skills ? null : all;
  },
  sizeName: ({ groupIds, userType, source }) => `agents ${[groupIds !== null, userType !== "ALL", source !== null]}`,
  idsNamed: (questions) => count(questions.map(({ agents: ids }) => ids)),
  ttlMs: () => ttlMs.segments,
};

const skillScope = ({ lastMinutes, userType }: SkillSegmentsQuestion) => JSON.stringify([lastMinutes, userType]);

export const skillSegmentsOracle: ApiOracle<SkillSegmentsQuestion, SkillSegmentsCall> = {
  scope: skillScope,
  parts: (question) => [question],
  calls: (questions) =>
    distinct(
      subsets(questions).flatMap((group): SkillSegmentsCall[] => {
        const ids = idsFor(group.map(({ of, skills: ids }) => ({ of, ids })));
        const everyMinutes = common(group.flatMap((question) => question.everyMinutes ?? []));
        if (!common(group.map(skillScope)) || ids === undefined || everyMinutes === undefined) return [];
        const { lastMinutes, userType } = group[0]!;
        return [{ api: "skill-segments", lastMinutes, everyMinutes, userType, skills: ids }];
      }),
    ),
  answers(call, question) {
    const [ofCall, ofQuestion] = represented(call.skills, question.skills, skills);
    return skillSegmentsUniverse.answers({ ...call, skills: ofCall }, { ...question, skills: ofQuestion });
  },
  forAll(call, questions) {
    const isTotalled = questions.some((question) => question.of === "total" && question.skills !== "all");
    return isTotalled || call.skills === "all" ? null : { ...call, skills: "all" };
  },
  sizeName: ({ userType }) => `skills ${userType !== "ALL"}`,
  idsNamed: (questions) => count(questions.map(({ skills: ids }) => ids)),
  ttlMs: () => ttlMs.segments,
};

const count = (sets: readonly Ids[]): number => (sets.includes("all") ? Number.POSITIVE_INFINITY : new Set(sets.flat()).size);
