import { between, exponential } from "../random.js";
import { minute, second } from "./duration.js";
import type { Desk, Floor } from "./floor.js";
import type { Conversation } from "./records.js";
import { transferSomewhere } from "./transfers.js";

const wholeSecond = { before: (ms: number) => Math.floor(ms / second) * second, after: (ms: number) => Math.ceil(ms / second) * second };

/** Records the agent's eyes on a conversation; the agent can look at nothing else before `end`. */
export function look(floor: Floor, at: number, conversation: Conversation, desk: Desk, engagedMs: number, lingerMs: number): void {
  if (desk.agent.bot) return;
  const start = Math.max(desk.busyUntil, wholeSecond.before(at));
  const engagedUntil = engagedMs === 0 ? start : Math.max(start, wholeSecond.after(at + engagedMs));
  const end = engagedUntil + wholeSecond.after(lingerMs);
  if (end === start) return;
  floor.ledger.focuses.push({ conversation, agent: desk.agent, skill: conversation.skill, start, engagedUntil, end });
  desk.busyUntil = end;
}

/** The agent turns to the conversation: as soon as hands and state allow, reads, and writes or transfers. */
export function reply(floor: Floor, at: number, conversation: Conversation): void {
  const { random, agenda } = floor;
  const desk = floor.desks.get(conversation.segment!.agent)!;
  if (!desk.agent.bot) {
    if (desk.state !== "ONLINE") {
      agenda.plan("reply", at + between(random, 2 * minute, 6 * minute), conversation, null);
      return;
    }
    if (desk.busyUntil > at) {
      agenda.plan("reply", desk.busyUntil, conversation, null);
      return;
    }
  }
  const writing = desk.agent.bot ? between(random, 200, 1500) : between(random, 20 * second, 80 * second);
  look(floor, at, conversation, desk, writing, between(random, 0, 6) * second);
  const transfers = desk.agent.bot ? conversation.turns < 4 && random() < 0.45 : random() < 0.03;
  if (transfers) {
    transferSomewhere(floor, at, conversation);
    return;
  }
  agenda.plan("send", at + writing, conversation, null);
}

/** The assigned agent's message leaves. */
export function send(floor: Floor, at: number, conversation: Conversation): void {
  const segment = conversation.segment!;
  const skillSegment = conversation.skillSegment!;
  const { agent, skill, began } = segment;
  floor.ledger.messages.push({ at, conversation, skill, agent, fromConsumer: false });
  const first = !segment.sent;
  const counts = !(first && (began === "takeover" || began === "resume"));
  segment.sent = true;
  skillSegment.sent = true;
  if (counts) segment.messages++;
  if (first && counts) {
    segment.firstMessageMs = at - segment.start;
    skillSegment.firstMessageMs += segment.firstMessageMs;
    skillSegment.firstMessages++;
  }
  if (conversation.wait !== null) answerWait(floor, at, conversation, counts);
  if (!agent.bot) conversation.humanAnswered = true;
  conversation.turns--;
  planConsumer(floor, at, conversation);
}

function answerWait(floor: Floor, at: number, conversation: Conversation, counts: boolean): void {
  const segment = conversation.segment!;
  const wait = conversation.wait!;
  wait.end = at;
  conversation.wait = null;
  const sinceAssignedMs = at - Math.max(segment.start, wait.start);
  if (counts) {
    segment.responseMs += sinceAssignedMs;
    segment.responses++;
  }
  if (segment.agent.bot) return;
  const firstHuman = !conversation.humanAnswered;
  const { agent, skill } = segment;
  floor.ledger.responses.push({
    at,
    agent,
    skill,
    waitMs: at - wait.start,
    sinceAssignedMs,
    firstHuman,
    firstAssignment: firstHuman && counts,
  });
}

function planConsumer(floor: Floor, at: number, conversation: Conversation): void {
  const { random, agenda } = floor;
  const course = random();
  // Bots give up on a silent consumer sooner than people do.
  const pace = conversation.segment!.agent.bot ? 1 / 3 : 1;
  const later = (plan: "reply" | "consume" | "leave" | "agentClose" | "autoClose", least: number, most: number): void =>
    agenda.plan(plan, at + between(random, least, most) * pace, conversation, null);
  if (conversation.turns > 0) {
    if (course < 0.06) {
      later("reply", 4 * second, 20 * second);
      return;
    }
    if (course < 0.1) {
      later("agentClose", 5 * minute, 15 * minute);
      return;
    }
    if (course < 0.15) {
      later("autoClose", 20 * minute, 40 * minute);
      return;
    }
    if (course < 0.18) {
      later("consume", 5 * minute, 25 * minute);
      return;
    }
    agenda.plan("consume", at + 4 * second + exponential(random, 60 * second), conversation, null);
    return;
  }
  if (course < 0.5) {
    later("agentClose", 5 * second, 60 * second);
    return;
  }
  if (course < 0.72) {
    later("leave", 5 * second, 2 * minute);
    return;
  }
  if (course < 0.85) {
    later("autoClose", 15 * minute, 40 * minute);
    return;
  }
  later("consume", 5 * second, 2 * minute);
}

/** A message of the consumer arrives. */
export function consume(floor: Floor, at: number, conversation: Conversation): void {
  const { segment, skillSegment, skill } = conversation;
  floor.ledger.messages.push({ at, conversation, skill, agent: segment?.agent ?? null, fromConsumer: true });
  if (segment?.sent) segment.answered = true;
  if (skillSegment?.sent) skillSegment.answered = true;
  if (conversation.wait === null) {
    conversation.wait = { conversation, skill, start: at, end: Number.POSITIVE_INFINITY };
    floor.ledger.waits.push(conversation.wait);
  }
  if (segment === null) return;
  const reaction = segment.agent.bot ? between(floor.random, 300, 2500) : 3 * second + exponential(floor.random, 25 * second);
  floor.agenda.plan("reply", at + reaction, conversation, null);
  if (floor.random() < 0.02) floor.agenda.plan("leave", at + second + exponential(floor.random, 3 * minute), conversation, null);
}
