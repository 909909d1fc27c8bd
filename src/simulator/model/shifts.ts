import { between } from "../random.js";
import { day, hour, minute } from "./duration.js";
import type { Desk, Floor } from "./floor.js";
import type { AgentState } from "./records.js";
import { fill } from "./routing.js";
import { returnToQueue } from "./transfers.js";

/** Plans the day of every human agent: eight hours with breaks, six days of seven, and the next day's planning. */
export function planDay(floor: Floor, midnight: number): void {
  const { agenda, random } = floor;
  agenda.plan("day", midnight + day, null, null);
  let position = 0;
  for (const desk of floor.desks.values()) {
    position++;
    if (desk.agent.bot || (midnight / day + position) % 7 === 0) continue;
    const start = midnight + desk.agent.shiftStartsAtHour * hour + between(random, 0, 10 * minute);
    const plan = (state: AgentState, after: number): void => agenda.plan("state", start + after, null, { desk, state });
    plan("ONLINE", 0);
    plan("BACK_SOON", 2 * hour + between(random, 0, 20 * minute));
    plan("ONLINE", 2.5 * hour + between(random, 0, 5 * minute));
    plan("AWAY", 4 * hour + between(random, 0, 20 * minute));
    plan("ONLINE", 5 * hour);
    plan("BACK_SOON", 6.5 * hour + between(random, 0, 10 * minute));
    plan("ONLINE", 6.8 * hour);
    plan("OFFLINE", 8 * hour + between(random, 0, 10 * minute));
  }
}

/** The agent's state changes; who goes home gives all conversations back. */
export function enter(floor: Floor, at: number, desk: Desk, state: AgentState): void {
  desk.state = state;
  const changes = floor.ledger.states.get(desk.agent) ?? [];
  changes.push({ at, state });
  floor.ledger.states.set(desk.agent, changes);
  if (state === "ONLINE") fill(floor, at, desk);
  if (state === "OFFLINE") for (const conversation of [...desk.assigned]) returnToQueue(floor, at, conversation);
}
