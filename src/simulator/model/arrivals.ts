import { between, exponential, pick, type Random } from "../random.js";
import { isUnassigned, type Skill } from "./directory.js";
import { day } from "./duration.js";
import type { Floor } from "./floor.js";
import type { Conversation } from "./records.js";
import { busyness, peakToMean } from "./rhythm.js";
import { enqueue } from "./routing.js";
import { consume } from "./talk.js";

export const sources = ["APP", "APP", "APP", "WEB", "WEB", "FACEBOOK", "SMS", "WHATSAPP"];
const weights = [1, 1, 1, 1, 2];

/** Plans the next arrival after `at`: a Poisson process whose rate follows the hour of the day and the day of the week. */
export function planArrival(floor: Floor, at: number): void {
  const perMsAtPeak = (floor.conversationsPerDay * peakToMean) / day;
  if (perMsAtPeak <= 0) return;
  let next = at;
  do next += 1 + exponential(floor.random, 1 / perMsAtPeak);
  while (floor.random() > busyness(next));
  floor.agenda.plan("arrive", next, null, null);
}

function conversationId(random: Random): string {
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

/** A third comes to bots first; few come without a skill. */
function skillWanted({ random, directory: { skills } }: Floor): Skill {
  const bots = skills.filter((skill) => skill.bot && !isUnassigned(skill));
  if (bots.length > 0 && random() < 0.35) return pick(random, bots);
  const skill = pick(random, skills);
  return isUnassigned(skill) && random() < 0.7 ? pick(random, skills) : skill;
}

/** A consumer opens a conversation with a first message. */
export function arrive(floor: Floor, at: number): void {
  planArrival(floor, at);
  const { random } = floor;
  const skill = skillWanted(floor);
  const conversation: Conversation = {
    id: conversationId(random),
    source: pick(random, sources),
    weight: pick(random, weights),
    skill,
    state: "queued",
    segment: null,
    skillSegment: null,
    queueStay: null,
    wait: null,
    turns: between(random, 2, 7),
    humanAnswered: false,
    next: "new",
    stamp: 0,
  };
  consume(floor, at, conversation);
  enqueue(floor, at, conversation, skill);
}
