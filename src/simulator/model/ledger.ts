import type { Agent } from "./directory.js";
import type { AgentSegment, Close, Focus, Message, Response, SkillSegment, StateChange, Stay, Survey } from "./records.js";

/** Everything that happened, each list in order of time; nothing is ever taken out or moved. */
export class Ledger {
  /** By start. */
  readonly agentSegments: AgentSegment[] = [];
  readonly skillSegments: SkillSegment[] = [];
  readonly queueStays: Stay[] = [];
  readonly waits: Stay[] = [];
  readonly focuses: Focus[] = [];
  /** By end. */
  readonly endedAgentSegments: AgentSegment[] = [];
  readonly endedSkillSegments: SkillSegment[] = [];
  /** By the moment they happened. */
  readonly messages: Message[] = [];
  readonly responses: Response[] = [];
  readonly closes: Close[] = [];
  readonly surveys: Survey[] = [];
  readonly states = new Map<Agent, StateChange[]>();
}

/** Position of the first record whose time is not before `time`, in a list ordered by that time. */
export function firstFrom<T>(list: readonly T[], time: number, timeOf: (record: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(list[middle]!) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The records with `from` <= time < `to`. */
export const slice = <T>(list: readonly T[], from: number, to: number, timeOf: (record: T) => number): T[] =>
  list.slice(firstFrom(list, from, timeOf), firstFrom(list, to, timeOf));
