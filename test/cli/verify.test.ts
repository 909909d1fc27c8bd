import { expect, it, vi } from "vitest";
import { type Verdict, verify } from "../../src/cli/verify.js";
import { systemClock } from "../../src/clock.js";
import { configFrom, type Environment } from "../../src/config.js";
import type { Merge } from "../../src/merges.js";
import type { Simulator, SimulatorOptions } from "../../src/simulator/controls.js";
import { startSimulator, type WireVariants } from "../../src/simulator/simulator.js";

// Each test models days of a contact centre of its own.
vi.setConfig({ testTimeout: 30_000 });

/** A Wednesday at work. */
const noon = Date.parse("2026-03-11T15:22:33.444Z");
const busy = { id: "le1", conversationsPerDay: 1_000, historyDays: 2 };

async function verdicts(options: SimulatorOptions, change: Partial<WireVariants> = {}, environment: Environment = {}) {
  const simulator: Simulator = await startSimulator({ accounts: [busy], now: () => noon, ...options });
  try {
    simulator.variants(change);
    const { id, bearers } = simulator.accounts[0]!;
    const [account] = configFrom(environment, { id, url: simulator.url, bearer: bearers[0]! }).accounts;
    const all: Verdict[] = [];
    for await (const verdict of verify(account!, { now: () => noon, monotonic: systemClock.monotonic })) all.push(verdict);
    return { all, calls: simulator.counts().total };
  } finally {
    await simulator.close();
  }
}

const failed = (all: Verdict[]) => [...new Set(all.filter(({ outcome }) => outcome === "fails").map(({ merge }) => merge))];

it("finds that every assumption holds on a platform that does what its pages say", async () => {
  const { all } = await verdicts({});
  expect(all.map(({ outcome, said }) => [outcome, said])).toEqual(all.map(({ said }) => ["holds", said]));
  expect(new Set(all.map(({ merge }) => merge))).toEqual(
    new Set([null, "widen", "split", "summary", "keys", "total", "current", "unfiltered"]),
  );
});

it.each([
  ["wide-rows", "widen"],
  ["split", "split"],
  ["summary", "summary"],
  ["filtered-keys", "keys"],
  ["total-beside-rows", "total"],
  ["current-in-window", "current"],
  ["unpicked-intervals", "unfiltered"],
] as const)("finds the platform's break %s, and names the merge %s for the setting that turns it off", async (broken, merge) => {
  const { all } = await verdicts({}, { breaks: [broken] });
  expect(failed(all)).toEqual([merge]);
  const said = all.filter(({ outcome }) => outcome === "fails").map((verdict) => verdict.said);
  for (const sentence of said)
    expect(sentence).toMatch(new RegExp(`alone and .* together\\. Set LP_MERGES_OFF to a list with ${merge}\\.$`));
  // What is named is a setting that the gateway takes.
  expect(configFrom({ LP_MERGES_OFF: merge }, { id: "le1", url: "http://127.0.0.1", bearer: "x" }).accounts[0]?.mergesOff).toEqual([
    merge satisfies Merge,
  ]);
});

it("asks again while figures move, and says so when they never stand still", async () => {
  let time = noon;
  const hurrying = () => {
    time += 120_000;
    return time;
  };
  const { all } = await verdicts({ now: hurrying });
  expect(failed(all)).toEqual([]);
  expect(all.filter(({ outcome }) => outcome === "undecided").map(({ said }) => said)).toContainEqual(
    expect.stringMatching(/did not stand still; ask again when it is quiet/),
  );
});

it("decides nothing on an account where nothing happened", async () => {
  const { all } = await verdicts({ accounts: [{ id: "le1", conversationsPerDay: 0.0001, historyDays: 1 }] });
  expect(failed(all)).toEqual([]);
  expect(all.filter(({ outcome }) => outcome === "undecided").length).toBeGreaterThan(5);
});

it("says that the rest could not be asked when the platform refuses", async () => {
  const { all } = await verdicts({}, { intervalFeature: 403 });
  expect(all.at(-1)).toEqual({
    merge: null,
    outcome: "undecided",
    said: expect.stringMatching(/^the rest could not be asked\. .*refused access \(403\)/),
  });
  expect(failed(all)).toEqual([]);
});
