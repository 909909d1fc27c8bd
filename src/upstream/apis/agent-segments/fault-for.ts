import type { AgentSegmentsQuestion, AgentSegmentsReply } from "../../question.js";
import { segmentsFault } from "../segments/fault-for.js";

/** The message of the faulty section that the question needs; null when the reply can answer it. */
export const faultFor = ({ faults }: AgentSegmentsReply, { of, everyMinutes, skills }: AgentSegmentsQuestion): string | null =>
  segmentsFault(faults, { of, everyMinutes, split: skills !== null });
