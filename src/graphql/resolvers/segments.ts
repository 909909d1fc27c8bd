import { Args, FieldResolver, Resolver, Root } from "type-graphql";
import { everyMinutesFault, namedSkills } from "../questions/segment-parts.js";
import { type SegmentsOrigin, segmentsBySkill, segmentsIntervals } from "../readings/agent-segments.js";
import { type SkillSegmentsOrigin, skillSegmentsIntervals } from "../readings/skill-segments.js";
import { AgentSegments } from "../types/agent-segments.js";
import { AgentSegmentsInterval } from "../types/agent-segments-interval.js";
import { AgentSkillSegments } from "../types/agent-skill-segments.js";
import { BySkillArguments, SegmentsIntervalsArguments } from "../types/segments-arguments.js";
import { SkillSegments } from "../types/skill-segments.js";
import { SkillSegmentsInterval } from "../types/skill-segments-interval.js";

const intervals = "The window cut into intervals, oldest first, from the same answer as this object.";
const bySkill = "One row per agent and skill, by skill, then by agent: all skills, or those named.";

@Resolver(() => AgentSegments)
export class AgentSegmentsResolver {
  @FieldResolver(() => [AgentSegmentsInterval], { nullable: true, description: intervals })
  intervals(
    @Root() { origin }: AgentSegments<SegmentsOrigin>,
    @Args(() => SegmentsIntervalsArguments) { everyMinutes }: SegmentsIntervalsArguments,
  ): AgentSegmentsInterval[] {
    const fault = everyMinutesFault(everyMinutes, origin.lastMinutes);
    if (fault) throw fault;
    return segmentsIntervals(origin);
  }

  @FieldResolver(() => [AgentSkillSegments], { nullable: true, description: bySkill })
  bySkill(
    @Root() { origin }: AgentSegments<SegmentsOrigin>,
    @Args(() => BySkillArguments) { skillIds }: BySkillArguments,
  ): AgentSkillSegments[] {
    return segmentsBySkill(origin, namedSkills(skillIds));
  }
}

@Resolver(() => AgentSegmentsInterval)
export class AgentSegmentsIntervalResolver {
  @FieldResolver(() => [AgentSkillSegments], { nullable: true, description: bySkill })
  bySkill(
    @Root() { origin }: AgentSegmentsInterval<SegmentsOrigin>,
    @Args(() => BySkillArguments) { skillIds }: BySkillArguments,
  ): AgentSkillSegments[] {
    return segmentsBySkill(origin, namedSkills(skillIds));
  }
}

@Resolver(() => SkillSegments)
export class SkillSegmentsResolver {
  @FieldResolver(() => [SkillSegmentsInterval], { nullable: true, description: intervals })
  intervals(
    @Root() { origin }: SkillSegments<SkillSegmentsOrigin>,
    @Args(() => SegmentsIntervalsArguments) { everyMinutes }: SegmentsIntervalsArguments,
  ): SkillSegmentsInterval[] {
    const fault = everyMinutesFault(everyMinutes, origin.lastMinutes);
    if (fault) throw fault;
    return skillSegmentsIntervals(origin);
  }
}
