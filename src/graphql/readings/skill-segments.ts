import type { SkillSegmentsLevel, SkillSegmentsQuestion, SkillSegmentsReply, Values } from "../../upstream/question.js";
import { answerTo } from "../asking.js";
import type { GatewayContext } from "../context.js";
import type { Asked } from "../questions/parent.js";
import { SkillSegments } from "../types/skill-segments.js";
import { SkillSegmentsInterval } from "../types/skill-segments-interval.js";
import { unmeasured } from "./unmeasured.js";

type ReadLevel = (level: SkillSegmentsLevel) => Values | null | undefined;

/** What SkillSegments.intervals reads on from. */
export interface SkillSegmentsOrigin {
  lastMinutes: number;
  intervals: SkillSegmentsReply["intervals"];
  read: ReadLevel;
}

/** The segments of one object; null when the answer has no row for it. */
export function skillSegments(
  context: GatewayContext,
  lastMinutes: number,
  questions: Asked<SkillSegmentsQuestion>,
  read: ReadLevel,
): Promise<SkillSegments<SkillSegmentsOrigin> | null> {
  return answerTo(
    context,
    questions,
    ({ reply, stale }) => {
      const values = read(reply);
      if (!values) return null;
      const { asOf, window, intervals } = reply;
      return new SkillSegments(values, { asOf, stale, window }, { lastMinutes, intervals, read });
    },
    () => new SkillSegments<SkillSegmentsOrigin>({}, unmeasured, { lastMinutes, intervals: null, read }),
  );
}

/** Every interval of the window, oldest first. */
export const skillSegmentsIntervals = ({ intervals, read }: SkillSegmentsOrigin): SkillSegmentsInterval[] =>
  (intervals ?? []).map((level) => new SkillSegmentsInterval(read(level) ?? {}, level.window));
