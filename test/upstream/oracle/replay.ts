import { type Clock, install } from "@sinonjs/fake-timers";
import { type Freshness, MemoryAnswerStore, momentOf } from "../../../src/upstream/answers.js";
import { rowsById } from "../../../src/upstream/apis/key-metrics/fetch.js";
import { apis } from "../../../src/upstream/apis/registry.js";
import { CircuitBreaker } from "../../../src/upstream/budget/circuit-breaker.js";
import { RateLimiter } from "../../../src/upstream/budget/rate-limiter.js";
import type { Call, CallContext, ExchangeRequest } from "../../../src/upstream/call.js";
import { Coalescer } from "../../../src/upstream/coalescing/coalescer.js";
import { ExchangeTimes, type Session } from "../../../src/upstream/coalescing/reading.js";
import { type ApiName, keysPerPage, type Question } from "../../../src/upstream/question.js";
import { pagesOf } from "./sequences/centre.js";
import { replyOf } from "./sequences/replies.js";
import { noon, type Sequence, ttlMs } from "./sequences/sequence.js";
import { warmUp, warmUpMs } from "./sequences/warm-up.js";

const freshness: Freshness = { ttlMs, staleMs: 300_000 };
/** No question of a sequence waits so long, and nothing is put off for longer. */
const deadlineMs = 600_000;
/** No limit makes a call wait. */
const limits = { maxConcurrent: 100, maxPerMinute: 100_000 };

/** The clocks as they are faked. */
const fakedClock = { now: () => Date.now(), monotonic: () => performance.now() };

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
  const limiter = new RateLimiter({ name: "the platform", limits, clock: fakedClock, random: () => 0 });
  const circuit = new CircuitBreaker({ name: "the platform", account: "a", clock: fakedClock, random: () => 0 });
  const times = new ExchangeTimes();
  const session: Session = {
    account: "a",
    source: "test",
    clock: fakedClock,
    limiter,
    circuit,
    times,
    retryPausesMs: [],
    fetch: (async (call: Call, { exchange, expects }: CallContext) => {
      const asOf = Date.now();
      const pages = pagesOf(call, centre);
      let read = 0;
      while (read < pages && (read !== 1 || expects(pages - 1))) {
        await exchange({ call: read === 0 ? call : null } as unknown as ExchangeRequest);
        read++;
      }
      const whole = replyOf(call, centre, asOf);
      const reply = read < pages && "byId" in whole ? { ...whole, ...rowsById(whole.rows.slice(0, read * keysPerPage)) } : whole;
      return { reply, pages: read, bytes: 100, remarks: [] };
    }) as unknown as Session["fetch"],
    send: async (request, { sending }) => {
      await sending?.();
      observer.sending((request as unknown as { call: Call | null }).call);
      const askedAt = Date.now();
      await new Promise((done) => clock.setTimeout(done, latencyMs));
      return { status: 200, body: {}, bytes: 100, askedAt };
    },
    sleep: async () => undefined,
    health: { well: () => undefined, ill: (_, error) => observer.failed(error) },
  };
  const sessions = Object.fromEntries(apis.map(({ name }) => [name, session])) as Record<ApiName, Session>;
  const coalescer = new Coalescer({
    store: new MemoryAnswerStore(1e12, () => undefined),
    accounts: { get: () => ({ freshness, sessions }) },
    clock: fakedClock,
    warn: (message, error) => observer.failed(new Error(message, { cause: error })),
  });
  return async (question) => {
    const begun = momentOf(fakedClock);
    const { asks } = coalescer.ask([question], {
      begun,
      deadline: begun.monotonic + deadlineMs,
      priority: "interactive",
      caller: "anybody",
      memory: { answers: new Map(), failures: new Map() },
      charge: () => ({ more: () => null, settle: () => undefined }),
      most: () => Number.POSITIVE_INFINITY,
      saw: () => undefined,
    });
    const { failed } = await asks[0]!.outcome;
    if (failed[0]) throw failed[0].error;
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
