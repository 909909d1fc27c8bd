import { IntervalCell } from "../metrics/interval-cell.js";
import type { Agent, Skill } from "../model/directory.js";
import { firstFrom, type Ledger, slice } from "../model/ledger.js";
import type { Conversation } from "../model/records.js";

export type Grouping = "skill" | "agentGroup" | "agent" | "conversation";

export interface IntervalMetricsQuery {
  /** Epoch ms; intervals that start at or after `from` and before `to`, aligned to the clock. */
  from: number;
  to: number;
  intervalMinutes: number;
  grouping: readonly Grouping[];
  handleTimeModel: "IFT" | "EHT";
  metrics: readonly string[];
  includeBotSkills?: boolean | undefined;
  skillId?: string | undefined;
  agentId?: string | undefined;
  agentGroupId?: string | undefined;
  conversationId?: string | undefined;
}

/** Whose a row is: only the keys of the grouping are set. */
export interface RowKey {
  skill?: Skill;
  agent?: Agent;
  conversation?: Conversation;
}

export interface Row extends RowKey {
  from: number;
  cell: IntervalCell;
}

interface Party {
  skill: Skill;
  agent: Agent | null;
  conversation: Conversation;
}

/** Adds up the cells of a window; made for one question and then read. */
export class IntervalCells {
  readonly rows = new Map<string, Row>();

  constructor(
    private readonly query: IntervalMetricsQuery,
    private readonly intervalMs: number,
  ) {}

  fill(ledger: Ledger): void {
    const { from, to, handleTimeModel } = this.query;
    const at = (event: { at: number }): number => event.at;
    for (const focus of ledger.focuses) {
      const end = handleTimeModel === "EHT" ? focus.engagedUntil : focus.end;
      this.#spread(focus, focus.start, end, ({ cell }, start, until) => {
        cell.handleMs += until - start;
        cell.handled.add(focus.conversation);
      });
    }
    for (const segment of ledger.agentSegments) {
      if (segment.agent.bot) continue;
      this.#spread(segment, segment.start, segment.end, ({ cell }, start, until) => cell.work(segment.agent, start, until));
    }
    for (const message of slice(ledger.messages, from, to, at)) {
      if (message.fromConsumer) this.#touch(message, message.at, ({ cell }) => cell.consumerMessages++);
      else if (message.agent !== null && !message.agent.bot)
        this.#touch(message, message.at, ({ cell }) => this.#replied(cell, message.conversation));
    }
    const starts = ledger.skillSegments;
    for (const arrival of starts.slice(
      firstFrom(starts, from, ({ start }) => start),
      firstFrom(starts, to, ({ start }) => start),
    )) {
      // A conversation arrives when it opens and when it is resumed. That a transfer is no arrival is assumed: no page says.
      if (arrival.began === "transfer") continue;
      const { skill, conversation } = arrival;
      this.#touch({ skill, conversation, agent: null }, arrival.start, ({ cell }) => cell.arrivals++);
    }
    for (const close of slice(ledger.closes, from, to, at)) this.#touch(close, close.at, ({ cell }) => cell.closedConversations++);
  }

  #replied(cell: IntervalCell, conversation: Conversation): void {
    cell.agentMessages++;
    cell.replied.add(conversation);
  }

  /** Tells each interval its part of a time span. */
  #spread(party: Party, start: number, end: number, tell: (row: Row, start: number, until: number) => void): void {
    const { from, to } = this.query;
    if (start >= to || end <= from || start === end) return;
    const last = Math.min(end, to);
    for (let begin = Math.max(start, from); begin < last; ) {
      const next = Math.min(last, (Math.floor(begin / this.intervalMs) + 1) * this.intervalMs);
      const [since, until] = [begin, next];
      this.#touch(party, begin, (row) => tell(row, since, until));
      begin = next;
    }
  }

  #touch(party: Party, at: number, tell: (row: Row) => void): void {
    const { query } = this;
    const { skill, agent, conversation } = party;
    const byAgent = query.grouping.includes("agent");
    const byGroup = query.grouping.includes("agentGroup");
    if ((byAgent || byGroup) && (agent === null || agent.bot)) return;
    if (query.skillId !== undefined && skill.id !== query.skillId) return;
    if (query.agentId !== undefined && agent?.id !== query.agentId) return;
    if (query.agentGroupId !== undefined && agent?.group.id !== query.agentGroupId) return;
    if (query.conversationId !== undefined && conversation.id !== query.conversationId) return;
    const from = Math.floor(at / this.intervalMs) * this.intervalMs;
    const keys = query.grouping.map((by) => {
      if (by === "skill") return skill.id;
      if (by === "conversation") return conversation.id;
      return by === "agent" ? agent!.id : agent!.group.id;
    });
    const key = [from, ...keys].join("|");
    let row = this.rows.get(key);
    if (row === undefined) {
      row = { from, cell: new IntervalCell(), skill, conversation };
      if (agent !== null) row.agent = agent;
      this.rows.set(key, row);
    }
    tell(row);
  }
}
