import fc from "fast-check";
import { expect, test } from "vitest";
import { ContactCenter } from "../../src/simulator/model/contact-center.js";
import { hour, minute, second } from "../../src/simulator/model/duration.js";
import type { Ledger } from "../../src/simulator/model/ledger.js";
import type { AgentSegment, SkillSegment } from "../../src/simulator/model/records.js";
import { scales } from "../../src/simulator/model/scale.js";
import { atWork, type StillLine, stillLine } from "../support/still-line.js";

/**
 * Every derived metric of every row that an operation can show, against what happened: the events of the same contact centre are counted
 * here once more, with none of the simulator's metric functions and none of the gateway's formulas.
 */

const seed = 31;
const scale = { ...scales.small, agents: 14, skills: 6, groups: 4, conversationsPerDay: 420 };

type Figure = number | null;
type Figures = Readonly<Record<string, Figure>>;
const share = (part: number, whole: number): Figure => (whole === 0 ? null : part / whole);

// ---------------------------------------------------------------- what happened

interface Served {
  sent: boolean;
  answered: boolean;
  ended: string | null;
}

/** The four outcomes of a segment exclude each other. */
function outcomeRates(segments: readonly Served[]): Figures {
  const of = (holds: (segment: Served) => boolean) => share(segments.filter(holds).length, segments.length);
  return {
    interactiveRate: of(({ sent, answered }) => sent && answered),
    nonResponsiveConsumersRate: of(({ sent, answered }) => sent && !answered),
    abandonmentRate: of(({ sent, ended }) => !sent && ended === "consumer"),
    nonResponsiveAgentsRate: of(({ sent, ended }) => !sent && ended !== "consumer"),
  };
}

const within = ({ from, to }: Span, time: number): boolean => time >= from && time < to;
interface Span {
  from: number;
  to: number;
}

type AgentFilter = (segment: AgentSegment) => boolean;
type SkillFilter = (segment: SkillSegment) => boolean;
const isOfType = (userType: string, bot: boolean): boolean => userType === "ALL" || (userType === "BOT") === bot;
const servedBy = (userType: string, { humans, bots }: SkillSegment): boolean =>
  userType === "ALL" || (userType === "HUMAN" ? humans && !bots : bots && !humans);

class Events {
  constructor(private readonly ledger: Ledger) {}

  agentRates(span: Span, filter: AgentFilter): Figures {
    return outcomeRates(this.ledger.agentSegments.filter((segment) => within(span, segment.end) && filter(segment)));
  }

  skillRates(span: Span, filter: SkillFilter): Figures {
    return outcomeRates(this.ledger.skillSegments.filter((segment) => within(span, segment.end) && filter(segment)));
  }

  closedShares({ from, to }: Span, asked: number, filter: (close: Ledger["closes"][number]) => boolean): Figures {
    const closes = this.ledger.closes.filter((close) => close.at >= from && close.at <= Math.min(to, asked) && filter(close));
    const of = (closer: string) => share(closes.filter(({ by }) => by === closer).length, closes.length);
    return { closedByAgentShare: of("agent"), closedByConsumerShare: of("consumer"), autoClosedShare: of("system") };
  }

  overdueShare(now: number, filter: AgentFilter): Figures {
    const waits = this.ledger.waits.filter(({ start, end }) => start <= now && end > now);
    const assigned = this.ledger.agentSegments.filter((segment) => segment.start <= now && segment.end > now && filter(segment));
    const overdue = assigned.filter(({ conversation }) =>
      waits.some((wait) => wait.conversation === conversation && now - wait.start > 5 * minute),
    );
    return { overdueAssignedShare: share(overdue.length, assigned.length) };
  }

  interval(
    span: Span,
    model: string,
    { skill, agent, group, conversation }: Partial<Record<"skill" | "agent" | "group" | "conversation", string>>,
  ): Figures {
    const { focuses, agentSegments, skillSegments, closes, messages } = this.ledger;
    const handled = focuses
      .map((focus) => ({ ...focus, end: model === "EHT" ? focus.engagedUntil : focus.end }))
      .filter(
        (focus) =>
          focus.start < span.to &&
          focus.end > span.from &&
          focus.end > focus.start &&
          (skill === undefined || focus.skill.id === skill) &&
          (agent === undefined || focus.agent.id === agent) &&
          (group === undefined || focus.agent.group.id === group) &&
          (conversation === undefined || focus.conversation.id === conversation),
      );
    const ms = handled.reduce((sum, { start, end }) => sum + Math.min(end, span.to) - Math.max(start, span.from), 0);
    const handleTime = Math.trunc(ms / second) * second;
    const conversations = new Set(handled.map((focus) => focus.conversation)).size;
    const isBySkillAlone = skill !== undefined && agent === undefined && group === undefined && conversation === undefined;
    const closed = closes.filter((close) => within(span, close.at) && close.skill.id === skill).length;
    const arrivals = skillSegments.filter(
      ({ start, began, skill: of }) => within(span, start) && began !== "transfer" && of.id === skill,
    ).length;
    // Without activity of a human agent the platform has no handle time.
    const human =
      conversations > 0 ||
      agentSegments.some(
        (segment) =>
          !segment.agent.bot &&
          (skill === undefined || segment.skill.id === skill) &&
          Math.min(segment.end, span.to) - Math.max(segment.start, span.from) >= second,
      ) ||
      messages.some(
        (message) => within(span, message.at) && message.agent?.bot === false && !message.fromConsumer && message.skill.id === skill,
      );
    return {
      handleTimePerHandledConversation: share(handleTime, conversations),
      handleTimePerClosedConversation: isBySkillAlone && human ? share(handleTime, closed) : null,
      arrivalsMinusClosed: isBySkillAlone ? arrivals - closed : null,
    };
  }
}

// ---------------------------------------------------------------- what is asked

const rates = "interactiveRate abandonmentRate nonResponsiveConsumersRate nonResponsiveAgentsRate";
const shares = "closedByAgentShare closedByConsumerShare autoClosedShare";
const perConversation = "handleTimePerHandledConversation handleTimePerClosedConversation arrivalsMinusClosed";

const groupings = { SKILL: "skill", AGENT: "agent", AGENT_GROUP: "agentGroup", CONVERSATION: "conversation" } as const;
type Grouping = keyof typeof groupings;

const cases = fc.record({
  laterMinutes: fc.integer({ min: 17, max: 240 }),
  lastMinutes: fc.constantFrom(30, 60, 120, 240, 720),
  everyMinutes: fc.constantFrom(5, 10, 30),
  userType: fc.constantFrom("ALL", "HUMAN", "BOT"),
  intervalMinutes: fc.constantFrom(15, 30, 60),
  model: fc.constantFrom("IFT", "EHT"),
  grouping: fc.constantFrom<readonly Grouping[]>(["SKILL"], ["AGENT"], ["AGENT_GROUP"], ["SKILL", "AGENT"], ["AGENT", "CONVERSATION"]),
});
type Case = ReturnType<typeof cases.generate>["value"];

const operation = ({ lastMinutes, everyMinutes, userType, intervalMinutes, model, grouping }: Case): string => `{ contactCenter {
  agents(orderBy: { metric: ABANDONMENT_RATE, lastMinutes: ${lastMinutes}, userType: ${userType} }) { nodes { id
    segments(lastMinutes: ${lastMinutes}, userType: ${userType}) { window { from to } ${rates}
      intervals(everyMinutes: ${everyMinutes}) { from to ${rates} }
      bySkill { skill { id } agent { id } ${rates} } } } }
  agentSegments(lastMinutes: ${lastMinutes}, userType: ${userType}) { window { from to } ${rates} intervals(everyMinutes: ${everyMinutes}) { from to ${rates} } }
  skillSegments(lastMinutes: ${lastMinutes}, userType: ${userType}) { window { from to } ${rates} }
  keyMetrics(lastMinutes: ${lastMinutes}) { asOf window { from to } ${shares} }
  current { asOf overdueAssignedShare }
  skills { nodes { id
    segments(lastMinutes: ${lastMinutes}, userType: ${userType}) { window { from to } ${rates} intervals(everyMinutes: ${everyMinutes}) { from to ${rates} } }
    keyMetrics(lastMinutes: ${lastMinutes}) { asOf window { from to } ${shares} }
    current { asOf overdueAssignedShare } } }
  agentGroups { nodes { id keyMetrics(lastMinutes: ${lastMinutes}) { asOf window { from to } ${shares} } } }
  intervals(lastMinutes: 240, everyMinutes: ${intervalMinutes}, groupBy: [${grouping}], handleTimeModel: ${model}, includeBotSkills: true, first: 5000) {
    nodes { from to skill { id } agent { id } agentGroup { id } conversation { id } ${perConversation} } }
} }`;

type Spanned = Record<string, Figure> & { from: string; to: string };
type Windowed = Record<string, Figure> & { window: { from: string; to: string }; intervals?: Spanned[]; asOf: string };
type Id = { id: string } | null;
interface Answered {
  contactCenter: {
    agents: { nodes: { id: string; segments: (Windowed & { bySkill: (Record<string, Figure> & { skill: Id; agent: Id })[] }) | null }[] };
    agentSegments: Windowed;
    skillSegments: Windowed;
    keyMetrics: Windowed;
    current: Windowed;
    skills: { nodes: { id: string; segments: Windowed | null; keyMetrics: Windowed | null; current: Windowed | null }[] };
    agentGroups: { nodes: { id: string; keyMetrics: Windowed | null }[] };
    intervals: { nodes: (Spanned & Record<(typeof groupings)[Grouping], Id>)[] };
  };
}

const spanOf = ({ from, to }: { from: string; to: string }): Span => ({ from: Date.parse(from), to: Date.parse(to) });

/** Figures compared, and those that are not null. */
interface Tally {
  compared: number;
  figures: number;
  byName: Map<string, number>;
}

function compare(shown: object, expected: Figures, tally: Tally, where: string): void {
  for (const [name, value] of Object.entries(expected)) {
    expect([where, name, (shown as Figures)[name]]).toEqual([where, name, value]);
    tally.compared++;
    if (value === null) continue;
    tally.figures++;
    tally.byName.set(name, (tally.byName.get(name) ?? 0) + 1);
  }
}

function judge(asked: Case, { contactCenter: shown }: Answered, events: Events, tally: Tally): void {
  const { userType } = asked;
  const agentTypes: AgentFilter = ({ agent }) => isOfType(userType, agent.bot);
  const segments = (found: Windowed, filter: AgentFilter, where: string) => {
    compare(found, events.agentRates(spanOf(found.window), filter), tally, where);
    for (const interval of found.intervals ?? [])
      compare(interval, events.agentRates(spanOf(interval), filter), tally, `${where} ${interval.from}`);
  };
  segments(shown.agentSegments, agentTypes, "all agents");
  for (const { id, segments: found } of shown.agents.nodes) {
    if (!found) continue;
    segments(found, (segment) => agentTypes(segment) && segment.agent.id === id, `agent ${id}`);
    for (const row of found.bySkill) {
      const ofRow: AgentFilter = (segment) =>
        agentTypes(segment) && segment.agent.id === row.agent?.id && segment.skill.id === row.skill?.id;
      compare(row, events.agentRates(spanOf(found.window), ofRow), tally, `agent ${id} in skill ${row.skill?.id}`);
    }
  }
  const skillTypes: SkillFilter = (segment) => servedBy(userType, segment);
  compare(shown.skillSegments, events.skillRates(spanOf(shown.skillSegments.window), skillTypes), tally, "all skills");
  compare(
    shown.keyMetrics,
    events.closedShares(spanOf(shown.keyMetrics.window), Date.parse(shown.keyMetrics.asOf), () => true),
    tally,
    "closes",
  );
  compare(
    shown.current,
    events.overdueShare(Date.parse(shown.current.asOf), () => true),
    tally,
    "now",
  );
  for (const { id, segments: found, keyMetrics, current } of shown.skills.nodes) {
    const ofSkill: SkillFilter = (segment) => skillTypes(segment) && segment.skill.id === id;
    if (found) compare(found, events.skillRates(spanOf(found.window), ofSkill), tally, `skill ${id}`);
    for (const interval of found?.intervals ?? [])
      compare(interval, events.skillRates(spanOf(interval), ofSkill), tally, `skill ${id} ${interval.from}`);
    if (keyMetrics)
      compare(
        keyMetrics,
        events.closedShares(spanOf(keyMetrics.window), Date.parse(keyMetrics.asOf), ({ skill }) => skill.id === id),
        tally,
        `closes of skill ${id}`,
      );
    if (current)
      compare(
        current,
        events.overdueShare(Date.parse(current.asOf), ({ skill }) => skill.id === id),
        tally,
        `skill ${id} now`,
      );
  }
  for (const { id, keyMetrics } of shown.agentGroups.nodes) {
    if (keyMetrics)
      compare(
        keyMetrics,
        events.closedShares(spanOf(keyMetrics.window), Date.parse(keyMetrics.asOf), ({ agent }) => agent?.group.id === id),
        tally,
        `closes of group ${id}`,
      );
  }
  for (const row of shown.intervals.nodes) {
    const of = (kind: (typeof groupings)[Grouping], as: string) => (row[kind] ? { [as]: row[kind].id } : {});
    const ids = { ...of("skill", "skill"), ...of("agent", "agent"), ...of("agentGroup", "group"), ...of("conversation", "conversation") };
    compare(row, events.interval(spanOf(row), asked.model, ids), tally, `${JSON.stringify(ids)} ${row.from}`);
  }
  const order = shown.agents.nodes.map(({ segments: found }) => found?.abandonmentRate ?? Number.NEGATIVE_INFINITY);
  expect(order).toEqual([...order].sort((a, b) => b - a));
}

const runs = 40;

test(`every derived metric is what happened, row by row, in ${runs} operations at different times`, { timeout: 120_000 }, async () => {
  const line: StillLine = await stillLine({ accounts: [{ id: "demo", seed, ...scale }] });
  const center = new ContactCenter(scale, seed, atWork);
  const tally: Tally = { compared: 0, figures: 0, byName: new Map() };
  for (const asked of fc.sample(cases, { numRuns: runs, seed: 7 })) {
    line.clock.now += asked.laterMinutes * minute + 1_234;
    center.advanceTo(line.clock.now);
    const { data, errors } = await line.ask<Answered>(operation(asked));
    expect(errors).toEqual([]);
    judge(asked, data, new Events(center.ledger), tally);
  }
  console.log(`derived metrics: ${tally.compared} compared with the events, 0 wrong; ${tally.figures} of them are not null`);
  expect(Object.fromEntries([...tally.byName].filter(([, count]) => count < 10))).toEqual({});
  expect([...tally.byName.keys()].sort()).toEqual(`${rates} ${shares} overdueAssignedShare ${perConversation}`.split(" ").sort());
});

test("asking for a derived metric costs no call that its parts would not cost, and with its parts none more", async () => {
  const line = await stillLine();
  const asking = (fields: string) => `{ contactCenter { skills(first: 3) { nodes { segments { ${fields} } } } } }`;
  await line.ask(asking("interactiveSkillSegments totalSkillConversationSegments"));
  const parts = line.calls();
  await line.ask(asking("interactiveRate"));
  expect(line.calls()).toBe(parts);
  line.clock.now += hour;
  line.simulator.resetCounts();
  await line.ask(asking("interactiveRate"));
  expect(line.calls()).toBeLessThanOrEqual(parts);
});
