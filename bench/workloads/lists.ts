import { check, data, type Workload } from "../workload.js";

interface Nodes<T> {
  contactCenter: Record<string, { nodes: T[] }>;
}

const wallboardFields = `nodes { id name
  current { unassignedConversations onlineAgents }
  keyMetrics(lastMinutes: 60) { closedConversations avgWaitTime }
  segments(lastMinutes: 60) { totalSkillConversationSegments } }`;

/** The list, names, key metrics and current values are rows and sections of one KMM call (50 keys are one page), segments and their total one call more. */
const wallboard: Workload = {
  name: "wallboard of 50 skills with totals",
  simulated: { accounts: [{ id: "demo", skills: 49, agents: 40 }] },
  async run(line) {
    type Row = { keyMetrics: { closedConversations: number | null } | null; segments: { totalSkillConversationSegments: number } | null };
    const answer = await data<{ contactCenter: { skills: { nodes: Row[] }; skillSegments: { totalSkillConversationSegments: number } } }>(
      line,
      `{ contactCenter { skills(first: 100) { ${wallboardFields} } keyMetrics(lastMinutes: 60) { closedConversations } skillSegments(lastMinutes: 60) { totalSkillConversationSegments } } }`,
    );
    const { skills, skillSegments } = answer.contactCenter;
    const sum = skills.nodes.reduce((total, { segments }) => total + (segments?.totalSkillConversationSegments ?? 0), 0);
    check(skills.nodes.length > 40 && sum === skillSegments.totalSkillConversationSegments, `segments add up to ${sum}`);
    return { least: 2 };
  },
};

/** Agents x skills x intervals of one window are one answer. The list itself is another window (24 h): it is known before. */
const agents: Workload = {
  name: "200 agents with segments, intervals and split by skill",
  simulated: { accounts: [{ id: "demo", agents: 200, skills: 12, conversationsPerDay: 4000 }] },
  async run(line) {
    const ids = line.simulator
      .truth("demo")
      .agents.map(({ id }) => id)
      .slice(0, 200);
    type Agent = {
      segments: null | {
        totalAgentConversationSegments: number;
        intervals: { totalAgentConversationSegments: number | null }[];
        bySkill: { totalAgentConversationSegments: number }[];
      };
    };
    const answer = await data<Nodes<Agent>>(
      line,
      `query ($ids: [ID!]) { contactCenter { agents(ids: $ids) { nodes { id segments(lastMinutes: 60) {
         totalAgentConversationSegments intervals(everyMinutes: 15) { totalAgentConversationSegments }
         bySkill { skill { id } totalAgentConversationSegments } } } } } }`,
      { ids },
    );
    const nodes = answer.contactCenter.agents!.nodes;
    check(nodes.length === ids.length, `${nodes.length} agents`);
    for (const { segments } of nodes) {
      if (!segments) continue;
      const sum = segments.bySkill.reduce((total, row) => total + row.totalAgentConversationSegments, 0);
      check(sum === segments.totalAgentConversationSegments, "an agent's skills do not add up to the agent");
    }
    return { least: 1 };
  },
};

/** 120 keys are three pages of 50; names, current values and key metrics are on the same pages; segments have no pages. */
const pages: Workload = {
  name: "120 skills over pages, names, current, key metrics, segments",
  simulated: { accounts: [{ id: "demo", skills: 119, agents: 60 }] },
  async run(line) {
    const count = line.simulator.truth("demo").skills.length;
    const answer = await data<Nodes<{ id: string }>>(line, `{ contactCenter { skills(first: 500) { ${wallboardFields} } } }`);
    check(answer.contactCenter.skills!.nodes.length === count, `${answer.contactCenter.skills!.nodes.length} of ${count} skills`);
    return { least: Math.ceil(count / 50) + 1 };
  },
};

/** A router asks for entities one by one; the rows of all are one answer of each API. */
const entities: Workload = {
  name: "100 entity representations with metrics of two APIs",
  simulated: { accounts: [{ id: "demo", skills: 99, agents: 20 }] },
  async run(line) {
    const ids = line.simulator
      .truth("demo")
      .skills.map(({ id }) => id)
      .slice(0, 100);
    const representations = ids.map((id) => ({ __typename: "Skill", accountId: "demo", id }));
    const answer = await data<{ _entities: { id: string }[] }>(
      line,
      "query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Skill { id current { onlineAgents } segments { totalSkillConversationSegments } } } }",
      { representations },
    );
    check(answer._entities.map(({ id }) => id).join() === ids.join(), "the order of the representations is kept");
    return { least: Math.ceil(ids.length / 50) + 1 };
  },
};

export const lists = [wallboard, agents, pages, entities];
