import type { Assigned, Presence, Queued, Standing } from "../metrics/key-metrics-current.js";
import type { Agent } from "../model/directory.js";
import { minute } from "../model/duration.js";
import { firstFrom, type Ledger, slice } from "../model/ledger.js";
import type { AgentState, Stay } from "../model/records.js";

/** Longest time a consumer may wait before the conversation is overdue, in the queue and assigned. */
const slaMs = 5 * minute;
/** An assigned conversation is active while its last message is no older than this. */
const activeMs = 10 * minute;

const at = (change: { at: number }): number => change.at;
const lasting = (time: number) => (record: { start: number; end: number }) => record.start <= time && record.end > time;

/** The agent's state at a moment: the last change up to it. */
function stateAt(ledger: Ledger, agent: Agent, time: number): AgentState {
  const changes = ledger.states.get(agent) ?? [];
  return changes[firstFrom(changes, time + 1, at) - 1]?.state ?? "OFFLINE";
}

/** How the whole account stood at `time`, from what was recorded. */
export function standingAt(ledger: Ledger, agents: readonly Agent[], time: number): Standing {
  const state = new Map(agents.map((agent) => [agent, stateAt(ledger, agent, time)]));
  const talking = new Set(slice(ledger.messages, time - activeMs, time + 1, at).map((message) => message.conversation));
  const pending = new Map(ledger.waits.filter(lasting(time)).map((wait): [unknown, Stay] => [wait.conversation, wait]));
  const open = ledger.agentSegments.filter(lasting(time));
  const loads = new Map<Agent, number>();
  for (const { agent, conversation } of open) loads.set(agent, (loads.get(agent) ?? 0) + conversation.weight);
  const assigned = open.map((segment): Assigned => {
    const wait = pending.get(segment.conversation);
    const overdue = wait !== undefined && time - wait.start > slaMs;
    return { segment, state: state.get(segment.agent)!, active: talking.has(segment.conversation), overdue };
  });
  const present = agents.map((agent): Presence => {
    const free = state.get(agent) === "ONLINE" ? Math.floor(agent.maxSlots - (loads.get(agent) ?? 0)) : 0;
    return { agent, state: state.get(agent)!, freeSlots: Math.max(0, free) };
  });
  const queued = ledger.queueStays.filter(lasting(time)).map((stay): Queued => {
    const waitedMs = time - stay.start;
    return { stay, waitedMs, overdue: waitedMs > slaMs };
  });
  return { present, assigned, queued };
}
