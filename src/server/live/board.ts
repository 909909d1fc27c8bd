import type { GraphQLFormattedError } from "graphql";
import { type AbandonedSignal, Abandonment } from "../../graphql/context.js";
import type { Caller } from "../gateway-port.js";
import type { LiveOperation } from "./admission.js";
import type { State } from "./state.js";
import type { LiveTime } from "./time.js";

/** Somebody who is sent the states of a board. */
export interface Subscriber {
  readonly caller: Caller;
  /** Resolves with whether it may still see what it sees; if not it has been told so, and leaves. */
  isStillAllowed(): Promise<boolean>;
  next(state: State): void;
  /** No further state comes. */
  end(errors: readonly GraphQLFormattedError[]): void;
}

/** Makes one state for callers who share it; never rejects. `gone`: nobody waits for it any more. */
export type MakeState = (
  operation: LiveOperation,
  callers: readonly Caller[],
  which: "first" | "next",
  gone: AbandonedSignal,
) => Promise<State>;

export interface BoardOptions {
  operation: LiveOperation;
  make: MakeState;
  time: LiveTime;
  /** Nobody is left, or the operation was refused: the board is over. */
  over: () => void;
  /** Told of a bug. */
  failed: (error: unknown) => void;
}

/** A state is sent again after so long although nothing has changed, ms: a client then knows that it is not forgotten. */
const resendMs = 60_000;
/** What failed is not asked again sooner, ms: a platform in trouble is not asked faster than one that is well. */
const retryMs = 10_000;

/**
 * One subscription with all who share it: the same operation, variables and rights. A state is made when something that was selected is
 * no longer fresh, once for all, and sent when it differs from the one before.
 */
export class Board {
  readonly #subscribers = new Set<Subscriber>();
  readonly #gone = new Abandonment();
  #latest: State | null = null;
  #sent: State | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  #isOver = false;
  #turn = 0;
  #wake: () => void = () => undefined;

  constructor(private readonly options: BoardOptions) {}

  /** The first subscriber starts the board; a later one gets the present state at once. */
  join(subscriber: Subscriber): void {
    const isFirst = this.#subscribers.size === 0;
    this.#subscribers.add(subscriber);
    if (isFirst) this.#run().catch(this.options.failed);
    else if (this.#latest) subscriber.next(this.#latest);
  }

  leave(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber) && this.#subscribers.size === 0) this.#end();
  }

  /** Ends for all, with these errors. */
  end(errors: readonly GraphQLFormattedError[]): void {
    const all = [...this.#subscribers];
    this.#subscribers.clear();
    this.#end();
    for (const subscriber of all) subscriber.end(errors);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#gone.abort();
    this.#wake();
    this.options.over();
  }

  async #run(): Promise<void> {
    const { operation, make, time } = this.options;
    for (let which: "first" | "next" = "first"; !this.#isOver; which = "next") {
      const begunAt = time.monotonic();
      if (which === "next") await this.#check();
      if (this.#isOver) return;
      const state = await make(operation, this.#callers(), which, this.#gone);
      if (this.#isOver) return;
      if (which === "first" && state.isRefusal) return this.end(state.errors);
      this.#latest = state;
      if (state.content !== this.#sent?.content) this.#send();
      await this.#waitUntil(this.#dueAt(state, which, begunAt));
    }
  }

  /** When the next state is due, monotonic ms. */
  #dueAt({ report, isFailing }: State, which: "first" | "next", begunAt: number): number {
    const { time, operation } = this.options;
    const everyMs = operation.everySeconds * 1000;
    const [now, monotonic] = [time.now(), time.monotonic()];
    // By dates that may be in the future, where the wall clock was set back, no figure is fresh for longer than when it was new.
    const freshMs = report.dependencies.map(({ version, freshUntil }) => freshUntil - Math.max(now, version));
    const staleAt = monotonic + Math.min(report.holdsUntil - now, ...freshMs);
    if (isFailing) {
      const retryAt = begunAt + Math.max(everyMs, retryMs);
      return staleAt > monotonic ? Math.min(Math.max(staleAt, begunAt + everyMs), retryAt) : retryAt;
    }
    if (which === "first" && staleAt <= monotonic) return monotonic;
    const askedAt = monotonic + (Math.max(...report.dependencies.map(({ version }) => version)) - now);
    // What others have asked is read when it changes from now on: boards that read the same answers go on together.
    const isInStep = askedAt < begunAt && staleAt > monotonic && staleAt - askedAt >= everyMs;
    return isInStep ? staleAt : Math.max(staleAt, begunAt + everyMs);
  }

  async #waitUntil(dueAt: number): Promise<void> {
    const { time, operation } = this.options;
    const againMs = Math.max(resendMs, operation.everySeconds * 1000);
    while (!this.#isOver) {
      const now = time.monotonic();
      if (now >= dueAt) return;
      if (now >= this.#sentAt + againMs) {
        await this.#check();
        if (!this.#isOver) this.#send();
      } else await this.#sleep(Math.min(dueAt, this.#sentAt + againMs) - now);
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.options.time.after(Math.max(1, Math.ceil(ms)), resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #send(): void {
    const state = this.#latest;
    if (!state) return;
    this.#sent = state;
    this.#sentAt = this.options.time.monotonic();
    for (const subscriber of [...this.#subscribers]) subscriber.next(state);
  }

  async #check(): Promise<void> {
    await Promise.all(
      [...this.#subscribers].map(async (subscriber) => {
        if (!(await subscriber.isStillAllowed())) this.leave(subscriber);
      }),
    );
  }

  /** Those who share the state, each once, and another first each time: its calls are borne in turn. */
  #callers(): Caller[] {
    const callers = [...new Map([...this.#subscribers].map(({ caller }) => [caller.id, caller])).values()];
    const first = this.#turn++ % callers.length;
    return [...callers.slice(first), ...callers.slice(0, first)];
  }
}
