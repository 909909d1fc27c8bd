import type { SkillSegmentsQuestion, SkillSegmentsReply } from "../../question.js";
import { segmentsFault } from "../segments/fault-for.js";

/** The message of the faulty section that the question needs; null when the reply can answer it. */
export const faultFor = ({ faults }: SkillSegmentsReply, { of, everyMinutes }: SkillSegmentsQuestion): string | null =>
  segmentsFault(faults, { of, everyMinutes, split: false });
