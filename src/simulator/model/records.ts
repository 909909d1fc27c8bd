import type { Agent, Skill } from "./directory.js";

export type AgentState = "ONLINE" | "AWAY" | "BACK_SOON" | "OFFLINE";
export type Began = "new" | "transfer" | "takeover" | "resume";
export type Closer = "agent" | "consumer" | "system";
export type Ended = "transfer" | Closer;

/** From the assignment of a conversation to an agent until that agent has it no more. */
export interface AgentSegment {
  conversation: Conversation;
  agent: Agent;
  skill: Skill;
  start: number;
  /** Infinity while it lasts. */
  end: number;
  began: Began;
  ended: Ended | null;
  /** Messages of the assigned agent that count for averages: not the first one after a takeover or a resume. */
  messages: number;
  sent: boolean;
  /** The consumer wrote after a message of the agent. */
  answered: boolean;
  /** Assignment to first message, -1 when there is none or it does not count. */
  firstMessageMs: number;
  responseMs: number;
  responses: number;
}

/** From entering the queue of a skill until the skill changes or the conversation is closed. */
export interface SkillSegment {
  conversation: Conversation;
  skill: Skill;
  start: number;
  end: number;
  began: Began;
  ended: Ended | null;
  endedInQueue: boolean;
  sent: boolean;
  answered: boolean;
  humans: boolean;
  bots: boolean;
  firstMessageMs: number;
  firstMessages: number;
}

export interface Conversation {
  id: string;
  source: string;
  weight: number;
  skill: Skill;
  state: "queued" | "assigned" | "closed";
  segment: AgentSegment | null;
  skillSegment: SkillSegment | null;
  queueStay: Stay | null;
  /** The consumer's wait that is not over, if any. */
  wait: Stay | null;
  /** How many replies it will still take. */
  turns: number;
  humanAnswered: boolean;
  next: Began;
  /** Grows whenever the conversation changes hands: events planned before are void. */
  stamp: number;
}

/** A time spent waiting: in a queue for an agent, or for an answer. */
export interface Stay {
  conversation: Conversation;
  skill: Skill;
  start: number;
  end: number;
}

export interface Message {
  at: number;
  conversation: Conversation;
  skill: Skill;
  /** The assigned agent; null while the conversation is in the queue. */
  agent: Agent | null;
  fromConsumer: boolean;
}

/** A message of a human agent to a consumer who was waiting. */
export interface Response {
  at: number;
  agent: Agent;
  skill: Skill;
  waitMs: number;
  sinceAssignedMs: number;
  firstHuman: boolean;
  firstAssignment: boolean;
}

export interface Close {
  at: number;
  conversation: Conversation;
  skill: Skill;
  agent: Agent | null;
  by: Closer;
}

export interface Survey {
  at: number;
  skill: Skill;
  agent: Agent | null;
  score: number;
}

/** A human agent's eyes on a conversation, in whole seconds; engaged (EHT) until `engagedUntil`. */
export interface Focus {
  conversation: Conversation;
  agent: Agent;
  skill: Skill;
  start: number;
  engagedUntil: number;
  end: number;
}

export interface StateChange {
  at: number;
  state: AgentState;
}
