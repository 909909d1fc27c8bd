import { check, data, type Workload } from "../workload.js";

const oneAgent =
  "query ($id: ID!) { contactCenter { agent(id: $id) { id segments(lastMinutes: 60) { totalAgentConversationSegments } } } }";

type OneAgent = { contactCenter: { agent: { segments: { totalAgentConversationSegments: number } | null } } };

/** Rows of one window are one answer, whoever asks. While the first call may run at once, the others wait behind one turn. */
const fortyUsers: Workload = {
  name: "40 users asking for one agent each at once",
  simulated: { accounts: [{ id: "demo", agents: 40 }] },
  // What a running gateway knows: how many agents there are, so that a call asks for all of them.
  async warmUp(line, clock) {
    await data(line, "{ contactCenter { agents { nodes { id segments(lastMinutes: 60) { asOf } } } } }");
    clock.advance(3_600_000);
  },
  async run(line) {
    const truth = line.simulator.truth("demo");
    const ids = truth.agents.map(({ id }) => id).slice(0, 40);
    const answers = await Promise.all(ids.map((id) => data<OneAgent>(line, oneAgent, { id })));
    check(
      answers.some(({ contactCenter }) => contactCenter.agent.segments !== null),
      "nobody worked",
    );
    return { least: 1 };
  },
};

/** Equal questions are one question. */
const fiftyEqual: Workload = {
  name: "50 equal queries at once",
  simulated: {},
  async run(line) {
    const query = "{ contactCenter { keyMetrics(lastMinutes: 60) { closedConversations } } }";
    const answers = await Promise.all(Array.from({ length: 50 }, () => data(line, query)));
    check(new Set(answers.map((answer) => JSON.stringify(answer))).size === 1, "equal questions were answered differently");
    return { least: 1 };
  },
};

/** Names, comments and the order of fields are no part of a question. */
const fiftyAlike: Workload = {
  name: "50 queries equal but for comments and names",
  simulated: {},
  async run(line) {
    const query = (index: number) =>
      `# viewer ${index}\nquery Viewer${index} { board${index}: contactCenter { figures${index}: skillSegments(lastMinutes: 60) { ${index % 2 ? "asOf totalSkillConversationSegments" : "totalSkillConversationSegments asOf"} } } }`;
    await Promise.all(Array.from({ length: 50 }, (_, index) => data(line, query(index))));
    return { least: 1 };
  },
};

/** A subset's rows are contained in everybody's rows. */
const subsets: Workload = {
  name: "all agents, then 20 subsets of them",
  simulated: { accounts: [{ id: "demo", agents: 40 }] },
  async run(line) {
    const ids = line.simulator.truth("demo").agents.map(({ id }) => id);
    // Everybody's rows: named, so that the list itself costs nothing.
    const all =
      "query ($ids: [ID!]) { contactCenter { agents(ids: $ids) { nodes { id segments(lastMinutes: 60) { totalAgentConversationSegments } } } } }";
    await data(line, all, { ids });
    for (let index = 0; index < 20; index++) await data(line, all, { ids: ids.slice(index, index + 5) });
    return { least: 1 };
  },
};

/** A total of a subset is in no answer about all: it is a call of its own, and asking twice costs once. */
const subsetTotal: Workload = {
  name: "all agents with their total, then the total of a subset, twice",
  simulated: { accounts: [{ id: "demo", agents: 40 }] },
  async run(line) {
    const ids = line.simulator
      .truth("demo")
      .agents.map(({ id }) => id)
      .slice(0, 5);
    await data(line, "{ contactCenter { agentSegments(lastMinutes: 60) { totalAgentConversationSegments } } }");
    type Total = {
      contactCenter: {
        agentSegments: { totalAgentConversationSegments: number };
        agents: { nodes: { segments: { totalAgentConversationSegments: number } | null }[] };
      };
    };
    const query = `query ($ids: [ID!]) { contactCenter { agentSegments(lastMinutes: 60, agentIds: $ids) { totalAgentConversationSegments }
      agents(ids: $ids) { nodes { segments(lastMinutes: 60) { totalAgentConversationSegments } } } } }`;
    for (let times = 0; times < 2; times++) {
      const { contactCenter } = await data<Total>(line, query, { ids });
      const sum = contactCenter.agents.nodes.reduce((total, { segments }) => total + (segments?.totalAgentConversationSegments ?? 0), 0);
      check(sum === contactCenter.agentSegments.totalAgentConversationSegments, "the total of the subset is not the sum of its rows");
    }
    return { least: 2 };
  },
};

export const sharing = [fortyUsers, fiftyEqual, fiftyAlike, subsets, subsetTotal];
