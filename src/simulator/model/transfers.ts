import { pick } from "../random.js";
import type { Skill } from "./directory.js";
import type { Desk, Floor } from "./floor.js";
import type { Began, Conversation } from "./records.js";
import { assign, enqueue, leaveSkill, release } from "./routing.js";

/** Back to the queue of the same skill: the skill-segment goes on. */
export function returnToQueue(floor: Floor, at: number, conversation: Conversation): void {
  release(floor, at, conversation, "transfer");
  enqueue(floor, at, conversation, conversation.skill);
}

function transferToSkill(floor: Floor, at: number, conversation: Conversation, skill: Skill): void {
  if (skill === conversation.skill) {
    returnToQueue(floor, at, conversation);
    return;
  }
  release(floor, at, conversation, "transfer");
  leaveSkill(floor, at, conversation, "transfer");
  enqueue(floor, at, conversation, skill);
}

function transferToAgent(floor: Floor, at: number, conversation: Conversation, desk: Desk, began: Began): void {
  release(floor, at, conversation, "transfer");
  assign(floor, at, conversation, desk, began);
}

/** To another skill, back to where it came from as often as chance has it, or to a colleague in the same skill. */
export function transferSomewhere(floor: Floor, at: number, conversation: Conversation): void {
  const { random, directory, crews } = floor;
  const agent = conversation.segment!.agent;
  const colleagues = crews.get(conversation.skill)!.filter((desk) => desk.agent !== agent && !desk.agent.bot && desk.state === "ONLINE");
  if (!agent.bot && colleagues.length > 0 && random() < 0.35) {
    transferToAgent(floor, at, conversation, pick(random, colleagues), "transfer");
    return;
  }
  const skills = directory.skills.filter((skill) => !skill.bot);
  transferToSkill(floor, at, conversation, pick(random, skills));
}

/** A manager who is signed in takes the conversation over; nothing happens when there is none. */
export function takeOver(floor: Floor, at: number, conversation: Conversation): void {
  const agent = conversation.segment?.agent;
  const managers = [...floor.desks.values()].filter((desk) => desk.agent.manager && desk.agent !== agent && desk.state !== "OFFLINE");
  if (managers.length === 0) return;
  transferToAgent(floor, at, conversation, pick(floor.random, managers), "takeover");
}
