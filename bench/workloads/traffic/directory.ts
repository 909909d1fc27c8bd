import { ceilTo, dayMs, floorTo, hourMs, minuteMs } from "../../../src/time.js";
import { check } from "../../workload.js";
import { referred } from "./panel.js";
import { agentSegments, current, keyMetrics } from "./parts.js";
import type { Scene } from "./scene.js";
import { accountId, agentIds, apart, rounds, sized, skillIds, type TrafficWorkload } from "./traffic-workload.js";

interface Page {
  nodes: { id: string; keyMetrics: { closedConversations: number | null } | null }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const orderedPage = `query ($account: ID!, $after: String) { contactCenter(accountId: $account) {
  skills(orderBy: { metric: CLOSED_CONVERSATIONS, lastMinutes: 240 }, first: 20, after: $after) {
    nodes { id keyMetrics(lastMinutes: 240) { closedConversations } } pageInfo { hasNextPage endCursor } } } }`;

/** The platform sorts and gives fifty keys a page. 120 keys are three pages. Minimum 3. */
const orderedPaging: TrafficWorkload = {
  name: "ordered paging through 120 skills by 20",
  simulated: sized({ skills: 120, agents: 20 }),
  stands: true,
  async run(scene) {
    const nodes: Page["nodes"] = [];
    for (let after: string | null = null; ; ) {
      const answer: { contactCenter: { skills: Page } } = await scene.ask(orderedPage, { account: accountId, after });
      const { skills } = answer.contactCenter;
      nodes.push(...skills.nodes);
      after = skills.pageInfo.endCursor;
      if (!skills.pageInfo.hasNextPage) break;
    }
    checkOrdered(scene, nodes);
    return 3;
  },
};

function checkOrdered({ line, clock }: Scene, nodes: Page["nodes"]): void {
  const to = ceilTo(clock.now(), minuteMs);
  const { groups } = line.simulator.truth(accountId).keyMetrics({ from: to - 240 * minuteMs, to, groupBy: "skillId" });
  const closed = new Map(groups.map(({ key, metrics }) => [key, metrics.closedConversations ?? null]));
  const shown = nodes.map(({ id, keyMetrics }) => [id, keyMetrics?.closedConversations ?? null] as const);
  check(new Set(shown.map(([id]) => id)).size === closed.size && shown.length === closed.size, `${shown.length} of ${closed.size} skills`);
  for (const [id, figure] of shown) check(closed.get(id) === figure, `skill ${id} closed ${closed.get(id)}, not ${figure}`);
  const figures = shown.map(([, figure]) => figure ?? -1);
  check(figures.join() === figures.toSorted((a, b) => b - a).join(), `the order is ${figures}`);
}

/** Names are in the rows of yesterday and in the hourly rows of today. Each is one page for 24 agents. Minimum 2. */
const namesOneByOne: TrafficWorkload = {
  name: "names of ten agents, one by one",
  simulated: sized({ agents: 24 }),
  stands: true,
  async run(scene) {
    const query = "query ($account: ID!, $id: ID!) { contactCenter(accountId: $account) { agent(id: $id) { name } } }";
    const atWork = agentsAtWork(scene);
    for (const { id, name } of scene.line.simulator.truth(accountId).agents.slice(0, 10)) {
      const answer = await scene.ask<{ contactCenter: { agent: { name: string | null } } }>(query, { account: accountId, id });
      const shown = answer.contactCenter.agent.name;
      check(shown === (atWork.has(id) ? name : null), `agent ${id} is called ${shown}, not ${name}`);
    }
    return 2;
  },
};

/** Agents with a row that can name them: yesterday, or in an hour of today that has ended. */
function agentsAtWork({ line, clock }: Scene): Set<string> {
  const midnight = floorTo(clock.now(), dayMs);
  const rows = line.simulator.truth(accountId).intervalMetrics({
    from: midnight - dayMs,
    to: floorTo(clock.now(), hourMs),
    intervalMinutes: 60,
    grouping: ["agentGroup", "agent"],
    handleTimeModel: "IFT",
    metrics: ["handleTime", "workTime"],
  });
  return new Set(rows.flatMap(({ agentId }) => agentId ?? []));
}

/**
 * Two rounds 17 s apart. In each, segments of sixty agents are one call, and current values and key metrics of thirty skills are
 * one page. Minimum 4.
 */
const router: TrafficWorkload = {
  name: "15 router requests for own agents and skills, 25 ms apart, twice",
  simulated: sized({ agents: 60, skills: 40 }),
  async run(scene) {
    const panels = Array.from({ length: 15 }, (_, request) =>
      referred(
        accountId,
        {
          agent: agentIds(scene).slice(4 * request, 4 * request + 4),
          skill: skillIds(scene).slice(2 * request, 2 * request + 2),
        },
        { agent: [agentSegments("agent")], skill: [current, keyMetrics()] },
      ),
    );
    await scene.timeline(rounds(2, 17, () => apart(25, panels)));
    return 2 * 2;
  },
};

export const directory = [orderedPaging, namesOneByOne, router];
