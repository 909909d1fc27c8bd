import type { Conversation } from "./records.js";

/** What can be planned: see the handlers in contact-center.ts. */
export type Plan =
  | "arrive"
  | "day"
  | "state"
  | "fill"
  | "reply"
  | "send"
  | "consume"
  | "leave"
  | "agentClose"
  | "autoClose"
  | "giveUp"
  | "takeover"
  | "survey"
  | "resume";

export interface Planned<Detail> {
  at: number;
  order: number;
  plan: Plan;
  conversation: Conversation | null;
  stamp: number;
  detail: Detail;
}

const before = (left: Planned<unknown>, right: Planned<unknown>): boolean =>
  left.at < right.at || (left.at === right.at && left.order < right.order);

/** What will happen, soonest first; of the same millisecond, in the order of planning (a binary heap). */
export class Agenda<Detail> {
  readonly #heap: Planned<Detail>[] = [];
  #order = 0;

  plan(plan: Plan, at: number, conversation: Conversation | null, detail: Detail): void {
    const planned = { at: Math.round(at), order: this.#order++, plan, conversation, stamp: conversation?.stamp ?? 0, detail };
    let hole = this.#heap.push(planned) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >>> 1;
      const above = this.#heap[parent]!;
      if (!before(planned, above)) break;
      this.#heap[hole] = above;
      hole = parent;
    }
    this.#heap[hole] = planned;
  }

  /** Takes out the soonest if it is due by `time`. */
  next(time: number): Planned<Detail> | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > time) return undefined;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(planned: Planned<Detail>): void {
    const size = this.#heap.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && before(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (!before(this.#heap[child]!, planned)) break;
      this.#heap[hole] = this.#heap[child]!;
      hole = child;
    }
    this.#heap[hole] = planned;
  }
}
