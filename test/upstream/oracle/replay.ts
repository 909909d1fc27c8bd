import { type Clock, install } from "@sinonjs/fake-timers";
import { Answers } from "../../../src/upstream/answers/answers.js";
import { type Freshness, keepMs } from "../../../src/upstream/answers/freshness.js";
import { Lane } from "../../../src/upstream/budget/rate-limiter.js";
import type { Call } from "../../../src/upstream/call.js";
import { Coalescer } from "../../../src/upstream/coalescing/coalescer.js";
import { RequestMemory } from "../../../src/upstream/coalescing/memory.js";
import type { Question } from "../../../src/upstream/question.js";
import { pagesOf } from "./sequences/centre.js";
import { replyOf } from "./sequences/replies.js";
import { noon, type Sequence, ttlMs } from "./sequences/sequence.js";
import { warmUp, warmUpMs } from "./sequences/warm-up.js";

const freshness: Freshness = { ttlMs, staleMs: 300_000 };
/** No question of a sequence waits so long, and nothing is put off for longer. */
const deadlineMs = 600_000;
/** No limit makes a call wait. */
const limits = { maxConcurrent: 100, maxPerMinute: 100_000 };

/** What one sequence sent to the platform. */
export interface Replayed {
  exchanges: number;
  /** In order of time, each with the milliseconds after the first arrival at which it started. */
  calls: readonly { at: number; call: Call }[];
}

/**
 * Plays the sequence to a new coalescer in virtual time and counts what reaches the platform. The only file that knows how a
 * coalescer is built and asked. Rejects when a question is not answered, or something went wrong behind it.
 */
export async function replay(sequence: Sequence): Promise<Replayed> {
  const clock = install({ now: noon - warmUpMs, toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  try {
    const sent: { at: number; call: Call }[] = [];
    const failures: unknown[] = [];
    let exchanges = 0;
    let unanswered = 0;
    const asker = askerOf(sequence, clock, {
      failed: (error) => failures.push(error),
      sending: (call) => {
        if (Date.now() < noon) return;
        exchanges++;
        if (call) sent.push({ at: Date.now() - noon, call });
      },
    });
    const ask = (questions: readonly Question[]) => {
      for (const question of questions) {
        unanswered++;
        asker(question).then(
          () => unanswered--,
          (error) => failures.push(error),
        );
      }
    };
    if (sequence.warm) ask(warmUp(sequence.api));
    await until(clock, noon);
    for (const moment of new Set(sequence.arrivals.map(({ at }) => at))) {
      const together = sequence.arrivals.filter(({ at }) => at === moment).map(({ question }) => question);
      clock.setTimeout(() => ask(together), moment);
    }
    await until(clock, noon + sequence.arrivals.at(-1)!.at + deadlineMs);
    if (failures.length > 0) throw failures[0];
    if (unanswered > 0) throw new Error(`${unanswered} questions were never answered: ${JSON.stringify(sequence)}`);
    return { exchanges, calls: sent };
  } finally {
    clock.uninstall();
  }
}

interface Observer {
  /** An exchange leaves; with its call where it is the first of one. */
  sending(call: Call | null): void;
  /** Something went wrong that no asker hears. */
  failed(error: unknown): void;
}

/** Asks a coalescer of its own, each question as a request of its own. */
function askerOf({ centre, latencyMs }: Sequence, clock: Clock, observer: Observer): (question: Question) => Promise<unknown> {
  const now = () => Date.now();
  const lane = new Lane("the platform", limits, now, () => 0);
  const exchange = () => new Promise((done) => clock.setTimeout(done, latencyMs));
  const coalescer = new Coalescer({
    answers: new Answers(1e12, now, (answer) => keepMs(freshness, answer)),
    freshness: () => freshness,
    connect: () => ({
      lane: () => lane,
      fetch: async (call, terms) => {
        const asOf = now();
        const pages = pagesOf(call, centre);
        for (let page = 0; page < pages; page++) {
          terms.sent(false);
          observer.sending(page === 0 ? call : null);
          await exchange();
        }
        return { reply: replyOf(call, centre, asOf), pages, bytes: 100 };
      },
    }),
    now,
    warn: (message, error) => observer.failed(new Error(message, { cause: error })),
  });
  return (question) => {
    const terms = { since: now(), deadline: now() + deadlineMs, priority: "interactive" as const, memory: new RequestMemory() };
    return Promise.all(coalescer.ask([question], { ...terms, saw: () => undefined }));
  };
}

/** Lets time pass to that moment, from timer to timer; after each everything happens that needs no further time. */
async function until(clock: Clock, moment: number): Promise<void> {
  await settled();
  while (clock.countTimers() > 0 && Date.now() < moment) {
    clock.next();
    await settled();
  }
  if (Date.now() < moment) clock.tick(moment - Date.now());
}

const settled = () => new Promise((done) => setImmediate(done));
