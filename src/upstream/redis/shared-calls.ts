import { LRUCache } from "lru-cache";
import type { z } from "zod";
import type { GatewayError } from "../../errors.js";
import type { AnswerRecord } from "../apis/descriptor.js";
import type { Call } from "../call.js";
import { CallElsewhere, type CallRegistry, type Claim, type ElsewhereListener } from "../coalescing/call-elsewhere.js";
import type { Scope } from "../plan.js";
import { description, errorOf, failureOf, type Message, message, type Word } from "./call-messages.js";
import { claim, hold, look, tell } from "./call-scripts.js";
import { digestOf, type Keys } from "./keys.js";
import { RedisAway, type RedisLink } from "./link.js";
import type { RedisClock } from "./redis-clock.js";
import { GarbledReply, listOf, numberOf, textOf } from "./script.js";
import type { SharedAnswers } from "./shared-answers.js";

export interface SharedCallsOptions {
  link: RedisLink;
  keys: Keys;
  clock: RedisClock;
  answers: SharedAnswers;
  /** Names this replica. */
  replica: string;
  /** Wall clock, epoch ms. */
  now: () => number;
  warn: (message: string, error?: unknown) => void;
}

/** A replica that has not said for so long that it still makes a call does not make it. */
const leaseMs = 3_000;
/** How much longer others wait for it than its lease. */
const graceMs = 100;
/** Calls that are over and remembered as such: word of it may come before word of the call. */
const mostEnded = 10_000;

interface Mine {
  readonly id: string;
  readonly scope: Scope;
  call: Call;
  /** Redis' time; null until it was sent. */
  sentAt: number | null;
}

/**
 * The calls of all replicas, in Redis. A call may be made by one that knows every other call and every answer of its scope: of those who would
 * make the same one at the same time, one does, and the others join it. What happens to a call is published. Messages may be lost: whoever waits
 * looks again when the lease of the replica that makes the call ends.
 */
export class SharedCalls implements CallRegistry {
  readonly #mine = new Map<string, Mine>();
  readonly #known = new Map<string, { readonly call: CallElsewhere; timer?: NodeJS.Timeout }>();
  readonly #byScope = new Map<Scope, Set<CallElsewhere>>();
  readonly #ended = new LRUCache<string, true>({ max: mostEnded });
  #listener: ElsewhereListener | undefined;
  #lastId = 0;

  constructor(private readonly options: SharedCallsOptions) {
    const { link, keys } = options;
    link.on(keys.callsChannel, (text) => this.#heard(text));
    link.onChange({
      // Redis may have forgotten what this replica is doing.
      joined: async () => {
        await Promise.all([...this.#mine.values()].map((mine) => this.#claims(mine, true)));
      },
      beat: async () => {
        await Promise.all([...this.#mine.values()].map(({ id, scope }) => link.run(hold, this.#keys(scope), [id, String(leaseMs)])));
      },
      left: () => {
        for (const { call } of [...this.#known.values()]) this.#over(call, null);
      },
    });
  }

  known = (scope: Scope): readonly CallElsewhere[] => [...(this.#byScope.get(scope) ?? [])];

  onEvent(listener: ElsewhereListener): void {
    this.#listener = listener;
  }

  async claim(scope: Scope, call: Call, isFixed: boolean): Promise<Claim | null> {
    const { link, replica } = this.options;
    const mine: Mine = { id: `${replica}:${this.#lastId++}`, scope, call, sentAt: null };
    try {
      if (link.isUp && !(await this.#claims(mine, isFixed))) return null;
    } catch (error) {
      // Without Redis each replica makes its own calls, within its share.
      this.#failed(error);
    }
    this.#mine.set(mine.id, mine);
    return this.#claimOf(mine);
  }

  #keys(scope: Scope): [calls: string, asks: string] {
    const { calls, asks } = this.options.keys.calls(digestOf(scope.key));
    return [calls, asks];
  }

  // ------------------------------------------------------------ own calls

  async #claims(mine: Mine, isFixed: boolean): Promise<boolean> {
    const { link, keys, answers } = this.options;
    const { id, scope } = mine;
    const known = this.known(scope).map((call) => call.id);
    const told = { id, asks: asksOf(mine), leaseMs, known, answers: answers.seen(scope.key), isFixed };
    const its = [...this.#keys(scope), keys.versions(digestOf(scope.key))];
    const [granted, hasNewAnswer, calls] = listOf(await link.run(claim, its, [JSON.stringify(told)]));
    if (numberOf(granted) === 1) return true;
    if (numberOf(hasNewAnswer) === 1) answers.changed(scope.key);
    const found = listOf(calls);
    for (let at = 0; at < found.length; at += 2) this.#appears(scope, textOf(found[at]), textOf(found[at + 1]));
    return false;
  }

  #claimOf(mine: Mine): Claim {
    const { clock } = this.options;
    return {
      sent: (call, at) => {
        mine.call = call;
        mine.sentAt = clock.isSet ? clock.toRedis(at.monotonic) : null;
        if (mine.sentAt !== null) void this.#tell(mine, { is: "sent", at: mine.sentAt });
      },
      failing: (error, nextTryAt) =>
        void (clock.isSet && this.#tell(mine, { is: "failing", error: failureOf(error), nextTryAt: clock.toRedis(nextTryAt) })),
      overdue: () => void this.#tell(mine, { is: "overdue" }),
      ended: (end) => void this.#ends(mine, end),
    };
  }

  async #ends(mine: Mine, end: Parameters<Claim["ended"]>[0]): Promise<void> {
    // Until its answer can be found, the call is held: else another replica would make it.
    const version = end && "record" in end ? await this.options.answers.shared(end.record) : null;
    this.#mine.delete(mine.id);
    const error = end && "error" in end ? failureOf(end.error) : null;
    await this.#tell(mine, version === null ? { is: "ended", error } : { is: "landed", version }, true);
  }

  async #tell(mine: Mine, word: Word, isOver = false): Promise<void> {
    const { link, keys } = this.options;
    if (!link.isUp) return;
    const text = JSON.stringify({ ...word, id: mine.id });
    try {
      await link.run(tell, this.#keys(mine.scope), [mine.id, isOver ? "" : asksOf(mine), keys.callsChannel, text]);
    } catch (error) {
      this.#failed(error);
    }
  }

  // ------------------------------------------------------------ calls of others

  #appears(scope: Scope, id: string, text: string): void {
    const { clock, now, warn } = this.options;
    // It may be over by now, or one that another replica has described in a way of its own: then it is claimed beside it.
    if (this.#known.has(id) || this.#ended.has(id)) return;
    try {
      const { call, sentAt } = description.parse(JSON.parse(text));
      const appeared = new CallElsewhere(id, scope, scope.api.stored.readCall(call));
      if (sentAt !== null) appeared.sent({ now: now() - (clock.now() - sentAt), monotonic: clock.toMonotonic(sentAt) });
      this.#known.set(id, { call: appeared });
      this.#byScope.set(scope, (this.#byScope.get(scope) ?? new Set()).add(appeared));
      this.#watch(appeared, leaseMs);
      this.#listener?.changed(scope);
    } catch (error) {
      warn("A call in Redis is not well formed, and was removed", error);
      void this.#tell({ id, scope, call: {} as Call, sentAt: null }, { is: "ended", error: null }, true);
    }
  }

  #watch(call: CallElsewhere, afterMs: number): void {
    const known = this.#known.get(call.id);
    if (!known) return;
    known.timer = setTimeout(async () => {
      const { link } = this.options;
      try {
        const leftMs = numberOf(await link.run(look, [this.#keys(call.plan.scope)[0]], [call.id]));
        if (leftMs > 0) this.#watch(call, leftMs);
        else this.#over(call, null);
      } catch (error) {
        this.#failed(error);
      }
    }, afterMs + graceMs);
  }

  #heard(text: string): void {
    const { clock, now, warn } = this.options;
    let said: Message;
    try {
      said = message.parse(JSON.parse(text));
    } catch (error) {
      warn("A message about a call is not well formed", error);
      return;
    }
    if (said.is === "landed" || said.is === "ended") this.#ended.set(said.id, true);
    const call = this.#known.get(said.id)?.call;
    if (!call) return;
    switch (said.is) {
      case "sent":
        call.sent({ now: now() - (clock.now() - said.at), monotonic: clock.toMonotonic(said.at) });
        break;
      case "failing":
        call.failing = errorOf(said.error);
        call.state = "backing off";
        this.#listener?.failing(call, call.failing, clock.toMonotonic(said.nextTryAt));
        break;
      case "overdue":
        call.state = "overdue";
        this.#listener?.overdue(call);
        break;
      case "landed":
        void this.#landed(call, said.version);
        break;
      case "ended":
        this.#over(call, said.error && errorOf(said.error));
    }
  }

  async #landed(call: CallElsewhere, version: string): Promise<void> {
    const { answers } = this.options;
    const record: AnswerRecord | undefined = await answers.find(call.plan.scope.key, version).catch((error) => {
      this.#failed(error);
      return undefined;
    });
    if (!record) this.#over(call, null);
    else if (this.#forget(call)) this.#listener?.landed(call, record);
  }

  #over(call: CallElsewhere, error: GatewayError | null): void {
    if (this.#forget(call)) this.#listener?.ended(call, error);
  }

  /** False when it was forgotten before. */
  #forget(call: CallElsewhere): boolean {
    const { scope } = call.plan;
    const known = this.#known.get(call.id);
    clearTimeout(known?.timer);
    if (!this.#known.delete(call.id)) return false;
    const others = this.#byScope.get(scope);
    others?.delete(call);
    if (others?.size === 0) this.#byScope.delete(scope);
    this.#listener?.changed(scope);
    return true;
  }

  #failed(error: unknown): void {
    if (error instanceof GarbledReply) this.options.link.distrust(error);
    else if (!(error instanceof RedisAway)) this.options.warn("A call could not be shared", error);
  }
}

const asksOf = ({ call, sentAt }: Mine): string => JSON.stringify({ call, sentAt } satisfies z.input<typeof description>);
