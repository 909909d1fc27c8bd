import { between, exponential, pick } from "../random.js";
import { hour, minute, second } from "./duration.js";
import type { Floor } from "./floor.js";
import type { Closer, Conversation } from "./records.js";
import { enqueue, leaveQueue, leaveSkill, release } from "./routing.js";
import { consume, look } from "./talk.js";
import { returnToQueue } from "./transfers.js";

/** Ends the conversation and whatever is open of it; some consumers answer the survey, some come back. */
export function close(floor: Floor, at: number, conversation: Conversation, by: Closer): void {
  const { ledger, agenda, random } = floor;
  const { skill } = conversation;
  const agent = conversation.segment?.agent ?? null;
  if (conversation.wait !== null) conversation.wait.end = at;
  conversation.wait = null;
  leaveSkill(floor, at, conversation, by);
  leaveQueue(floor, at, conversation);
  release(floor, at, conversation, by);
  conversation.state = "closed";
  conversation.stamp++;
  ledger.closes.push({ at, conversation, skill, agent, by });
  if (agent !== null && conversation.humanAnswered && random() < 0.3) {
    const score = pick(random, [1, 2, 3, 3, 4, 4, 4, 5, 5, 5]);
    const answeredAt = at + between(random, 5 * second, 3 * minute);
    agenda.plan("survey", answeredAt, conversation, { survey: { at: answeredAt, skill, agent, score } });
  }
  if (random() < 0.04) agenda.plan("resume", at + 5 * minute + exponential(random, 2 * hour), conversation, null);
}

/** The consumer comes back: the same conversation, a new pass through the queue. */
export function resume(floor: Floor, at: number, conversation: Conversation): void {
  conversation.next = "resume";
  conversation.turns = between(floor.random, 1, 4);
  consume(floor, at, conversation);
  enqueue(floor, at, conversation, conversation.skill);
}

/** The agent closes after a last look at the conversation, without waiting for anything. */
export function agentClose(floor: Floor, at: number, conversation: Conversation): void {
  const desk = floor.desks.get(conversation.segment!.agent)!;
  look(floor, at, conversation, desk, 0, between(floor.random, 0, 4) * second);
  close(floor, at, conversation, "agent");
}

/** An agent who never wrote lets go of the conversation: gives it back, closes it, or the system does. */
export function giveUp(floor: Floor, at: number, conversation: Conversation): void {
  const desk = floor.desks.get(conversation.segment!.agent)!;
  look(floor, at, conversation, desk, between(floor.random, 5, 20) * second, 0);
  const way = floor.random();
  if (way < 0.45) {
    returnToQueue(floor, at, conversation);
    return;
  }
  close(floor, at, conversation, way < 0.75 ? "agent" : "system");
}
