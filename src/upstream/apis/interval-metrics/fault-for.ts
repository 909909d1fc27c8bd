import type { IntervalMetricsQuestion, IntervalMetricsReply } from "../../question.js";

/** Always null: an answer has its rows and nothing else, so a fault in them refuses the whole answer. */
export const faultFor = (_reply: IntervalMetricsReply, _question: IntervalMetricsQuestion): string | null => null;
