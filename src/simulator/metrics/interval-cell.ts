import type { Agent } from "../model/directory.js";
import { second } from "../model/duration.js";
import type { Conversation } from "../model/records.js";

/** What is added up for one row: one interval, one combination of keys. */
export class IntervalCell {
  handleMs = 0;
  workMs = 0;
  readonly handled = new Set<Conversation>();
  readonly replied = new Set<Conversation>();
  consumerMessages = 0;
  agentMessages = 0;
  arrivals = 0;
  closedConversations = 0;
  readonly #workedUntil = new Map<Agent, number>();

  /** Time an agent had something assigned; what overlaps with time already told of that agent counts once. Told in order of `start`. */
  work(agent: Agent, start: number, end: number): void {
    const until = this.#workedUntil.get(agent) ?? start;
    this.workMs += Math.max(0, end - Math.max(start, until));
    this.#workedUntil.set(agent, Math.max(until, end));
  }
}

/** The eight metrics; times in whole seconds. */
export const intervalMeasures: Record<string, (cell: IntervalCell) => number> = {
  handleTime: (cell) => Math.trunc(cell.handleMs / second),
  handledConversations: (cell) => cell.handled.size,
  repliedConversations: (cell) => cell.replied.size,
  consumerMessages: (cell) => cell.consumerMessages,
  agentMessages: (cell) => cell.agentMessages,
  workTime: (cell) => Math.trunc(cell.workMs / second),
  arrivals: (cell) => cell.arrivals,
  closedConversations: (cell) => cell.closedConversations,
};
