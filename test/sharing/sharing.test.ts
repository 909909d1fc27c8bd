import { expect, it } from "vitest";
import { Dice } from "../longrun/dice.js";
import { Traffic } from "../longrun/traffic.js";
import { startWorld } from "../longrun/world.js";
import { accounts, askers } from "./callers.js";

const start = Date.parse("2026-03-11T11:47:00Z");
const limits = { LP_MAX_PER_MINUTE: "100000", MAX_UPSTREAM_CALLS: "1000" };

it("callers with different rights and tokens get the figures of the account they ask for, and not one foreign row", async () => {
  const world = await startWorld({
    start,
    simulated: { accounts, latencyMs: { base: 1, jitter: 4 } },
    environment: limits,
    credentials: (id) => (id === "north" ? { kind: "caller" } : undefined),
  });
  try {
    const traffic = new Traffic(world, new Dice(1), askers);
    for (let round = 0; round < 90; round++) {
      for (let caller = 0; caller < 6; caller++) traffic.launch();
      await traffic.settled();
      world.clock.step(500 * (1 + (round % 7)));
    }
    const { asked, errors, comparison } = traffic.tally;
    console.log(asked, comparison.numbers, [...errors], world.simulator.counts().total, world.clock.now() - start);
    expect(comparison.differences).toEqual([]);
    expect(asked).toBe(540);
    expect([...errors.keys()]).toEqual(["FORBIDDEN"]);
    expect(comparison.numbers).toBeGreaterThan(1000);
    expect(world.warnings).toEqual([]);
  } finally {
    await world.stop();
  }
}, 60_000);
