import { data, type Workload } from "../workload.js";

const wallboards = [
  "{ contactCenter { skills { nodes { id name current { unassignedConversations } } } } }",
  "{ contactCenter { skills { nodes { id keyMetrics(lastMinutes: 60) { closedConversations avgWaitTime } } } } }",
  "{ contactCenter { skillSegments(lastMinutes: 30) { totalSkillConversationSegments } } }",
  "{ contactCenter { agentSegments(lastMinutes: 60) { interactiveAgentSegments } } }",
];

const viewers = 100;
const polls = 120;

/**
 * Every answer is fresh for its time to live, and then asked again once, however many look: floor(600 / TTL) + 1 calls for
 * each scope, which are current values (10 s), key metrics, skill segments and agent segments (15 s each). The names and the
 * list are in the same answers as current values.
 */
const tenMinutes: Workload = {
  name: `${viewers} viewers polling four wallboards every 5 s for ten minutes`,
  simulated: {},
  async run(line, clock) {
    for (let poll = 0; poll < polls; poll++) {
      const seen = Array.from({ length: viewers }, (_, viewer) => data(line, wallboards[viewer % wallboards.length]!));
      await Promise.all(seen);
      clock.advance(5_000);
    }
    console.log(`  (${viewers * polls} polls answered with ${line.calls()} calls)`);
    return { most: Math.floor(600 / 10) + 1 + 3 * (Math.floor(600 / 15) + 1) };
  },
};

export const watching = [tenMinutes];
