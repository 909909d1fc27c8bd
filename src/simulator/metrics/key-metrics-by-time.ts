import type { Close, Closer, Response, Survey } from "../model/records.js";
import { count, rounded, sum } from "./figure.js";

/** What happened in a window, of one key. */
export interface Happened {
  responses: readonly Response[];
  closes: readonly Close[];
  surveys: readonly Survey[];
}

type Measure = (happened: Happened) => number | undefined;

/** A double with three decimals; undefined, and so left out of the answer, when nothing counts. */
const average = (responses: readonly Response[], figure: (response: Response) => number): number | undefined =>
  responses.length === 0 ? undefined : rounded(sum(responses, figure) / responses.length, 3);

const closedBy =
  (closer: Closer): Measure =>
  ({ closes }) =>
    count(closes, (close) => close.by === closer);

/** metricsToRetrieveByTime: name in the request, name in the answer, definition. */
export const byTimeMeasures: Record<string, { answer: string; measure: Measure }> = {
  avg_wait_time: { answer: "avgWaitTime", measure: ({ responses }) => average(responses, (response) => response.waitMs) },
  avg_wait_time_first_response: {
    answer: "avgWaitTimeFirstResponse",
    measure: ({ responses }) =>
      average(
        responses.filter((response) => response.firstHuman),
        (response) => response.waitMs,
      ),
  },
  avg_time_to_response: {
    answer: "avgTimeToResponse",
    measure: ({ responses }) => average(responses, (response) => response.sinceAssignedMs),
  },
  avg_time_to_first_response_first_assignment: {
    answer: "avgTimeToFirstResponseFirstAssignment",
    measure: ({ responses }) =>
      average(
        responses.filter((response) => response.firstAssignment),
        (response) => response.sinceAssignedMs,
      ),
  },
  closed_conversations: { answer: "closedConversations", measure: ({ closes }) => closes.length },
  closed_by_agent: { answer: "closedByAgent", measure: closedBy("agent") },
  closed_by_consumer: { answer: "closedByConsumer", measure: closedBy("consumer") },
  auto_closed: { answer: "autoClosed", measure: closedBy("system") },
  // Described nowhere: taken as conversations closed in the window, each once even if it was resumed and closed again.
  concluded_conversations: {
    answer: "concludedConversations",
    measure: ({ closes }) => new Set(closes.map((close) => close.conversation)).size,
  },
  csat: {
    answer: "csat",
    measure: ({ surveys }) =>
      surveys.length === 0 ? undefined : rounded(count(surveys, (survey) => survey.score >= 4) / surveys.length, 3),
  },
};
