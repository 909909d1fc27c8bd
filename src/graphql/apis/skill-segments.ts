import { Field, InterfaceType, ObjectType } from "type-graphql";
import { skillSegmentMetrics } from "../../catalogue/skill-segments.js";
import type { Window } from "../../time.js";
import {
  idSet,
  type SkillSegmentsLevel,
  type SkillSegmentsQuestion,
  type SkillSegmentsReply,
  type UserType,
  type Values,
} from "../../upstream/question.js";
import { idsOfOneUrl, type ListArgument, namesNothing, segmentMinutes } from "../bounds.js";
import type { Asking, Asks, Reading } from "../field.js";
import { DateTime } from "../scalars.js";
import {
  Figures,
  Measured,
  type Measurement,
  MetricFields,
  MetricWindow,
  measurementOf,
  ReadsMetrics,
  unmeasured,
} from "../types/entities.js";
import { segmentParts } from "./segments.js";

@InterfaceType({ description: "Metrics of skill segments (Messaging Operations API, msgskillsegments)." })
@MetricFields(skillSegmentMetrics)
export abstract class SkillSegmentMetrics {}

/** `origin`: what the field `intervals` reads on from; clients do not see it. */
@ObjectType({
  simpleResolvers: true,
  implements: [Measured, SkillSegmentMetrics],
  description: "Skill segments over one window. Null in place of the object: the platform has no row for this skill in the window.",
})
@ReadsMetrics(skillSegmentMetrics)
export class SkillSegments<Origin = unknown> extends Measured {
  constructor(
    values: Values,
    measurement: Measurement,
    readonly origin: Origin,
  ) {
    super(values, measurement);
  }

  @Field(() => MetricWindow, { description: "The window of all metrics of this object." })
  get window(): MetricWindow {
    return new MetricWindow(this.measurement.window);
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: [SkillSegmentMetrics],
  description:
    "Skill segments over one interval of a window, counted back from its end and not aligned to the clock. All metrics are null when the platform leaves the interval out.",
})
@ReadsMetrics(skillSegmentMetrics)
export class SkillSegmentsInterval extends Figures {
  constructor(
    values: Values,
    private readonly window: Window,
  ) {
    super(values);
  }

  @Field(() => DateTime, { description: "Beginning of the interval, inside it." })
  get from(): Date {
    return new Date(this.window.from);
  }

  @Field(() => DateTime, { description: "End of the interval, outside it." })
  get to(): Date {
    return new Date(this.window.to);
  }
}

export interface SkillSegmentsArguments {
  lastMinutes: number;
  userType: UserType;
}

/** The platform's own total over the skills. */
export const totalOfSkills: Asks<SkillSegmentsArguments & { skillIds?: ListArgument }, SkillSegmentsQuestion> = (asking) => {
  const skills = idsOfOneUrl("skillIds", asking.args.skillIds) ?? "all";
  const questions = segments(asking, { of: "total", skills });
  return namesNothing(asking.args.skillIds) ? null : questions;
};

/** The skills' rows, those of all skills when the list is not read yet. */
export const rowsOfSkills: Asks<SkillSegmentsArguments, SkillSegmentsQuestion> = (asking) => {
  const { ids } = asking.parent;
  const questions = segments(asking, { of: "rows", skills: ids ? idSet(ids) : "all" });
  return ids?.length === 0 ? [] : questions;
};

function segments(
  { parent: { account }, args: { lastMinutes, userType }, selection, asker: { credential } }: Asking<SkillSegmentsArguments>,
  set: Pick<SkillSegmentsQuestion, "of" | "skills">,
): SkillSegmentsQuestion[] {
  const parts = segmentParts(selection, segmentMinutes(lastMinutes));
  return parts ? [{ api: "skill-segments", account, credential, lastMinutes, everyMinutes: parts.everyMinutes, userType, ...set }] : [];
}

/** What one level of an answer says of one object; `id`: the object's, the account's of a total. */
type ReadLevel = (level: SkillSegmentsLevel, id: string) => Values | null | undefined;

/** What SkillSegments.intervals reads on from. */
export interface SkillSegmentsOrigin {
  id: string;
  lastMinutes: number;
  intervals: SkillSegmentsReply["intervals"];
  read: ReadLevel;
}

const readings = {
  total: ({ total }) => total,
  skills: ({ skills }, id) => skills.get(id),
} satisfies Record<string, ReadLevel>;

/** The segments of one object; null when the answer has no row for it. */
export const readSkillSegments =
  (of: keyof typeof readings) =>
  ({ id, args: { lastMinutes }, answers: [answer] }: Reading<SkillSegmentsArguments, SkillSegmentsQuestion>) => {
    const read: ReadLevel = readings[of];
    const origin: SkillSegmentsOrigin = { id, lastMinutes, intervals: answer?.reply.intervals ?? null, read };
    if (!answer) return new SkillSegments({}, unmeasured, origin);
    const values = read(answer.reply, id);
    return values ? new SkillSegments(values, measurementOf(answer), origin) : null;
  };

/** Every interval of the window, oldest first. */
export const skillSegmentsIntervals = ({ id, intervals, read }: SkillSegmentsOrigin): SkillSegmentsInterval[] =>
  (intervals ?? []).map((level) => new SkillSegmentsInterval(read(level, id) ?? {}, level.window));
