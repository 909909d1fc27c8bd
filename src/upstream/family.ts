import { GatewayError } from "../errors.js";
import type { Call } from "./call.js";
import type { Merging, Sizes } from "./merging/merging.js";
import { mergingOf, type Planned, plan } from "./plan.js";
import type { ApiName, Question } from "./question.js";
import type { Lane, Priority, Turn } from "./scheduler.js";
import type { Waiter } from "./waiter.js";

/** A call that was sent and has not come back. */
export interface Flight {
  readonly id: number;
  readonly call: Call;
  readonly waiters: Set<Waiter>;
  readonly sentAt: number;
  /** The question that made the call necessary; others joined. */
  readonly first: Waiter;
}

/** A planned call that waits for its turn. Until then what it asks may still change. */
interface Queued {
  planned: Planned;
  waiters: Waiter[];
  deadline: number;
  priority: Priority;
  readonly abandon: AbortController;
}

export interface FamilyOptions {
  api: ApiName;
  lane: Lane;
  sizes: Sizes;
  /** Sends the call in its turn; the flight's waiters may grow until it lands. */
  fly(flight: Flight, turn: Turn): Promise<void>;
  /** The turn of these cannot come in time. */
  refuse(waiters: readonly Waiter[], error: GatewayError): void;
  now: () => number;
  nextId: () => number;
}

/**
 * The questions of one family that wait or are in flight. While calls wait for their turn, every further question is
 * planned together with all that wait: the longer the queue, the more one call answers.
 */
export class Family {
  readonly #merging: Merging<ApiName>;
  readonly #waiting = new Set<Waiter>();
  readonly #flights = new Set<Flight>();
  #queue: Queued[] = [];
  /** Grows whenever an answer has been stored: who looked before must look again. */
  landings = 0;
  /** How many are looking up what is stored, and may add questions when they know. */
  lookers = 0;

  constructor(private readonly options: FamilyOptions) {
    this.#merging = mergingOf(options.api);
  }

  get idle(): boolean {
    return this.lookers === 0 && this.#waiting.size === 0 && this.#flights.size === 0;
  }

  /** Joins calls in flight where they will answer; plans calls for the rest, with all that wait already. */
  add(waiters: readonly Waiter[]): void {
    for (const waiter of waiters) {
      const flight = waiter.alone ? undefined : this.flightFor(waiter);
      if (flight) flight.waiters.add(waiter);
      else this.#waiting.add(waiter);
    }
    if (this.#waiting.size > 0) this.#replan();
  }

  flightFor({ wanted }: Pick<Waiter, "wanted">): Flight | undefined {
    return [...this.#flights].find(({ call }) => this.#merging.covers(call, wanted));
  }

  /** Whether somebody waits already for what this question wants. */
  expects(wanted: Question): boolean {
    return this.flightFor({ wanted }) !== undefined || this.#queue.some(({ planned }) => this.#merging.covers(planned.call, wanted));
  }

  /** The waiter gives up. A call that nobody waits for any more and that was not sent is dropped. Tells whether it was sent. */
  leave(waiter: Waiter): "waiting" | "flying" {
    for (const { waiters } of this.#flights) if (waiters.delete(waiter)) return "flying";
    if (this.#waiting.delete(waiter)) this.#replan();
    return "waiting";
  }

  /** The flight is over and what it brought is stored: who looked up before that must look again. */
  landed(flight: Flight): void {
    this.landings++;
    this.#flights.delete(flight);
  }

  #replan(): void {
    const wanted = this.#plan();
    const queue = this.#queue;
    this.#queue = [];
    for (const { planned, waiters } of wanted) {
      const deadline = Math.max(...waiters.map(({ terms }) => terms.deadline));
      const priority = waiters.some(({ terms }) => terms.priority === "interactive") ? "interactive" : "refresh";
      const index = queue.findIndex((queued) => queued.deadline === deadline && queued.priority === priority);
      const [kept] = index < 0 ? [] : queue.splice(index, 1);
      if (kept) this.#queue.push(Object.assign(kept, { planned, waiters }));
      else this.#enqueue({ planned, waiters, deadline, priority, abandon: new AbortController() });
    }
    for (const { abandon } of queue) abandon.abort();
  }

  #plan(): { planned: Planned; waiters: Waiter[] }[] {
    const waiting = [...this.#waiting];
    const lonely = waiting.filter(({ alone }) => alone);
    const together = waiting.filter(({ alone }) => !alone);
    const planned = plan(
      together.map(({ wanted }) => wanted),
      this.options.sizes,
    );
    const shared = planned.map((call) => ({ planned: call, waiters: [] as Waiter[] }));
    for (const waiter of together) shared.find(({ planned: { call } }) => this.#merging.covers(call, waiter.wanted))?.waiters.push(waiter);
    const single = lonely.flatMap((waiter) => plan([waiter.wanted], () => undefined).map((call) => ({ planned: call, waiters: [waiter] })));
    return [...shared.filter(({ waiters }) => waiters.length > 0), ...single];
  }

  #enqueue(queued: Queued): void {
    this.#queue.push(queued);
    const { deadline, priority, abandon } = queued;
    this.options.lane.acquire({ deadline, priority, signal: abandon.signal }).then(
      (turn) => (abandon.signal.aborted ? turn.release() : this.#takeOff(queued, turn)),
      (refusal) => {
        if (!abandon.signal.aborted) this.#refused(queued, refusal);
      },
    );
  }

  #takeOff(queued: Queued, turn: Turn): void {
    this.#dequeue(queued);
    const { planned, waiters } = queued;
    const [first] = waiters;
    if (!first) {
      turn.release();
      return;
    }
    const flight: Flight = { id: this.options.nextId(), call: planned.call, waiters: new Set(waiters), sentAt: this.options.now(), first };
    this.#flights.add(flight);
    void this.options.fly(flight, turn);
  }

  #refused(queued: Queued, refusal: unknown): void {
    this.#dequeue(queued);
    const error = refusal instanceof GatewayError ? refusal : new GatewayError("INTERNAL_SERVER_ERROR", String(refusal));
    this.options.refuse(queued.waiters, error);
  }

  #dequeue(queued: Queued): void {
    this.#queue = this.#queue.filter((other) => other !== queued);
    for (const waiter of queued.waiters) this.#waiting.delete(waiter);
  }
}
