import type { AgentSegmentsCall, SkillSegmentsCall } from "../../../src/upstream/call.js";
import type { AgentSegmentsQuestion, Ids, SkillSegmentsQuestion } from "../../../src/upstream/question.js";
import { product, remembered, subsets, type Universe, weighed } from "./cover.js";

/** Both segment APIs over one small contact centre. Its last agent, skill and group are never named in a question. */
const agents = ["1", "2", "3", "99"];
const skills = ["10", "20", "90"];
const groups = ["5", "6"];
const slotMinutes = 15;
/** Slots back from now. */
const slots = [1, 2, 3, 4];

export const namedAgents = agents.slice(0, -1);
export const namedSkills = skills.slice(0, -1);
export const namedGroups = groups.slice(0, -1);

interface Segment {
  agent: string;
  skill: string;
  group: string;
  human: boolean;
  slot: number;
}

const table: Segment[] = product(product(agents, skills), product(product(groups, [true, false]), slots)).map(
  ([[agent, skill], [[group, human], slot]]) => ({ agent, skill, group, human, slot }),
);
const { sum } = weighed(table);

const within = (ids: Ids | null, id: string): boolean => ids === null || ids === "all" || ids.includes(id);
const named = (ids: Ids, all: readonly string[]): readonly string[] => (ids === "all" ? all : ids);

interface Scope {
  lastMinutes: number;
  everyMinutes: number | null;
  userType: "HUMAN" | "BOT" | "ALL";
}

const counts = ({ userType }: Scope, segment: Segment): boolean => userType === "ALL" || (userType === "HUMAN") === segment.human;

/** The window as spans of slots: whole, and cut into intervals. */
function spans({ lastMinutes, everyMinutes }: Scope): { whole: number[]; intervals: number[][] | null } {
  const whole = slots.slice(0, lastMinutes / slotMinutes);
  if (everyMinutes === null) return { whole, intervals: null };
  const size = everyMinutes / slotMinutes;
  return { whole, intervals: product([...whole.keys()], [size]).flatMap(([at]) => (at % size ? [] : [whole.slice(at, at + size)])) };
}

/** What is told of each span: of the whole window, and of its intervals where it was cut. */
const told = <T>(scope: Scope, level: (span: number[]) => T): { whole: T; intervals: T[] | null } => {
  const { whole, intervals } = spans(scope);
  return { whole: level(whole), intervals: intervals?.map(level) ?? null };
};

const agentAnswer = remembered((call: AgentSegmentsCall) =>
  told(call, (span) => {
    const value = (which: (segment: Segment) => boolean) =>
      sum((segment) => span.includes(segment.slot) && within(call.groupIds, segment.group) && counts(call, segment) && which(segment));
    const rows = named(call.agents, agents).map((id) => [id, value(({ agent }) => agent === id)] as const);
    const split =
      call.skills &&
      named(call.skills, skills).map((skillId) => {
        const cells = named(call.agents, agents).map((id) => [id, value(({ agent, skill }) => agent === id && skill === skillId)] as const);
        return [skillId, Object.fromEntries(cells)] as const;
      });
    const total = value(({ agent }) => within(call.agents, agent));
    return { rows: Object.fromEntries(rows), split: split && Object.fromEntries(split), total: `total ${total}` };
  }),
);

/** What a question reads from an answer: its own ids, or everything; its own intervals, or none. */
const agentReading = remembered((call: AgentSegmentsCall, question: AgentSegmentsQuestion): string => {
  const { whole, intervals } = agentAnswer(call);
  const pick = <T>(from: Readonly<Record<string, T>>, ids: Ids) => (ids === "all" ? from : ids.map((id) => from[id] ?? "not there"));
  const read = ({ rows, split, total }: typeof whole) => [
    question.of === "total" ? total : pick(rows, question.agents),
    question.skills &&
      split &&
      Object.entries(pick(split, question.skills)).map(([key, cells]) => [
        key,
        cells && pick(cells as Record<string, string>, question.agents),
      ]),
  ];
  return JSON.stringify([read(whole), question.everyMinutes === null ? "not asked" : [call.everyMinutes, intervals?.map(read)]]);
});

export const agentSegmentsUniverse: Universe<AgentSegmentsQuestion, AgentSegmentsCall> = {
  *calls(questions) {
    for (const scope of scopes(questions)) {
      for (const [agentIds, skillIds] of product(sets(namedAgents), [null, ...sets(namedSkills)])) {
        yield { api: "agent-segments", ...scope, agents: agentIds, skills: skillIds };
      }
    }
  },
  answers: (call, question) => agentReading(call, question) === agentReading(question, question),
  cost: () => 1,
};

const skillAnswer = remembered((call: SkillSegmentsCall) =>
  told(call, (span) => {
    const value = (which: (segment: Segment) => boolean) =>
      sum((segment) => span.includes(segment.slot) && counts(call, segment) && which(segment));
    const rows = named(call.skills, skills).map((id) => [id, value(({ skill }) => skill === id)] as const);
    return { rows: Object.fromEntries(rows), total: `total ${value(({ skill }) => within(call.skills, skill))}` };
  }),
);

const skillReading = remembered((call: SkillSegmentsCall, question: SkillSegmentsQuestion): string => {
  const { whole, intervals } = skillAnswer(call);
  const read = ({ rows, total }: typeof whole) =>
    question.of === "total" ? total : question.skills === "all" ? rows : question.skills.map((id) => rows[id] ?? "not there");
  return JSON.stringify([read(whole), question.everyMinutes === null ? "not asked" : [call.everyMinutes, intervals?.map(read)]]);
});

export const skillSegmentsUniverse: Universe<SkillSegmentsQuestion, SkillSegmentsCall> = {
  *calls(questions) {
    for (const scope of scopes(questions)) for (const ids of sets(namedSkills)) yield { api: "skill-segments", ...scope, skills: ids };
  },
  answers: (call, question) => skillReading(call, question) === skillReading(question, question),
  cost: () => 1,
};

const sets = (ids: readonly string[]): Ids[] => ["all", ...subsets(ids).filter((set) => set.length > 0)];

type Scoped = AgentSegmentsQuestion | SkillSegmentsQuestion;

/** Every combination of the windows, intervals and filters that occur in the questions. */
function scopes(questions: readonly Scoped[]) {
  const values = <T>(of: (question: Scoped) => T): T[] =>
    [...new Set(questions.map((question) => JSON.stringify(of(question))))].map((text) => JSON.parse(text) as T);
  const groupings = values((question) => ("groupIds" in question ? question.groupIds : null));
  return product(
    product(
      values(({ lastMinutes }) => lastMinutes),
      [...new Set([null, ...values(({ everyMinutes }) => everyMinutes)])],
    ),
    product(
      values(({ userType }) => userType),
      groupings,
    ),
  ).map(([[lastMinutes, everyMinutes], [userType, groupIds]]) => ({ lastMinutes, everyMinutes, userType, groupIds, source: null }));
}
