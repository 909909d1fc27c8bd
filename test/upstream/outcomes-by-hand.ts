import { type ErrorFacts, GatewayError } from "../../src/errors.js";
import type { Limits } from "../../src/upstream/budget/pace.js";
import type { ExchangeRequest, ExchangeResponse } from "../../src/upstream/call.js";
import { type ExchangeTerms, type Send, Upstream } from "../../src/upstream/transport/upstream.js";
import { noon } from "./fake-time.js";

export const request: ExchangeRequest = { service: "operations", method: "GET", path: "/operations/api/account/a/msgskillsegments" };
export const ok: ExchangeResponse = { status: 200, body: {}, bytes: 2, askedAt: noon };
export const failure = (code: ConstructorParameters<typeof GatewayError>[0], facts: ErrorFacts = {}) =>
  new GatewayError(code, "The platform said so.", facts);
export const broken = failure("UPSTREAM_UNAVAILABLE", { status: 503 });

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function upstreamBy(send: Send, limits: Limits = { maxConcurrent: 4, maxPerMinute: 120 }): Upstream {
  const retryPausesMs = [5_000, 10_000, 15_000];
  return new Upstream({ account: "a", limits, retryPausesMs, send, sleep: pause, now: () => Date.now(), random: () => 0 });
}

/** An upstream whose platform answers as told, one outcome after the other, the last one for ever. */
export function upstreamOver(outcomes: readonly (GatewayError | ExchangeResponse | "hang")[], limits?: Limits) {
  const sentAt: number[] = [];
  const send: Send = async (_, { sending }) => {
    sending?.();
    const outcome = outcomes[Math.min(sentAt.length, outcomes.length - 1)];
    sentAt.push(Date.now() - noon);
    if (outcome === "hang") return new Promise<never>(() => undefined);
    if (outcome instanceof GatewayError) throw outcome;
    return outcome!;
  };
  return { upstream: upstreamBy(send, limits), sentAt };
}

export const terms = (withinMs: number, more: Partial<ExchangeTerms> = {}): ExchangeTerms => {
  const deadline = Date.now() + withinMs;
  return { deadline: () => deadline, priority: () => "interactive", sent: () => undefined, ...more };
};

/** How an exchange ended: its status or its error, and after how long. */
export async function ended(
  exchange: Promise<ExchangeResponse>,
): Promise<{ status?: number; code?: string; facts?: ErrorFacts; afterMs: number }> {
  const begun = Date.now();
  try {
    const { status } = await exchange;
    return { status, afterMs: Date.now() - begun };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { code: error.code, facts: error.extensions, afterMs: Date.now() - begun };
  }
}
