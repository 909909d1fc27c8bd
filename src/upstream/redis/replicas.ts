import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Clock } from "../../clock.js";
import type { AnswerStore } from "../answers/answer-store.js";
import { Keys } from "./keys.js";
import { RedisLink } from "./link.js";
import { RedisClock } from "./redis-clock.js";
import { SharedAnswers } from "./shared-answers.js";

export interface ReplicasOptions {
  /** Answers in this process's memory. */
  local: AnswerStore;
  clock: Clock;
  random: () => number;
  warn: (message: string, error?: unknown) => void;
  tell: (message: string) => void;
}

/** What this gateway shares with its replicas. */
export interface Replicas {
  readonly answers: AnswerStore;
  /** "ok", or why nothing is shared now. */
  standing(): string;
  close(): Promise<void>;
}

const manifest = z.object({ version: z.string() });
const release = (): string => manifest.parse(JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"))).version;

/** Resolves when Redis was found, or was not: the gateway serves without it as well. */
export async function joinReplicas(
  { url, prefix }: { readonly url: string; readonly prefix: string },
  { local, clock, random, warn, tell }: ReplicasOptions,
): Promise<Replicas> {
  const redisClock = new RedisClock(clock);
  const keys = new Keys(prefix, release());
  const link = new RedisLink({ url, probeKey: keys.probe, clock: redisClock, random, tell });
  const answers = new SharedAnswers({ local, link, keys, clock: redisClock, warn });
  await link.start();
  return {
    answers,
    standing: () => (link.trouble === null ? "ok" : `Redis is away: ${link.trouble}. Nothing is shared with other replicas meanwhile.`),
    close: () => link.close(),
  };
}
