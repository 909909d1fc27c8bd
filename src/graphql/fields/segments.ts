import {
  type AgentSegments,
  AgentSegmentsInterval,
  AgentSkillSegments,
  type SegmentsOrigin,
  segmentsBySkill,
  segmentsIntervals,
} from "../apis/agent-segments.js";
import { demandEveryMinutes, namedSkills } from "../apis/segments.js";
import { type SkillSegments, SkillSegmentsInterval, type SkillSegmentsOrigin, skillSegmentsIntervals } from "../apis/skill-segments.js";
import { known } from "../field.js";
import * as given from "../types/arguments.js";

const intervals = {
  description: "The window cut into intervals, oldest first, from the same answer as this object.",
  size: 12,
  args: { everyMinutes: given.everyMinutesOfSegments },
};

const bySkill = known({
  type: () => [AgentSkillSegments],
  description: "One row per agent and skill, by skill, then by agent: all skills, or those named.",
  size: 5,
  args: { skillIds: given.skillIds },
  value: ({ origin }: AgentSegments<SegmentsOrigin>, { skillIds }) => segmentsBySkill(origin, namedSkills(skillIds)),
});

/** The fields below the objects of segments: read from the same answer. */
export const segmentFields = {
  "AgentSegments.intervals": known({
    ...intervals,
    type: () => [AgentSegmentsInterval],
    value({ origin }: AgentSegments<SegmentsOrigin>, { everyMinutes }) {
      demandEveryMinutes(everyMinutes, origin.lastMinutes);
      return segmentsIntervals(origin);
    },
  }),
  "AgentSegments.bySkill": bySkill,
  "AgentSegmentsInterval.bySkill": bySkill,
  "SkillSegments.intervals": known({
    ...intervals,
    type: () => [SkillSegmentsInterval],
    value({ origin }: SkillSegments<SkillSegmentsOrigin>, { everyMinutes }) {
      demandEveryMinutes(everyMinutes, origin.lastMinutes);
      return skillSegmentsIntervals(origin);
    },
  }),
};
