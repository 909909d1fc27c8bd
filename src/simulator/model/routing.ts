import { between, exponential } from "../random.js";
import type { Skill } from "./directory.js";
import { hour, minute, second } from "./duration.js";
import type { Desk, Floor } from "./floor.js";
import type { AgentSegment, Began, Conversation, Ended } from "./records.js";

const fits = (desk: Desk, conversation: Conversation): boolean =>
  desk.state === "ONLINE" && desk.load + conversation.weight <= desk.agent.maxSlots;

/** Gives the conversation to the least loaded agent of its skill who is online with a free slot, else queues it. */
export function enqueue(floor: Floor, at: number, conversation: Conversation, skill: Skill): void {
  openSkillSegment(floor, at, conversation, skill);
  let best: Desk | undefined;
  for (const desk of floor.crews.get(skill) ?? []) {
    if (!fits(desk, conversation)) continue;
    if (best === undefined || desk.load / desk.agent.maxSlots < best.load / best.agent.maxSlots) best = desk;
  }
  if (best !== undefined) {
    assign(floor, at, conversation, best, conversation.next);
    return;
  }
  conversation.state = "queued";
  conversation.stamp++;
  conversation.queueStay = { conversation, skill, start: at, end: Number.POSITIVE_INFINITY };
  floor.ledger.queueStays.push(conversation.queueStay);
  floor.queues.get(skill)!.add(conversation);
  const patience = floor.random() < 0.7 ? 12 * minute : 2 * hour;
  floor.agenda.plan("leave", at + second + exponential(floor.random, patience), conversation, null);
}

function openSkillSegment(floor: Floor, at: number, conversation: Conversation, skill: Skill): void {
  conversation.skill = skill;
  if (conversation.skillSegment?.skill === skill) return;
  conversation.skillSegment = {
    conversation,
    skill,
    start: at,
    end: Number.POSITIVE_INFINITY,
    began: conversation.next,
    ended: null,
    endedInQueue: false,
    sent: false,
    answered: false,
    humans: false,
    bots: false,
    firstMessageMs: 0,
    firstMessages: 0,
  };
  floor.ledger.skillSegments.push(conversation.skillSegment);
}

/** Begins an agent-segment, whatever the agent's slots say, and plans the agent's first move. */
export function assign(floor: Floor, at: number, conversation: Conversation, desk: Desk, began: Began): void {
  leaveQueue(floor, at, conversation);
  const segment: AgentSegment = {
    conversation,
    agent: desk.agent,
    skill: conversation.skill,
    start: at,
    end: Number.POSITIVE_INFINITY,
    began,
    ended: null,
    messages: 0,
    sent: false,
    answered: false,
    firstMessageMs: -1,
    responseMs: 0,
    responses: 0,
  };
  floor.ledger.agentSegments.push(segment);
  conversation.state = "assigned";
  conversation.segment = segment;
  conversation.next = "transfer";
  conversation.stamp++;
  if (desk.agent.bot) conversation.skillSegment!.bots = true;
  else conversation.skillSegment!.humans = true;
  desk.load += conversation.weight;
  desk.assigned.add(conversation);
  planFirstMove(floor, at, conversation, desk);
}

function planFirstMove(floor: Floor, at: number, conversation: Conversation, desk: Desk): void {
  const { agenda, random } = floor;
  if (desk.agent.bot) {
    agenda.plan("reply", at + between(random, 300, 2500), conversation, null);
    return;
  }
  const mood = random();
  if (mood < 0.04) {
    agenda.plan("giveUp", at + between(random, 3 * minute, 20 * minute), conversation, null);
    return;
  }
  if (mood < 0.08) agenda.plan("leave", at + second + exponential(random, 40 * second), conversation, null);
  if (mood > 0.985) agenda.plan("takeover", at + between(random, minute, 8 * minute), conversation, null);
  agenda.plan("reply", at + 3 * second + exponential(random, 20 * second), conversation, null);
}

export function leaveQueue(floor: Floor, at: number, conversation: Conversation): void {
  if (conversation.queueStay === null) return;
  conversation.queueStay.end = at;
  conversation.queueStay = null;
  floor.queues.get(conversation.skill)!.delete(conversation);
}

/** Ends the agent-segment, if there is one, and frees its slots. */
export function release(floor: Floor, at: number, conversation: Conversation, ended: Ended): void {
  const segment = conversation.segment;
  if (segment === null) return;
  const desk = floor.desks.get(segment.agent)!;
  segment.end = at;
  segment.ended = ended;
  floor.ledger.endedAgentSegments.push(segment);
  conversation.segment = null;
  conversation.stamp++;
  desk.load -= conversation.weight;
  desk.assigned.delete(conversation);
  floor.agenda.plan("fill", at, null, { desk, state: desk.state });
}

/** Ends the skill-segment: the skill changes or the conversation is closed. */
export function leaveSkill(floor: Floor, at: number, conversation: Conversation, ended: Ended): void {
  const segment = conversation.skillSegment;
  if (segment === null) return;
  segment.end = at;
  segment.ended = ended;
  segment.endedInQueue = conversation.state === "queued";
  floor.ledger.endedSkillSegments.push(segment);
  conversation.skillSegment = null;
}

/** Takes conversations from the queues of the agent's skills, longest wait first, while slots are free. */
export function fill(floor: Floor, at: number, desk: Desk): void {
  for (;;) {
    let oldest: Conversation | undefined;
    for (const skill of desk.agent.skills) {
      const [waiting] = floor.queues.get(skill)!;
      if (waiting === undefined || !fits(desk, waiting)) continue;
      if (oldest === undefined || waiting.queueStay!.start < oldest.queueStay!.start) oldest = waiting;
    }
    if (oldest === undefined) return;
    assign(floor, at, oldest, desk, oldest.next);
  }
}
