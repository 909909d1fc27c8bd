import { list, one } from "./panel.js";
import { agentSegments, keyMetrics, skillSegments } from "./parts.js";
import { accountId, agentIds, apart, sized, skillIds, type TrafficWorkload } from "./traffic-workload.js";

const forty = 40;

/** One call names all forty ids: rows of one window share a call. Minimum 1. */
const atOnce: TrafficWorkload = {
  name: "40 people, an agent each, at once, nothing known",
  simulated: sized({ agents: 60 }),
  async run(scene) {
    await scene.timeline(
      apart(
        0,
        agentIds(scene)
          .slice(0, forty)
          .map((id) => one(accountId, "agent", id, agentSegments("agent"))),
      ),
    );
    return 1;
  },
};

/** The last person asks one second after the first. One call over all forty ids is fresh for 15 s. Minimum 1. */
const oneByOne: TrafficWorkload = {
  name: "40 people, an agent each, 25 ms apart, nothing known",
  simulated: sized({ agents: 60 }),
  async run(scene) {
    await scene.timeline(
      apart(
        25,
        agentIds(scene)
          .slice(0, forty)
          .map((id) => one(accountId, "agent", id, agentSegments("agent"))),
      ),
    );
    return 1;
  },
};

/** The number of agents is known from another window, and 192 cells are below 50,000: the first call may ask for all. Minimum 1. */
const newWindow: TrafficWorkload = {
  name: "40 people, an agent each, 5 ms apart, in a window never asked",
  simulated: sized({ agents: 192, conversationsPerDay: 4_000 }),
  async prepare(scene) {
    await scene.look(list(accountId, "agent", "all", [agentSegments("agent", { lastMinutes: 60 })]));
    await scene.skip(400);
  },
  async run(scene) {
    const panels = agentIds(scene)
      .slice(0, forty)
      .map((id) => one(accountId, "agent", id, agentSegments("agent", { lastMinutes: 45 })));
    await scene.timeline(apart(5, panels));
    return 1;
  },
};

/** Forty keys are one page of key metrics. Segments are a call of another API. All arrive within one second. Minimum 2. */
const fortySkills: TrafficWorkload = {
  name: "40 skills, key metrics and segments, 25 ms apart, nothing known",
  simulated: sized({ skills: 48, agents: 20 }),
  async run(scene) {
    const panels = skillIds(scene)
      .slice(0, forty)
      .map((id) => one(accountId, "skill", id, keyMetrics(), skillSegments("skill")));
    await scene.timeline(apart(25, panels));
    return 2;
  },
};

/** Sixty named keys are two pages of fifty. All 120 keys are three. Minimum 2. */
const sixtyOfMany: TrafficWorkload = {
  name: "60 people, a skill each of 120, at once, platform takes 150 ms",
  simulated: { ...sized({ skills: 120, agents: 20 }), latencyMs: { base: 150, jitter: 20 } },
  async run(scene) {
    await scene.timeline(
      apart(
        0,
        skillIds(scene)
          .slice(0, 60)
          .map((id) => one(accountId, "skill", id, keyMetrics())),
      ),
    );
    return 2;
  },
};

/** The account is known and one call over all agents serves everybody. The last person arrives 500 ms after the first. Minimum 1. */
const slowPlatform: TrafficWorkload = {
  name: "100 people, an agent each, 5 ms apart, platform takes 300 ms",
  simulated: { ...sized({ agents: 110 }), latencyMs: { base: 300, jitter: 50 } },
  async prepare(scene) {
    await scene.look(list(accountId, "agent", "all", [agentSegments("agent")]));
    await scene.skip(400);
  },
  async run(scene) {
    await scene.timeline(
      apart(
        5,
        agentIds(scene)
          .slice(0, 100)
          .map((id) => one(accountId, "agent", id, agentSegments("agent"))),
      ),
    );
    return 1;
  },
};

export const arrivals = [atOnce, oneByOne, newWindow, fortySkills, sixtyOfMany, slowPlatform];
