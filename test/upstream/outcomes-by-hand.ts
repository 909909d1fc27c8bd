import { type ErrorCode, type ErrorFacts, GatewayError } from "../../src/errors.js";
import type { Question } from "../../src/upstream/question.js";
import { noon } from "./fake-time.js";
import { type Ended, HeldPlatform, one } from "./held-platform.js";
import { skillRows } from "./questions-by-hand.js";

/** What the transport says of an exchange that failed. */
export const failure = (code: ErrorCode, facts: ErrorFacts = {}) => new GatewayError(code, "The platform said so.", facts);

export const broken = failure("UPSTREAM_UNAVAILABLE", { status: 503 });
export const rejected = failure("UPSTREAM_REJECTED", { status: 400 });
export const malformed = failure("UPSTREAM_INVALID_RESPONSE");
export const limitedFor = (retryAfterMs: number) => failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs });

type Settings = ConstructorParameters<typeof HeldPlatform>[0];

/** A platform that does these, one exchange after the other, and the last for ever. */
export function platformOver(outcomes: readonly (Error | "ok" | "hang" | "renew")[], settings: Settings = {}): HeldPlatform {
  return new HeldPlatform({
    retryPausesMs: [5_000, 10_000, 15_000],
    receives: (sent, index) => {
      const outcome = outcomes[Math.min(index, outcomes.length - 1)];
      if (outcome instanceof Error) sent.fail(outcome);
      else if (outcome === "renew") sent.renew();
      else if (outcome === "ok") sent.answer();
    },
    ...settings,
  });
}

/** When each exchange left, in ms since noon. */
export const sentAt = ({ sent }: HeldPlatform): number[] => sent.map(({ asOf }) => asOf - noon);

/** A question of the operations API that shares a call with none of another number. */
export const numbered = (lastMinutes: number): Question => skillRows({ lastMinutes });

/** How a question ended, and after how long. */
export async function endOf(
  platform: HeldPlatform,
  question: Question,
  options: Parameters<HeldPlatform["ask"]>[1] = {},
): Promise<Ended & { code?: ErrorCode; facts?: ErrorFacts; afterMs: number }> {
  const begun = performance.now();
  const ended = await one(platform.ask([question], options));
  const { error } = ended;
  return { ...ended, ...(error && { code: error.code, facts: error.extensions }), afterMs: performance.now() - begun };
}
