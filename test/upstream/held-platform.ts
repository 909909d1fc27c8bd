import type { GatewayError } from "../../src/errors.js";
import { hourMs, minuteMs, slotsOf, type Window } from "../../src/time.js";
import { Answers } from "../../src/upstream/answers.js";
import type { Call } from "../../src/upstream/call.js";
import { Coalescer } from "../../src/upstream/coalescer.js";
import { serviceOf } from "../../src/upstream/connection.js";
import { type Freshness, keepMs } from "../../src/upstream/freshness.js";
import { RequestMemory } from "../../src/upstream/memory.js";
import type { Answered, ApiName, Question, ReplyByApi, Rows } from "../../src/upstream/question.js";
import { Lane, type Limits, type Priority } from "../../src/upstream/scheduler.js";
import type { AskTerms, Sighting } from "../../src/upstream/waiter.js";

/** Ids that the platform has of every kind. */
export const everyId = ["1", "2", "3", "4", "5"];

/** Whose interval rows are those of bots. */
export const botId = "5";

/** A call that reached the platform, under the test's control. */
export interface Sent {
  call: Call;
  account: string;
  credential: string;
  asOf: number;
  /** The latest deadline of those who wait, as the call knows it now. */
  deadline(): number;
  priority(): Priority;
  answer(pending?: readonly Window[]): void;
  fail(error: GatewayError): void;
}

export interface Told {
  answered?: Answered<Question>;
  error?: GatewayError;
  seen: Sighting[];
}

export const freshness: Freshness = {
  ttlMs: { segments: 15_000, keyMetrics: 15_000, current: 10_000, intervals: 60_000, closedIntervals: 24 * hourMs },
  staleMs: 300_000,
};

interface Settings {
  limits?: Limits;
  freshness?: Freshness;
  maxBytes?: number;
  /** Size of every answer. */
  bytes?: number;
}

/** A coalescer before a platform that answers when the test says so, every figure telling whose it is. Needs fake timers. */
export class HeldPlatform {
  readonly sent: Sent[] = [];
  readonly warnings: string[] = [];
  readonly coalescer: Coalescer;
  readonly #lanes = new Map<string, Lane>();

  constructor(private readonly settings: Settings = {}) {
    const ages = settings.freshness ?? freshness;
    const now = () => Date.now();
    this.coalescer = new Coalescer({
      answers: new Answers(settings.maxBytes ?? 100_000_000, now, (answer) => keepMs(ages, answer)),
      freshness: () => ages,
      connect: (account, credential) => ({
        lane: (service) => this.lane(account, service),
        fetch: (call, terms) => {
          terms.sent(false);
          return new Promise((resolve, reject) => {
            const asOf = now();
            const { deadline, priority } = terms;
            const answer = (pending: readonly Window[] = []) =>
              resolve({ reply: replyTo(call, account, credential, asOf, pending), pages: 1, bytes: settings.bytes ?? 100 });
            this.sent.push({ call, account, credential, asOf, deadline, priority, answer, fail: reject });
          });
        },
      }),
      now,
      warn: (message) => this.warnings.push(message),
    });
  }

  lane(account: string, service: string = serviceOf["skill-segments"]): Lane {
    const key = `${account} ${service}`;
    const limits = this.settings.limits ?? { maxConcurrent: 4, maxPerMinute: 120 };
    const lane =
      this.#lanes.get(key) ??
      new Lane(
        key,
        limits,
        () => Date.now(),
        () => 0,
      );
    this.#lanes.set(key, lane);
    return lane;
  }

  terms(seen: Sighting[] = [], { deadlineMs = 15_000, priority = "interactive" as Priority } = {}): AskTerms {
    const since = Date.now();
    return { since, deadline: since + deadlineMs, priority, memory: new RequestMemory(), saw: (sighting) => seen.push(sighting) };
  }

  /** Asks as one request would; each promise tells how its question ended. */
  ask(questions: readonly Question[], options?: { deadlineMs?: number; priority?: Priority }): Promise<Told>[] {
    const seen: Sighting[] = [];
    return this.askOn(this.terms(seen, options), questions, seen);
  }

  askOn(terms: AskTerms, questions: readonly Question[], seen: Sighting[] = []): Promise<Told>[] {
    return this.coalescer.ask(questions, terms).map((promise) =>
      promise.then(
        (answered) => ({ answered, seen }),
        (error: GatewayError) => ({ error, seen }),
      ),
    );
  }
}

/** Whose figure it is: different for every account and credential. */
export const ownerOf = (account: string, credential: string): number =>
  [...`${account}/${credential}`].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);

function replyTo(call: Call, account: string, credential: string, asOf: number, pending: readonly Window[]): ReplyByApi[ApiName] {
  const owner = ownerOf(account, credential);
  const values = (id: string | null) => ({ owner, id: id === null ? null : Number(id), asOf });
  const rows = (ids: "all" | readonly string[]): Rows => new Map((ids === "all" ? everyId : ids).map((id) => [id, values(id)]));
  const back = (lastMinutes: number): Window => ({ from: asOf - lastMinutes * minuteMs, to: asOf });
  switch (call.api) {
    case "skill-segments": {
      const level = (window: Window) => ({ window, skills: rows(call.skills), total: values(null) });
      return { asOf, ...level(back(call.lastMinutes)), intervals: cut(back(call.lastMinutes), call.everyMinutes)?.map(level) ?? null };
    }
    case "agent-segments": {
      const split = call.skills;
      const bySkill = split && new Map((split === "all" ? everyId : split).map((id) => [id, rows(call.agents)]));
      const level = (window: Window) => ({ window, agents: rows(call.agents), bySkill, total: values(null) });
      return { asOf, ...level(back(call.lastMinutes)), intervals: cut(back(call.lastMinutes), call.everyMinutes)?.map(level) ?? null };
    }
    case "key-metrics": {
      const window = "lastMinutes" in call.window ? back(call.window.lastMinutes) : call.window;
      const ids = (call.groupBy === "skillId" ? call.filters.skillIds : call.filters.agentGroupIds) ?? everyId;
      const list = ids.map((id) => ({ id, name: null, byTime: values(id), current: values(id) }));
      return { asOf, window, rows: call.groupBy ? list : [], count: list.length, total: { byTime: values(null), current: values(null) } };
    }
    case "interval-metrics": {
      const slots = slotsOf(call.window, call.everyMinutes * minuteMs);
      const done = slots.filter((slot) => !pending.some(({ from, to }) => slot.from < to && from < slot.to));
      const kind = call.grouping[0] ?? "SKILL";
      const picked = call.filters[kind];
      const list = done.flatMap((window) =>
        (picked ? [picked] : everyId)
          .filter((id) => call.includeBotSkills || id !== botId)
          .map((id) => ({
            window,
            ids: { [kind]: id },
            skillName: null,
            agentGroupName: null,
            agentName: null,
            agentLogin: null,
            human: id !== botId,
            values: values(id),
          })),
      );
      return { asOf, window: call.window, rows: list, pending };
    }
  }
}

const cut = (window: Window, everyMinutes: number | null): Window[] | null =>
  everyMinutes === null ? null : slotsOf(window, everyMinutes * minuteMs);
