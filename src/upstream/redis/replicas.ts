import { randomUUID } from "node:crypto";
import manifest from "../../../package.json" with { type: "json" };
import type { Clock } from "../../clock.js";
import type { AnswerStore } from "../answers.js";
import type { SharedSpending } from "../budget/caller-budget.js";
import type { CircuitNews } from "../budget/circuit-breaker.js";
import type { Limits } from "../budget/pace.js";
import type { PermitCounter } from "../budget/permit.js";
import type { CallRegistry } from "../coalescing/call-elsewhere.js";
import { Keys } from "./keys.js";
import { RedisLink } from "./link.js";
import { Presence } from "./presence.js";
import { RedisClock } from "./redis-clock.js";
import { SharedAnswers } from "./shared-answers.js";
import { SharedCalls } from "./shared-calls.js";
import { SharedCircuits } from "./shared-circuits.js";
import { SharedCounter } from "./shared-counter.js";
import { SharedCallers } from "./shared-spending.js";

export interface ReplicasOptions {
  /** Answers in this process's memory. */
  local: AnswerStore;
  clock: Clock;
  random: () => number;
  warn: (message: string, error?: unknown) => void;
  tell: (message: string) => void;
  /** Told how long each command took, ms. */
  answered?: (ms: number) => void;
}

/** What this gateway shares with its replicas. */
export interface Replicas {
  readonly answers: AnswerStore;
  readonly calls: CallRegistry;
  /** Counts the permits of one service of an account over all replicas. */
  counter(account: string, service: string, limits: Limits): PermitCounter;
  /** What the replicas tell each other of one circuit. */
  circuit(account: string, service: string): CircuitNews;
  /** What a caller spends over all replicas. */
  spending(caller: string): SharedSpending;
  /** Resolves when Redis was found, or was not: the gateway serves without it as well. To be called when all counters are there. */
  start(): Promise<void>;
  /** "ok", or why nothing is shared now. */
  standing(): string;
  /** To be called when nothing is asked of the platform any more. */
  close(): Promise<void>;
}

export function replicasOf(
  { url, prefix }: { readonly url: string; readonly prefix: string },
  { local, clock: ownClock, random, warn, tell, answered }: ReplicasOptions,
): Replicas {
  const clock = new RedisClock(ownClock);
  const keys = new Keys(prefix, manifest.version);
  const replica = randomUUID();
  const link = new RedisLink({ url, probeKey: keys.probe, clock, random, tell, ...(answered && { answered }) });
  const presence = new Presence(link, keys, replica);
  const answers = new SharedAnswers({ local, link, keys, clock, warn });
  const counters: SharedCounter[] = [];
  const circuits = new SharedCircuits({ replica, link, keys, warn });
  const callers = new SharedCallers({ replica, link, keys, clock, presence, warn });
  return {
    answers,
    circuit: circuits.of,
    spending: callers.of,
    calls: new SharedCalls({ link, keys, clock, answers, replica, now: () => ownClock.now(), warn }),
    counter: (account, service, limits) => {
      const counter = new SharedCounter({ account, service, limits, replica, link, keys, clock, presence, random, warn });
      counters.push(counter);
      return counter;
    },
    start: () => link.start(),
    standing: () => (link.trouble === null ? "ok" : `Redis is away: ${link.trouble}. Nothing is shared with other replicas meanwhile.`),
    close: async () => {
      await Promise.all(counters.map((counter) => counter.close()));
      await presence.leave();
      await link.close();
    },
  };
}
