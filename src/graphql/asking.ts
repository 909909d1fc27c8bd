import type { Answered, IntervalMetricsReply, KeyMetricsReply, Question, ReplyByApi } from "../upstream/question.js";
import type { GatewayContext } from "./context.js";
import type { Asked } from "./questions/parent.js";

/** The answer, with the names it tells remembered. */
export async function asked<Q extends Question>(context: GatewayContext, question: Q): Promise<Answered<Q>> {
  const answered = await context.ask(question);
  learn(context, question, answered.reply);
  return answered;
}

/** The answer as a source of metrics: its age becomes part of the age of the whole. */
export async function measured<Q extends Question>(context: GatewayContext, question: Q): Promise<Answered<Q>> {
  const answered = await asked(context, question);
  context.freshness.note(answered.reply.asOf, answered.stale);
  return answered;
}

/**
 * What `read` makes of the answer to a field's one question; null when the field means nothing; `hollow` when nothing selected
 * below it needs an answer.
 */
export async function answerTo<Q extends Question, T>(
  context: GatewayContext,
  questions: Asked<Q>,
  read: (answered: Answered<Q>, question: Q) => T | null,
  hollow: () => T,
): Promise<T | null> {
  if (!questions) return null;
  const [question] = questions;
  return question ? read(await measured(context, question), question) : hollow();
}

function learn(context: GatewayContext, question: Question, reply: ReplyByApi[Question["api"]]): void {
  const { directoryMemory, now } = context;
  if (question.api === "interval-metrics") directoryMemory.learnIntervals(question, reply as IntervalMetricsReply, now());
  if (question.api === "key-metrics" && question.of !== "total")
    directoryMemory.learnKeys(question, question.of, reply as KeyMetricsReply, now());
}
