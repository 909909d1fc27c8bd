import { GatewayError } from "../../errors.js";
import type { Merging } from "../apis/merging.js";
import type { Charge } from "../budget/caller-budget.js";
import type { Permit, PermitRequest, PermitSource, PermitTerms } from "../budget/permit.js";
import { callAlone, mergingOf, type Planned, plan, type SizesByFamily } from "../planning/plan.js";
import { type ApiName, type Question, questionKey } from "../question.js";
import type { Flight } from "./flight.js";
import { sameTerms, termsOf } from "./turn-terms.js";
import type { Waiter } from "./waiter.js";

/** A planned call that waits for its turn. Until then what it asks may still change. */
interface Queued {
  planned: Planned;
  waiters: Waiter[];
  terms: PermitTerms;
  /** Who waits for a call pays for its place in the queue; whatever call takes the place is paid. */
  readonly charge: Charge | undefined;
  place?: PermitRequest;
  /** Its turn has come: it leaves with all that is asked in the same tick. */
  turn?: Permit;
}

export interface FamilyOptions {
  api: ApiName;
  lane: PermitSource;
  sizes: SizesByFamily;
  /** Sends the call in its turn; the flight's waiters may grow until it lands. */
  fly(flight: Flight, turn: Permit): Promise<void>;
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

  /** Joins calls in flight, and calls that wait, where they will answer; for the rest plans calls anew with all that wait. */
  add(waiters: readonly Waiter[]): void {
    const open = waiters.filter((waiter) => waiter.alone || !this.#joined(waiter));
    for (const waiter of open) this.#waiting.add(waiter);
    if (open.length > 0) this.#replan();
    else for (const queued of this.#queue) this.#settleTerms(queued);
  }

  flightFor({ wanted }: Pick<Waiter, "wanted">): Flight | undefined {
    return [...this.#flights].find(({ call }) => this.#merging.covers(call, wanted));
  }

  /** What stands in the way of an answer now: the call that the question would join is failing, or a call of its own would be refused. */
  trouble(wanted: Question): GatewayError | undefined {
    const flight = this.flightFor({ wanted });
    return flight ? flight.failing : this.options.lane.pause;
  }

  get waiters(): Waiter[] {
    return [...this.#waiting, ...[...this.#flights].flatMap(({ waiters }) => [...waiters])];
  }

  /** Whether somebody waits already for what this question wants. */
  expects(wanted: Question): boolean {
    return this.flightFor({ wanted }) !== undefined || this.#queue.some(({ planned }) => this.#merging.covers(planned.call, wanted));
  }

  /** The waiter gives up, and is told which call it waited for; null: one that was not sent, and is dropped when nobody else waits for it. */
  leave(waiter: Waiter): Flight | null {
    for (const flight of this.#flights)
      if (flight.waiters.delete(waiter)) {
        this.options.lane.reclaim();
        return flight;
      }
    this.#withdraw([waiter]);
    return null;
  }

  /** The flight is over and what it brought is stored: who looked up before that must look again. */
  landed(flight: Flight): void {
    this.landings++;
    this.#flights.delete(flight);
  }

  #joined(waiter: Waiter): boolean {
    const flight = this.flightFor(waiter);
    if (flight) {
      flight.waiters.add(waiter);
      return true;
    }
    const queued = this.#queue.find(({ planned }) => this.#merging.covers(planned.call, waiter.wanted));
    if (queued) {
      queued.waiters.push(waiter);
      this.#waiting.add(waiter);
    }
    return queued !== undefined;
  }

  /**
   * Places in the queue go to the new calls, those that somebody waited for already before others; a place whose turn has come
   * first, because it leaves in any case. A call for which there is none makes one of its waiters pay for another.
   */
  #replan(): void {
    const seated = new Set(this.#queue.flatMap(({ waiters }) => waiters));
    const isSeated = (call: { waiters: Waiter[] }) => Number(call.waiters.some((waiter) => seated.has(waiter)));
    const calls = this.#plan().toSorted((a, b) => isSeated(b) - isSeated(a));
    const vacant = this.#queue.toSorted((a, b) => Number(b.turn !== undefined) - Number(a.turn !== undefined));
    const unpaid: { waiters: readonly Waiter[]; error: GatewayError }[] = [];
    this.#queue = calls.flatMap((call) => {
      const { waiters, planned } = call;
      const place = vacant.shift() ?? paid(waiters, planned.exchanges);
      if (!(place instanceof GatewayError)) return [Object.assign(place, call)];
      unpaid.push({ waiters, error: place });
      return [];
    });
    for (const queued of vacant) this.#vacate(queued);
    for (const { waiters, error } of unpaid) this.#refuse(waiters, error);
    for (const queued of [...this.#queue]) if (!queued.place && !queued.turn) this.#enqueue(queued);
    for (const queued of [...this.#queue]) this.#settleTerms(queued);
  }

  #plan(): { planned: Planned; waiters: Waiter[] }[] {
    const waiting = [...this.#waiting];
    const together = grouped(waiting.filter(({ alone }) => !alone));
    const alone = grouped(waiting.filter((waiter) => waiter.alone));
    const shared = plan(firstOf(together), this.options.sizes);
    const single = firstOf(alone).map(callAlone);
    const waitersOf = (groups: typeof together) => (planned: Planned) => ({
      planned,
      waiters: planned.questions.flatMap((question) => groups.get(questionKey(question)) ?? []),
    });
    return [...shared.map(waitersOf(together)), ...single.map(waitersOf(alone))];
  }

  #enqueue(queued: Queued): void {
    queued.place = this.options.lane.request(queued.terms, {
      grant: (turn) => {
        queued.turn = turn;
        queueMicrotask(() => this.#takeOff(queued, turn));
      },
      refuse: (error) => this.#refuse(queued.waiters, error),
    });
  }

  /** Brings the place in the queue up to date with who waits now, and refuses those for whom its turn comes too late. */
  #settleTerms(queued: Queued): void {
    const { place, turn, waiters } = queued;
    if (turn || !place || waiters.length === 0) return;
    const terms = termsOf(waiters);
    if (!sameTerms(terms, queued.terms)) place.move(terms);
    queued.terms = terms;
    const earliest = place.earliest();
    const late = waiters.filter((waiter) => waiter.terms.deadline < earliest);
    if (late.length > 0) this.#refuse(late, this.options.lane.refusal(earliest));
  }

  #takeOff(queued: Queued, turn: Permit): void {
    const { planned, waiters } = queued;
    const [first] = waiters;
    if (!first || !this.#queue.includes(queued)) {
      turn.release();
      return;
    }
    this.#queue = this.#queue.filter((other) => other !== queued);
    for (const waiter of waiters) this.#waiting.delete(waiter);
    const facts = { id: this.options.nextId(), exchanges: 0, retries: 0, pages: 0, sentAt: this.options.now() };
    const flight: Flight = { call: planned.call, waiters: new Set(waiters), facts, first, charge: queued.charge };
    this.#flights.add(flight);
    void this.options.fly(flight, turn);
  }

  #refuse(waiters: readonly Waiter[], error: GatewayError): void {
    const refused = [...waiters];
    this.#withdraw(refused);
    this.options.refuse(refused, error);
  }

  #withdraw(gone: readonly Waiter[]): void {
    for (const waiter of gone) this.#waiting.delete(waiter);
    for (const queued of this.#queue) queued.waiters = queued.waiters.filter((waiter) => this.#waiting.has(waiter));
    for (const queued of this.#queue.filter(({ waiters }) => waiters.length === 0)) this.#vacate(queued);
    this.#queue = this.#queue.filter(({ waiters }) => waiters.length > 0);
  }

  #vacate({ place, turn, charge }: Queued): void {
    if (!turn) place?.cancel();
    charge?.settle(0);
  }
}

/** A place that the first of the waiters who can has paid for, or why none can. */
function paid(waiters: readonly Waiter[], exchanges: number): Pick<Queued, "terms" | "charge"> | GatewayError {
  let refusal: GatewayError | undefined;
  for (const askers of new Set(waiters.map(({ terms }) => terms))) {
    const charge = askers.charge?.(exchanges);
    if (!(charge instanceof GatewayError)) return { terms: termsOf(waiters), charge };
    refusal = charge;
  }
  return refusal ?? { terms: termsOf(waiters), charge: undefined };
}

/** Waiters by what they want. */
function grouped(waiters: readonly Waiter[]): Map<string, Waiter[]> {
  const groups = new Map<string, Waiter[]>();
  for (const waiter of waiters) {
    const key = questionKey(waiter.wanted);
    const group = groups.get(key);
    if (group) group.push(waiter);
    else groups.set(key, [waiter]);
  }
  return groups;
}

const firstOf = (groups: ReadonlyMap<string, readonly Waiter[]>): Question[] => [...groups.values()].map(([first]) => first!.wanted);
