import { describe, expect, it } from "vitest";
import { anybody } from "../../src/server/gateway-port.js";
import { Comparison } from "../longrun/comparison.js";
import { Dice } from "../longrun/dice.js";
import { judge, operationOf } from "../longrun/judge.js";
import type { Probe } from "../longrun/probe.js";
import { Traffic } from "../longrun/traffic.js";
import { startWorld } from "../longrun/world.js";
import { accounts, askers } from "./callers.js";
import { agentNeighbours, intervalNeighbours, keyNeighbours, skillNeighbours } from "./neighbours.js";

const start = Date.parse("2026-03-11T11:47:00Z");
const environment = { LP_MAX_PER_MINUTE: "100000", MAX_UPSTREAM_CALLS: "1000" };

it("callers with different rights and tokens get the figures of the account they ask for, and not one foreign row", async () => {
  const world = await startWorld({
    start,
    simulated: { accounts, latencyMs: { base: 1, jitter: 4 } },
    environment,
    credentials: (id) => (id === "north" ? { kind: "caller" } : undefined),
  });
  try {
    const traffic = new Traffic(world, new Dice(1), askers);
    for (let round = 0; round < 80; round++) {
      for (let caller = 0; caller < 6; caller++) traffic.launch();
      await traffic.settled();
      world.clock.step(500 * (1 + (round % 7)));
    }
    const { asked, errors, comparison } = traffic.tally;
    expect(comparison.differences).toEqual([]);
    expect(asked).toBe(480);
    expect([...errors.keys()]).toEqual(["FORBIDDEN"]);
    expect(comparison.numbers).toBeGreaterThan(5_000);
    expect(world.clock.now() - start).toBeGreaterThan(2 * 60_000);
    expect(world.warnings).toEqual([]);
    // Both good tokens of the account that is read with the caller's own were used for it, and none but those.
    expect(world.simulator.counts().byStatus).toEqual({ 200: world.simulator.counts().total });
  } finally {
    await world.stop();
  }
}, 60_000);

describe.each([
  ["agent segments", agentNeighbours],
  ["skill segments", skillNeighbours],
  ["key metrics", keyNeighbours],
  ["interval metrics", intervalNeighbours],
] as const)("of questions to %s", (_, neighbours) => {
  it("a total is never answered from a call over other ids, nor a filter from differently filtered data, in whatever order they come", async () => {
    const world = await startWorld({
      start,
      simulated: { accounts: [{ id: "south", seed: 22, conversationsPerDay: 1_500, historyDays: 1 }] },
      environment,
    });
    try {
      const truth = world.simulator.truth("south");
      const ids = (entities: readonly { id: string }[]) => entities.map(({ id }) => id);
      const probes = neighbours({ agents: ids(truth.agents), skills: ids(truth.skills), groups: ids(truth.groups) });
      const { ttlMs, staleMs } = world.config.accounts[0]!;
      const comparison = new Comparison();
      const dice = new Dice(7);
      const ask = async (probe: Probe) => {
        const parts = [{ account: "south", probes: [probe] }];
        const answer = await world.ask(operationOf(parts), anybody);
        expect(answer.faults).toEqual([]);
        judge(answer, parts, ["south"], { truthOf: () => truth, ages: { ttlMs, staleMs }, comparison });
      };
      for (let round = 0; round < 6; round++) {
        const order = probes.map((probe) => ({ probe, at: dice.random() })).sort((a, b) => a.at - b.at);
        // One after the other from what is stored; then two by two, in one call or in flight.
        if (round % 2 === 0) for (const { probe } of order) await ask(probe);
        else for (let at = 0; at < order.length; at += 2) await Promise.all(order.slice(at, at + 2).map(({ probe }) => ask(probe)));
        world.clock.step(10 * 60_000);
      }
      expect(comparison.differences).toEqual([]);
      expect(comparison.numbers).toBeGreaterThan(probes.length * 6);
      // Sharing took place: else nothing was put to the test.
      expect(world.simulator.counts().total).toBeLessThan(probes.length * 6);
    } finally {
      await world.stop();
    }
  }, 60_000);
});
