import { pick, type Random, shuffle } from "../random.js";
import { firstNames, lastNames, places, topics } from "./names.js";
import type { Scale } from "./scale.js";

export interface Group {
  id: string;
  /** Null: the platform knows the id and no name. */
  name: string | null;
  parent: Group | null;
}

export interface Skill {
  id: string;
  name: string | null;
  /** True for a skill that bots answer first. */
  bot: boolean;
}

export interface Agent {
  id: string;
  name: string | null;
  login: string | null;
  group: Group;
  bot: boolean;
  /** May take over conversations of others. */
  manager: boolean;
  skills: Skill[];
  maxSlots: number;
  shiftStartsAtHour: number;
}

export interface Directory {
  groups: Group[];
  skills: Skill[];
  agents: Agent[];
}

/** When shifts of eight hours begin, so that people are there when consumers are; the last of the day goes through the night. */
const shiftHours = [8, 14, 7, 9, 23, 13, 10, 16, 6, 9, 8, 15, 9, 7, 13, 10, 17];
const nightShift = Math.max(...shiftHours);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Group ids by position: the main group is -1, every fourth of the others is beyond 32 bits. */
const groupId = (at: number): string => (at === 0 ? "-1" : String(at % 4 === 3 ? 5_000_000_500 + at : 500 + at));

/** Skill ids by position: the last one is -1, conversations without a skill. */
const skillId = (at: number, count: number): string => (at === count - 1 ? "-1" : String(at % 4 === 2 ? 4_300_000_100 + at : 100 + at));
const agentId = (at: number): string => String(at % 5 === 3 ? 41_000_001_000 + at : 1000 + at);

/** Different names for so many, in an order of chance; with a number from the second round on. */
function namesFrom(list: readonly string[], count: number, random: Random): string[] {
  const shuffled = shuffle(random, list);
  return upTo(count).map((at) => {
    const name = shuffled[at % list.length]!;
    return at < list.length ? name : `${name} ${Math.floor(at / list.length) + 1}`;
  });
}

function groupsOf(count: number, random: Random): Group[] {
  const names = namesFrom(places, count - 1, random);
  const groups: Group[] = [];
  for (const at of upTo(count)) {
    const parent = at === 0 ? null : (groups[Math.floor((at - 1) / 2)] ?? null);
    groups.push({ id: groupId(at), name: at === 0 ? "Main Group" : names[at - 1]!, parent });
  }
  return groups;
}

/**
 * Those that bots answer first, those of people, and at last the one of conversations without a skill: it has no name, and bots ask
 * there what it is about.
 */
function skillsOf(count: number, random: Random): Skill[] {
  const names = namesFrom(topics, count - 1, random);
  const bots = count > 2 ? Math.max(1, Math.round(count / 6)) : 0;
  return upTo(count).map((at) => ({ id: skillId(at, count), name: names[at] ?? null, bot: at < bots || at === count - 1 }));
}

/** Conversations that have no skill. */
export const isUnassigned = ({ id }: Skill): boolean => id === "-1";

/** One in three works at weekends. */
export const worksAtWeekends = (at: number): boolean => at % 3 === 2;

/** At weekends few are there, so that each of them serves every second skill besides their own: nobody's queue is left alone. */
function skillsAtWeekends(at: number, own: readonly Skill[], skills: readonly Skill[]): Skill[] {
  const turn = Math.floor(at / 3) % 2;
  return skills.filter((skill, position) => position % 2 === turn || own.includes(skill));
}

/** Every skill of its kind has somebody: agent n serves skills n, n + agents, n + 2 agents …, and two others by chance. */
function skillsServed(at: number, agents: number, skills: readonly Skill[], random: Random): Skill[] {
  const served = new Set(skills.filter((_, position) => position % agents === at % agents || position === at % skills.length));
  for (let more = 0; more < 2; more++) {
    const others = skills.filter((skill) => !served.has(skill));
    if (others.length > 0) served.add(pick(random, others));
  }
  return [...served];
}

/** Enough for the conversations that bots have in the busiest hour, and some more. */
const botSlots = (conversationsPerDay: number, bots: number): number => Math.ceil(Math.max(6, conversationsPerDay * 0.007) / bots);

/** The people, bots, skills and groups of an account. Ids depend on the counts alone, names and skills on the seed too. */
export function directoryOf(scale: Scale, random: Random): Directory {
  const groups = groupsOf(Math.max(1, scale.groups), random);
  const skills = skillsOf(Math.max(2, scale.skills), random);
  const bots = Math.max(1, Math.round(scale.agents * 0.15));
  const humans = Math.max(1, scale.agents - bots);
  const botSkills = skills.filter((skill) => skill.bot);
  const humanSkills = skills.filter((skill) => !skill.bot);
  const skillsOfHuman = (at: number, startsAt: number): Skill[] => {
    if (startsAt === nightShift) return humanSkills;
    const own = skillsServed(at, humans, humanSkills, random);
    return worksAtWeekends(at) ? skillsAtWeekends(at, own, humanSkills) : own;
  };
  const agents = upTo(bots + humans).map((at): Agent => {
    const bot = at >= humans;
    const startsAt = shiftHours[at % shiftHours.length]!;
    const nameless = at === humans + bots - 1 || (humans > 4 && at === humans - 1);
    const name = nameless ? null : bot ? `Bot ${pick(random, topics)} ${at}` : `${pick(random, firstNames)} ${pick(random, lastNames)}`;
    return {
      id: agentId(at),
      name,
      login: name === null || bot ? null : `${name.toLowerCase().replace(" ", ".")}.${at}@brand.example`,
      group: groups[at % groups.length]!,
      bot,
      manager: at === 0 || at % 12 === 7,
      skills: bot ? skillsServed(at - humans, bots, botSkills, random) : skillsOfHuman(at, startsAt),
      maxSlots: bot ? botSlots(scale.conversationsPerDay, bots) : 3 + (at % 4),
      shiftStartsAtHour: startsAt,
    };
  });
  return { groups, skills, agents };
}

/** The group itself and all groups above it. */
export function lineage(group: Group): Group[] {
  const line: Group[] = [];
  for (let at: Group | null = group; at !== null; at = at.parent) line.push(at);
  return line;
}
