import { between } from "../random.js";
import { worksAtWeekends } from "./directory.js";
import { day, hour, minute } from "./duration.js";
import type { Desk, Floor } from "./floor.js";
import type { AgentState } from "./records.js";
import { weekdayOf } from "./rhythm.js";
import { fill } from "./routing.js";
import { returnToQueue } from "./transfers.js";

/** Whether somebody works on a day: who works at weekends has two days of the week off. */
function works(position: number, weekday: number): boolean {
  if (!worksAtWeekends(position)) return weekday !== 0 && weekday !== 6;
  const firstOff = 1 + (Math.floor(position / 3) % 4);
  return weekday !== firstOff && weekday !== firstOff + 1;
}

/** Plans the day of every human agent who works: eight hours with breaks; and the next day's planning. */
export function planDay(floor: Floor, midnight: number): void {
  const { agenda, random } = floor;
  agenda.plan("day", midnight + day, null, null);
  let position = -1;
  for (const desk of floor.desks.values()) {
    position++;
    if (desk.agent.bot || !works(position, weekdayOf(midnight))) continue;
    const start = midnight + desk.agent.shiftStartsAtHour * hour + between(random, 0, 10 * minute);
    const plan = (state: AgentState, after: number): void => agenda.plan("state", start + after, null, { desk, state });
    const pause = (state: AgentState, after: number, least: number, most: number): void => {
      const begins = after + between(random, 0, 60 * minute);
      plan(state, begins);
      plan("ONLINE", begins + between(random, least, most));
    };
    plan("ONLINE", 0);
    pause("BACK_SOON", 1.5 * hour, 8 * minute, 18 * minute);
    pause("AWAY", 3.2 * hour, 30 * minute, 45 * minute);
    pause("BACK_SOON", 5.5 * hour, 8 * minute, 18 * minute);
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
