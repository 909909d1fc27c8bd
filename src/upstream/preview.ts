import { GatewayError } from "../errors.js";
import { costOf, type Planned } from "./plan.js";
import { metricsApiOf } from "./question.js";

/** One call of a plan, as explain shows it. */
export interface PlannedCall {
  api: string;
  account: string;
  /** Exchanges it is expected to need. */
  exchanges: number;
  call: object;
}

/** Refuses with PLAN_TOO_LARGE what is certain to need more exchanges than a request may cause, after those `spent` already. */
export function refuseMoreThan(most: number, calls: readonly Planned[], spent = 0): void {
  const certain = costOf(calls);
  if (spent + certain <= most) return;
  const apis = [...new Set(calls.map(({ call }) => metricsApiOf[call.api]))].join(", ");
  throw new GatewayError(
    "PLAN_TOO_LARGE",
    `${spent > 0 ? `After ${spent} calls, the next stage of this operation` : "This operation"} needs ${certain} calls to the platform (${apis}); one request may cause at most ${most}. Ask for fewer ids with fields that cost a call each (Agent.keyMetrics, Agent.current, AgentGroup.segments), for fewer different windows, or for a shorter interval window.`,
  );
}

export const explained = (calls: readonly Planned[]): PlannedCall[] =>
  calls.map(({ call: { api, ...call }, exchanges, questions }) => ({
    api: metricsApiOf[api],
    account: questions[0]!.account,
    exchanges,
    call,
  }));
