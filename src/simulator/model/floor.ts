import type { Random } from "../random.js";
import type { Agenda } from "./agenda.js";
import type { Agent, Directory, Skill } from "./directory.js";
import type { Ledger } from "./ledger.js";
import type { AgentState, Conversation, Survey } from "./records.js";

/** An agent at work. */
export interface Desk {
  agent: Agent;
  state: AgentState;
  /** Weight of the assigned conversations. */
  load: number;
  assigned: Set<Conversation>;
  /** The agent looks at one conversation at a time: until then at another one. */
  busyUntil: number;
}

/** What a planned event needs to know besides its conversation. */
export type Detail = { desk: Desk; state: AgentState } | { survey: Survey } | null;

/** The contact centre as it stands now. */
export interface Floor {
  random: Random;
  agenda: Agenda<Detail>;
  ledger: Ledger;
  directory: Directory;
  desks: Map<Agent, Desk>;
  /** Who may serve a skill. */
  crews: Map<Skill, Desk[]>;
  /** Who waits, longest first. */
  queues: Map<Skill, Set<Conversation>>;
  conversationsPerDay: number;
}
