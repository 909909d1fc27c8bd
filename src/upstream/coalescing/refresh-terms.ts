import { RequestMemory } from "./memory.js";
import type { AskTerms } from "./waiter.js";

/** A refresh behind a stale answer has this long, whoever asked. */
const refreshMs = 60_000;

/** The terms of a refresh that begins now: nobody waits for it, but who caused it bears it. `now` in epoch ms. */
export const refreshTerms = (now: number, { charge }: AskTerms): AskTerms => ({
  since: now,
  deadline: now + refreshMs,
  priority: "refresh",
  memory: new RequestMemory(),
  ...(charge && { charge }),
  saw: () => undefined,
});
