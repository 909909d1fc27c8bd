import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.js";
import type { AccountConfig } from "../config/account-settings.js";
import { GatewayError } from "../errors.js";
import type { Merge } from "../merges.js";
import type { Exchange } from "../upstream/call.js";
import { createTransport } from "../upstream/transport/transport.js";
import { bothWays, type Pair, type Reading } from "./both-ways.js";

/** What asking a real account both ways has shown of one assumption. */
export interface Verdict {
  /** The merge that rests on it; null: none that could be turned off. */
  merge: Merge | null;
  outcome: "holds" | "fails" | "undecided";
  /** In plain words. */
  said: string;
}

const deadlineMs = 30_000;
/** Figures move while they are compared: this often a pair is asked again. */
const mostTries = 5;
/** So many times the two must differ while the figures stood still, before the platform is blamed. */
const certain = 2;

/**
 * Asks the account in two ways for each thing that merging takes for granted, one call after the other. Figures that move
 * between two equal calls are asked for again; what never stands still is undecided.
 */
export async function* verify(account: AccountConfig, clock: Clock): AsyncGenerator<Verdict> {
  const transport = createTransport(account, {}, clock);
  const exchange: Exchange = (request) => transport.exchange(request, { deadline: clock.monotonic() + deadlineMs });
  try {
    for await (const pair of bothWays({ account: account.id, source: account.source, exchange, now: clock.now })) yield await judged(pair);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    yield { merge: null, outcome: "undecided", said: `the rest could not be asked. ${error.message}` };
  } finally {
    await transport.close();
  }
}

async function judged({ merge, assumption, alone, shared }: Pair): Promise<Verdict> {
  let differed = 0;
  for (let tries = 0; tries < mostTries; tries++) {
    const before = await alone();
    const together = await shared();
    if (!isDeepStrictEqual(before, await alone())) continue;
    if (isEmpty(before) && isEmpty(together))
      return { merge, outcome: "undecided", said: `${assumption}: there were no figures to compare.` };
    if (isDeepStrictEqual(before, together)) return { merge, outcome: "holds", said: `${assumption}.` };
    if (++differed === certain)
      return { merge, outcome: "fails", said: `${assumption}: ${difference(before, together)}. ${advice(merge)}` };
  }
  return { merge, outcome: "undecided", said: `${assumption}: the figures did not stand still; ask again when it is quiet.` };
}

const isEmpty = (reading: Reading): boolean =>
  Object.values(reading).every((values) => Object.values(values ?? {}).every((value) => !value));

function difference(alone: Reading, shared: Reading): string {
  const names = [...new Set([...Object.keys(alone), ...Object.keys(shared)])];
  const found = names.flatMap((name) => {
    const [one, other] = [alone[name], shared[name]];
    if (!one || !other)
      return isDeepStrictEqual(one, other)
        ? []
        : [`${name} is ${one ? "there" : "missing"} alone and ${other ? "there" : "missing"} together`];
    const metrics = Object.keys(one).filter((metric) => one[metric] !== other[metric]);
    return metrics.map((metric) => `${metric} of ${name} is ${one[metric]} alone and ${other[metric]} together`);
  });
  return found[0] ?? "the two differ";
}

const advice = (merge: Merge | null): string =>
  merge === null ? "No setting changes this: please report it." : `Set LP_MERGES_OFF to a list with ${merge}.`;
