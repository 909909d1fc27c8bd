import { between, exponential, pick, type Random } from "../random.js";
import { day, hour } from "./duration.js";
import type { Floor } from "./floor.js";
import type { Conversation } from "./records.js";
import { enqueue } from "./routing.js";
import { consume } from "./talk.js";

export const sources = ["APP", "APP", "APP", "WEB", "WEB", "FACEBOOK", "SMS", "WHATSAPP"];
const weights = [1, 1, 1, 1, 2];

/** Share of the busiest hour, by hour of the day (UTC). */
const busyness = [
  0.2, 0.15, 0.12, 0.12, 0.15, 0.25, 0.4, 0.6, 0.8, 0.95, 1, 0.95, 0.85, 0.9, 1, 0.95, 0.85, 0.75, 0.65, 0.6, 0.5, 0.4, 0.3, 0.25,
];
const mean = busyness.reduce((sum, share) => sum + share, 0) / busyness.length;

/** Plans the next arrival after `at`: a Poisson process whose rate follows the hour of the day. */
export function planArrival(floor: Floor, at: number): void {
  const perMsAtPeak = floor.conversationsPerDay / mean / day;
  if (perMsAtPeak <= 0) return;
  let next = at;
  do next += 1 + exponential(floor.random, 1 / perMsAtPeak);
  while (floor.random() > busyness[Math.floor((next % day) / hour)]!);
  floor.agenda.plan("arrive", next, null, null);
}

function conversationId(random: Random): string {
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

/** A consumer opens a conversation with a first message. */
export function arrive(floor: Floor, at: number): void {
  planArrival(floor, at);
  const { random, directory } = floor;
  const bots = directory.skills.filter((skill) => skill.bot);
  const skill = bots.length > 0 && random() < 0.35 ? pick(random, bots) : pick(random, directory.skills);
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
