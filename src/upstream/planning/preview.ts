import { GatewayError } from "../../errors.js";
import { metricsApiOf, type Question, readable } from "../question.js";
import { costOf, type Planned } from "./plan.js";

/** One call of a plan, as explain shows it. */
export interface PlannedCall {
  api: string;
  account: string;
  /** Exchanges it is expected to need; null when nobody knows how many pages it has, one at least. */
  exchanges: number | null;
  call: object;
}

/** Refuses with PLAN_TOO_LARGE what is certain to need more exchanges than a request may cause, after those `spent` already. */
export function refuseAbove(most: number, certain: number, questions: readonly Question[], spent = 0): void {
  if (spent + certain <= most) return;
  const apis = [...new Set(questions.map(({ api }) => metricsApiOf[api]))].join(", ");
  const what = spent > 0 ? `After ${spent} calls, the next stage of this operation` : "This operation";
  throw new GatewayError(
    "PLAN_TOO_LARGE",
    `${what} needs ${certain} calls to the platform (${apis}); one request may cause at most ${most}. Ask for fewer ids with fields that cost a call each (Agent.keyMetrics, Agent.current, AgentGroup.segments), for fewer different windows, or for a shorter interval window.`,
  );
}

export const refuseMoreThan = (most: number, calls: readonly Planned[], spent = 0): void =>
  refuseAbove(
    most,
    costOf(calls),
    calls.flatMap(({ questions }) => questions),
    spent,
  );

export const explained = (calls: readonly Planned[]): PlannedCall[] =>
  calls.map(({ call: { api, ...call }, exchanges, open, questions }) => ({
    api: metricsApiOf[api],
    account: questions[0]!.account,
    exchanges: open ? null : exchanges,
    call: readable(call),
  }));
