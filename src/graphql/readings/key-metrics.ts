import type { KeyMetricsQuestion, KeyMetricsReply } from "../../upstream/question.js";
import { answerTo } from "../asking.js";
import type { GatewayContext } from "../context.js";
import type { Asked } from "../questions/parent.js";
import { CurrentMetrics } from "../types/current-metrics.js";
import { KeyMetrics } from "../types/key-metrics.js";
import { unmeasured } from "./unmeasured.js";

/** Where in an answer an object's figures are. */
type Figures = (reply: KeyMetricsReply) => KeyMetricsReply["total"] | undefined;

export const totalFigures: Figures = ({ total }) => total;
export const figuresOf =
  (id: string): Figures =>
  ({ byId }) =>
    byId.get(id);

/** The metrics over the window; null when the answer has none for the object. */
export const keyMetrics = (context: GatewayContext, questions: Asked<KeyMetricsQuestion>, figures: Figures): Promise<KeyMetrics | null> =>
  answerTo(
    context,
    questions,
    ({ reply, stale }) => {
      const found = figures(reply);
      return found ? new KeyMetrics(found.byTime, { asOf: reply.asOf, stale, window: reply.window }) : null;
    },
    () => new KeyMetrics({}, unmeasured),
  );

/** The metrics as they stand; null when the answer has none for the object. */
export const currentMetrics = (
  context: GatewayContext,
  questions: Asked<KeyMetricsQuestion>,
  figures: Figures,
): Promise<CurrentMetrics | null> =>
  answerTo(
    context,
    questions,
    ({ reply, stale }) => {
      const found = figures(reply);
      return found ? new CurrentMetrics(found.current, { asOf: reply.asOf, stale }) : null;
    },
    () => new CurrentMetrics({}, unmeasured),
  );
