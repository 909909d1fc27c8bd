import { type Random, seeded } from "../random.js";
import { Agenda, type Plan, type Planned } from "./agenda.js";
import { arrive, planArrival } from "./arrivals.js";
import { type Directory, directoryOf } from "./directory.js";
import { day } from "./duration.js";
import { agentClose, close, giveUp, resume } from "./ending.js";
import type { Desk, Detail, Floor } from "./floor.js";
import { Ledger } from "./ledger.js";
import { fill } from "./routing.js";
import type { Scale } from "./scale.js";
import { enter, planDay } from "./shifts.js";
import { consume, reply, send } from "./talk.js";
import { takeOver } from "./transfers.js";

type Handler = (floor: Floor, planned: Planned<Detail>) => void;

const handlers: Record<Plan, Handler> = {
  arrive: (floor, { at }) => arrive(floor, at),
  day: (floor, { at }) => planDay(floor, at),
  state: (floor, { at, detail }) => detail !== null && "desk" in detail && enter(floor, at, detail.desk, detail.state),
  fill: (floor, { at, detail }) => detail !== null && "desk" in detail && fill(floor, at, detail.desk),
  reply: (floor, { at, conversation }) => reply(floor, at, conversation!),
  send: (floor, { at, conversation }) => send(floor, at, conversation!),
  consume: (floor, { at, conversation }) => consume(floor, at, conversation!),
  leave: (floor, { at, conversation }) => close(floor, at, conversation!, "consumer"),
  agentClose: (floor, { at, conversation }) => agentClose(floor, at, conversation!),
  autoClose: (floor, { at, conversation }) => close(floor, at, conversation!, "system"),
  giveUp: (floor, { at, conversation }) => giveUp(floor, at, conversation!),
  takeover: (floor, { at, conversation }) => takeOver(floor, at, conversation!),
  survey: (floor, { detail }) => detail !== null && "survey" in detail && floor.ledger.surveys.push(detail.survey),
  resume: (floor, { at, conversation }) => resume(floor, at, conversation!),
};

/**
 * A modelled contact centre. Its past is fixed: `advanceTo` adds what happened since, in the same way however often
 * and in whatever steps it is called. It opens empty at midnight (UTC), `historyDays` before the day of `now`.
 */
export class ContactCenter {
  readonly directory: Directory;
  readonly ledger = new Ledger();
  readonly opened: number;
  readonly #floor: Floor;

  constructor(scale: Scale, seed: number, now: number) {
    const random: Random = seeded(seed);
    this.directory = directoryOf(scale, random);
    this.opened = Math.floor(now / day) * day - scale.historyDays * day;
    const desks = new Map(
      this.directory.agents.map((agent): [typeof agent, Desk] => [
        agent,
        { agent, state: "OFFLINE", load: 0, assigned: new Set(), busyUntil: 0 },
      ]),
    );
    this.#floor = {
      random,
      agenda: new Agenda(),
      ledger: this.ledger,
      directory: this.directory,
      desks,
      crews: new Map(
        this.directory.skills.map((skill) => [skill, [...desks.values()].filter((desk) => desk.agent.skills.includes(skill))]),
      ),
      queues: new Map(this.directory.skills.map((skill) => [skill, new Set()])),
      conversationsPerDay: scale.conversationsPerDay,
    };
    for (const desk of desks.values()) if (desk.agent.bot) enter(this.#floor, this.opened, desk, "ONLINE");
    planDay(this.#floor, this.opened);
    planArrival(this.#floor, this.opened);
  }

  /** Lets happen everything up to and including `time`. */
  advanceTo(time: number): void {
    const { agenda } = this.#floor;
    for (let planned = agenda.next(time); planned !== undefined; planned = agenda.next(time)) {
      if (planned.conversation !== null && planned.plan !== "survey" && planned.stamp !== planned.conversation.stamp) continue;
      handlers[planned.plan](this.#floor, planned);
    }
  }
}
